//! The one place of the prompt's side that writes to the terminal.

use crate::sys::terminal;
use rustyline::ExternalPrinter;
use std::io::Write;
use std::sync::mpsc::{Sender, channel};

/// Writes text: above the line being typed, through rustyline's printer on a thread of its own (its queue holds one message, and the loop
/// may never wait for it), or directly while no prompt is up.
#[derive(Clone, Debug)]
pub struct Printer {
    queue: Option<Sender<String>>,
}

impl Printer {
    /// A printer over rustyline's; without one (no terminal, or a dumb one) everything is written directly.
    pub fn new(external: Option<impl ExternalPrinter + Send + 'static>) -> Self {
        let queue = external.and_then(|mut external| {
            let (queue, messages) = channel::<String>();
            let started = std::thread::Builder::new()
                .name("printer".to_owned())
                .spawn(move || {
                    for message in messages {
                        if external.print(message).is_err() {
                            break;
                        }
                    }
                });
            started.ok().map(|_| queue)
        });
        Self { queue }
    }

    /// True when there is a printer that writes above the prompt.
    pub fn is_above_prompt(&self) -> bool {
        self.queue.is_some()
    }

    /// Shows text above the prompt and the line being typed; where that cannot be done, below it, and the prompt once more. `text` ends
    /// with an end of line.
    pub fn above_prompt(&self, text: String, prompt: &str) {
        match &self.queue {
            Some(queue) => {
                let _ = queue.send(text);
            }
            None => self.direct(&format!("\n{text}{prompt}")),
        }
    }

    /// Writes text while no prompt is up. A terminal that is gone is noticed by the next read.
    pub fn direct(&self, text: &str) {
        let mut output = std::io::stdout().lock();
        let _ = output
            .write_all(text.as_bytes())
            .and_then(|()| output.flush());
    }
}

/// Rows of the terminal on standard output.
pub fn height() -> Option<usize> {
    terminal::rows(std::io::stdout())
}

/// Columns of the terminal on standard output.
pub fn width() -> Option<usize> {
    terminal::columns(std::io::stdout())
}
