//! What came of a lesson when it ran: what each line printed, the answers the kernel gave, drawings. Plain data; who runs it is `shell`.

/// A run of a lesson.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// What came of each block of the lesson, in the blocks' order.
    pub blocks: Vec<Came>,
    /// Drawings of what happened.
    pub figures: Vec<Figure>,
    /// Ports that the kernel chose, as they were seen.
    pub ports: Vec<u16>,
    /// What went otherwise than the lesson says.
    pub otherwise: Vec<String>,
}

/// What came of a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Came {
    /// Each line that was run, with its prompt, and below it what it printed; comments stand as they are.
    pub printed: Vec<String>,
    /// The kernel's answer to a question.
    pub answer: Option<String>,
}

/// A drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What it is, as a part of a file's name: `ladder`, `states-2`.
    pub name: String,
    /// What it shows, in words.
    pub caption: String,
    /// The drawing.
    pub svg: String,
}
