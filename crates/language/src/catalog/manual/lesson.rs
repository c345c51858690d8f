//! Manual pages of lessons: what begins one, and what helps while one is under way.

use super::Page;

pub(in crate::catalog) const LESSON: Page = Page {
    summary: "list, read, watch, learn or check lessons",
    prototype: "",
    python: "",
    man: "",
    details: "`lesson list` shows them by part; `lesson learn handshake` (or `lesson handshake`, or `lesson 1.4`) has you type one, `lesson 1` the first of part 1 that you have not finished; `lesson play NAME` tells one, a key for each step, or `--pace 2s`; `lesson show NAME` is its text; `lesson check NAME` says whether what it claims holds here. A name may be the path of a file of your own.\n\nA lesson has a lab of its own. What was at this prompt is there again when it ends.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket
lesson list
expect ok",
};

pub(in crate::catalog) const HINT: Page = Page {
    summary: "help with the step of the lesson that is open",
    prototype: "",
    python: "",
    man: "",
    details: "Each `hint` says a little more. When there are no more, `solution` shows one way.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket
hint
expect ok",
};

pub(in crate::catalog) const SKIP: Page = Page {
    summary: "go on to the next step of the lesson",
    prototype: "",
    python: "",
    man: "",
    details: "What the step would have done is done for you, because later steps build on it.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket
skip
expect ok",
};

pub(in crate::catalog) const BACK: Page = Page {
    summary: "go back to the step of the lesson before this one",
    prototype: "",
    python: "",
    man: "",
    details: "The lab is made anew and everything up to that step is done again, so that it is as it was. `reset` begins this step again.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket
back
expect ok",
};

pub(in crate::catalog) const SOLUTION: Page = Page {
    summary: "one way to do the step of the lesson, or the task just solved",
    prototype: "",
    python: "",
    man: "",
    details: "Only shown, not run: `skip` runs it.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket
solution
expect ok",
};
