//! Whole programs that are pasted or typed at the prompt: kept in a file for the session, compiled where that is needed, and run beside the
//! prompt as any program is.

use super::consent::{Consent, consent};
use super::lesson::folder::Folder;
use super::{Flow, Screen, Shell};
use crate::command::program::{Language, program};
use crate::event::{Ended, Event};
use crate::lab::handle::FIRST_HOST;
use crate::render::styled::{Style, Styled};
use crate::session::running::{Input, Running};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The programs that were pasted in a session.
#[derive(Debug, Default)]
pub(super) struct Pasted {
    folder: Option<Folder>,
    /// Name, file and text of each.
    programs: Vec<(String, PathBuf, String)>,
    /// The lines of a program that is being read (`run -`).
    reading: Option<String>,
}

impl Shell {
    /// True while lines are read as a program's.
    pub(super) fn is_reading_program(&self) -> bool {
        self.pasted.reading.is_some()
    }

    /// `run -`: what is entered until Ctrl-D is a program.
    pub(super) fn read_program(&mut self) {
        self.pasted.reading = Some(String::new());
        self.session.tell(Event::Note(
            "type or paste the program; Ctrl-D on an empty line ends it".to_owned(),
        ));
    }

    /// Takes a line of the program that is being read.
    pub(super) fn take_program_line(&mut self, text: &str) {
        if let Some(reading) = &mut self.pasted.reading {
            reading.push_str(text);
            reading.push('\n');
        }
    }

    /// Ctrl-D: the program that was being read is whole, and is run. False when none was.
    pub fn end_program(&mut self, screen: &mut dyn Screen) -> bool {
        let Some(text) = self.pasted.reading.take() else {
            return false;
        };
        match program(&text) {
            Some(language) => self.run_pasted(&text, language, screen),
            None if text.trim().is_empty() => {}
            None => self.run_pasted(&text, Language::Python, screen),
        }
        self.show_events(screen);
        true
    }

    /// Offers to run a text as one program, if it is one; `None` when it is not, or is to be run line by line.
    pub(super) fn offer_program(&mut self, text: &str, screen: &mut dyn Screen) -> Option<Flow> {
        let language = program(text)?;
        let count = text.trim_end().lines().count();
        let mut question = Styled::new();
        question.say(
            Style::Plain,
            5,
            &format!(
                "a {} of {count} lines: run it as process {}? [Y/n]",
                language.words(),
                self.pasted.next_name()
            ),
        );
        screen.show(&question);
        match consent(screen, Consent::Given) {
            Consent::Given => self.run_pasted(text, language, screen),
            Consent::Withheld | Consent::Nobody => return None,
        }
        self.show_events(screen);
        Some(Flow::Continue)
    }

    fn run_pasted(&mut self, text: &str, language: Language, screen: &mut dyn Screen) {
        let name = self.pasted.next_name();
        let file = match self.pasted.keep(&name, text, language) {
            Ok(file) => file,
            Err(error) => {
                return self.refuse("", format!("the program cannot be kept: {error}"), screen);
            }
        };
        let words = match self.compiled(&file, language, screen) {
            Ok(words) => words,
            Err(reason) => return self.refuse(&name, reason, screen),
        };
        let how = Running {
            name: Some(name.clone()),
            input: Input::Typed,
            ..Running::default()
        };
        let host = self.host_here();
        if let Err(reason) = self.run_words(&host, &words, how) {
            self.refuse(&name, reason, screen);
        }
    }

    /// The words that run a program, which is compiled first where that is needed. An error says why it cannot be.
    pub(super) fn compiled(
        &mut self,
        file: &Path,
        language: Language,
        screen: &mut dyn Screen,
    ) -> Result<Vec<String>, String> {
        let path = file.display().to_string();
        let binary = file.with_extension("out").display().to_string();
        let compiler: &[&str] = match language {
            Language::Python => return Ok(vec!["python3".to_owned(), path]),
            Language::Script => return Ok(vec![path]),
            Language::Go => {
                return Ok(["go", "run", &path].map(str::to_owned).to_vec());
            }
            Language::C => &["cc", "-g", "-pthread", "-o"],
            Language::Rust => &["rustc", "-g", "-o"],
            Language::Other => {
                return Err(
                    "it is not known what it is written in: save it in a file, and `run PROGRAM`"
                        .to_owned(),
                );
            }
        };
        let mut words: Vec<String> = compiler.iter().map(|word| (*word).to_owned()).collect();
        words.extend([binary.clone(), path]);
        let how = Running {
            calls: false,
            ..Running::default()
        };
        let name = self.run_words(FIRST_HOST, &words, how)?;
        self.wait_for_program(&name, screen);
        match self.session.last_end(&name) {
            Some(Ended::Exited(0)) => Ok(vec![binary]),
            _ => Err(format!("{} did not compile it", words[0])),
        }
    }

    /// The text of the program of this name, if the path's ending is its file's.
    pub(super) fn pasted_text(&self, path: &str) -> Option<&str> {
        let path = Path::new(path);
        let stem = path.file_stem()?.to_str()?;
        let found = self
            .pasted
            .programs
            .iter()
            .find(|(name, file, _)| name == stem && file.extension() == path.extension())?;
        Some(&found.2)
    }
}

impl Pasted {
    fn next_name(&self) -> String {
        format!("prog{}", self.programs.len() + 1)
    }

    fn keep(&mut self, name: &str, text: &str, language: Language) -> std::io::Result<PathBuf> {
        let folder = match &self.folder {
            Some(folder) => folder,
            None => self.folder.insert(Folder::new()?),
        };
        let file = folder.path().join(format!("{name}.{}", language.ending()));
        let mut whole = text.trim_end().to_owned();
        whole.push('\n');
        std::fs::write(&file, &whole)?;
        if language == Language::Script {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o700))?;
        }
        self.programs.push((name.to_owned(), file.clone(), whole));
        Ok(file)
    }
}
