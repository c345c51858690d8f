//! What came of a lesson when it ran: what each line printed, the answers the kernel gave, drawings. Plain data; who runs it is `shell`.

/// A run of a lesson.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// What came of each block of the lesson, in the blocks' order.
    pub blocks: Vec<Came>,
    /// Ports that the kernel chose, as they were seen.
    pub ports: Vec<u16>,
    /// What went otherwise than the lesson says.
    pub otherwise: Vec<String>,
}

impl Transcript {
    /// Keeps a drawing behind what the block has printed so far, or why there is none. `show` is the line that shows the same.
    pub fn keep(&mut self, place: usize, show: &str, caption: &str, svg: Result<String, String>) {
        let svg = match svg {
            Ok(svg) => svg,
            Err(reason) => return self.otherwise.push(format!("{show}: {reason}")),
        };
        let kind = super::figure::view(show)
            .and_then(|view| view.split_whitespace().next())
            .unwrap_or("figure");
        let count = 1 + self
            .blocks
            .iter()
            .flat_map(|came| &came.drawings)
            .filter(|(_, drawing)| drawing.name.starts_with(kind))
            .count();
        let name = match count {
            1 => kind.to_owned(),
            _ => format!("{kind}-{count}"),
        };
        let came = &mut self.blocks[place];
        let drawing = Drawing {
            name,
            caption: caption.to_owned(),
            svg,
        };
        came.drawings.push((came.printed.len(), drawing));
    }
}

/// What came of a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Came {
    /// Each line that was run, with its prompt, and below it what it printed; comments stand as they are.
    pub printed: Vec<String>,
    /// The kernel's answer to a question.
    pub answer: Option<String>,
    /// Drawings, each with how many of the lines above it were printed before it.
    pub drawings: Vec<(usize, Drawing)>,
}

/// A drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// What it is, as a part of a file's name: `ladder`, `states-2`.
    pub name: String,
    /// What it shows, Markdown.
    pub caption: String,
    /// The drawing.
    pub svg: String,
}
