//! The session that was at the prompt, put aside while a lesson has a lab of its own, and taken back after it.

use super::folder::within;
use super::stage::{Obstacle, write_files};
use crate::export::transcript::Transcript;
use crate::lesson::document::Lesson;
use crate::session::{Session, Settings};
use crate::shell::Shell;
use crate::shell::blocks::Blocks;
use crate::shell::journal::Journal;
use crate::shell::tell::Teller;
use crate::shell::typed::Typed;
use std::path::Path;
use std::time::Duration;

/// What was at the prompt.
#[derive(Debug)]
pub struct Aside {
    session: Session,
    current: String,
    typed: Typed,
    transcript: Transcript,
    blocks: Blocks,
    journal: Journal,
    teller: Teller,
    watermark: u64,
}

impl Shell {
    /// Puts the session aside and makes a lab for a lesson in this folder.
    pub(super) fn put_aside(&mut self, lesson: &Lesson, folder: &Path) -> Result<Aside, Obstacle> {
        write_files(lesson, folder)?;
        let settings = Settings {
            folder: Some(folder.to_owned()),
            confined: !lesson.trusted,
            granted: lesson.granted.clone(),
            ..self.session.settings().clone()
        };
        let fresh = within(folder, || Session::start(settings))??;
        let aside = Aside {
            session: std::mem::replace(&mut self.session, fresh),
            current: self.current.clone(),
            typed: std::mem::take(&mut self.typed),
            transcript: std::mem::take(&mut self.transcript),
            blocks: std::mem::take(&mut self.blocks),
            journal: std::mem::take(&mut self.journal),
            teller: std::mem::take(&mut self.teller),
            watermark: self.watermark,
        };
        self.forget();
        let ready = self.fits(lesson).and_then(|()| self.prepare(lesson));
        if let Err(obstacle) = ready {
            self.take_back(aside);
            return Err(obstacle);
        }
        Ok(aside)
    }

    /// Takes the session back; the lesson's lab ends.
    pub(super) fn take_back(&mut self, aside: Aside) {
        self.session = aside.session;
        self.current = aside.current;
        self.typed = aside.typed;
        self.transcript = aside.transcript;
        self.blocks = aside.blocks;
        self.journal = aside.journal;
        self.teller = aside.teller;
        self.watermark = aside.watermark;
    }

    /// Does something as a script does it: what blocks is waited for, at most so long.
    pub(super) fn as_script<T>(
        &mut self,
        deadline: Duration,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.manner.deadline.replace(deadline);
        let tally = self.tally.clone();
        let done = work(self);
        self.manner.deadline = before;
        // What a lesson does for itself does not count against a script that plays it.
        self.tally = tally;
        done
    }
}
