//! Instructions, written from the last to the first: a jump goes forward only, so where it goes to is known when it is written. Not
//! what is asked.

use super::formula::{Formula, Sign};
use super::place::{Base, Place};
use super::{Instruction, Start};

/// `BPF_LD | BPF_ABS` with the size of what is loaded, and the other instructions that are used (linux/bpf_common.h).
pub(super) mod code {
    pub(in crate::bpf) const LOAD_WORD: u16 = 0x20;
    pub(in crate::bpf) const LOAD_HALF: u16 = 0x28;
    pub(in crate::bpf) const LOAD_BYTE: u16 = 0x30;
    /// Added to a load: the offset counts from X.
    pub(in crate::bpf) const INDIRECT: u16 = 0x20;
    pub(in crate::bpf) const LOAD_LENGTH: u16 = 0x80;
    /// X becomes four times the lower half of a byte: the length of an IPv4 header.
    pub(in crate::bpf) const HEADER_LENGTH: u16 = 0xb1;
    pub(in crate::bpf) const AND: u16 = 0x54;
    pub(in crate::bpf) const SUBTRACT: u16 = 0x14;
    pub(in crate::bpf) const SUBTRACT_X: u16 = 0x1c;
    pub(in crate::bpf) const SHIFT_RIGHT: u16 = 0x74;
    pub(in crate::bpf) const ADD_X: u16 = 0x0c;
    pub(in crate::bpf) const TO_X: u16 = 0x07;
    pub(in crate::bpf) const JUMP: u16 = 0x05;
    pub(in crate::bpf) const EQUAL: u16 = 0x15;
    pub(in crate::bpf) const GREATER: u16 = 0x25;
    pub(in crate::bpf) const AT_LEAST: u16 = 0x35;
    pub(in crate::bpf) const ANY_BIT: u16 = 0x45;
    pub(in crate::bpf) const AT_LEAST_X: u16 = 0x3d;
    pub(in crate::bpf) const RETURN: u16 = 0x06;
}

/// An instruction that was written: how many are written up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label(usize);

/// A program that grows towards its beginning.
pub(super) struct Assembler {
    backwards: Vec<Instruction>,
    /// The last jump to each label that was too far away.
    jumps: Vec<(Label, Label)>,
    /// Bytes before the network header.
    pub(super) link: u32,
    /// How many bytes a fixed network header has; `None` when X holds its length.
    pub(super) net: Option<u32>,
}

impl Assembler {
    pub(super) fn new(start: Start) -> Self {
        Self {
            backwards: Vec::new(),
            jumps: Vec::new(),
            link: if start == Start::Ethernet { 14 } else { 0 },
            net: None,
        }
    }

    /// The program in its order.
    pub(super) fn program(mut self) -> Vec<Instruction> {
        self.backwards.reverse();
        self.backwards
    }

    fn write(&mut self, code: u16, jt: u8, jf: u8, k: u32) -> Label {
        self.backwards.push(Instruction { code, jt, jf, k });
        Label(self.backwards.len())
    }

    /// An instruction that is followed by what `next` labels.
    pub(super) fn step(&mut self, code: u16, k: u32, next: Label) -> Label {
        self.continue_at(next);
        self.write(code, 0, 0, k)
    }

    pub(super) fn end(&mut self, verdict: u32) -> Label {
        self.write(code::RETURN, 0, 0, verdict)
    }

    /// A jump by a condition.
    pub(super) fn branch(&mut self, code: u16, k: u32, yes: Label, no: Label) -> Label {
        let (yes, no) = (self.near(yes), self.near(no));
        let passed = |label: Label| (self.backwards.len() - label.0) as u8;
        let (jt, jf) = (passed(yes), passed(no));
        self.write(code, jt, jf, k)
    }

    /// The label itself, or one close by from which a jump leads to it: conditional jumps pass over 255 instructions at most.
    fn near(&mut self, label: Label) -> Label {
        const REACH: usize = 250;
        let here = self.backwards.len();
        let is_near = |label: Label| here - label.0 <= REACH;
        if is_near(label) {
            return label;
        }
        let known = self.jumps.iter().position(|(to, _)| *to == label);
        match known {
            Some(place) if is_near(self.jumps[place].1) => self.jumps[place].1,
            _ => {
                let jump = self.jump(label);
                if let Some(place) = known {
                    self.jumps.swap_remove(place);
                }
                self.jumps.push((label, jump));
                jump
            }
        }
    }

    fn jump(&mut self, label: Label) -> Label {
        let passed = self.backwards.len() - label.0;
        self.write(code::JUMP, 0, 0, passed as u32)
    }

    /// Has what is written next be followed by what the label stands for.
    fn continue_at(&mut self, label: Label) {
        if label.0 != self.backwards.len() {
            self.jump(label);
        }
    }

    /// A load of a place into A.
    fn load(&mut self, place: Place, next: Label) -> Label {
        let size = match place.size {
            1 => code::LOAD_BYTE,
            2 => code::LOAD_HALF,
            _ => code::LOAD_WORD,
        };
        match (place.base, self.net) {
            (Base::Frame, _) => self.step(size, place.offset, next),
            (Base::Net, _) => self.step(size, self.link + place.offset, next),
            (Base::Transport, Some(net)) => self.step(size, self.link + net + place.offset, next),
            (Base::Transport, None) => {
                self.step(size + code::INDIRECT, self.link + place.offset, next)
            }
        }
    }

    /// Answers a question: goes on at `yes` or at `no`.
    pub(super) fn ask(&mut self, formula: &Formula, yes: Label, no: Label) -> Label {
        match formula {
            Formula::Yes => yes,
            Formula::No => no,
            Formula::Not(formula) => self.ask(formula, no, yes),
            Formula::And(parts) => parts
                .iter()
                .rev()
                .fold(yes, |next, part| self.ask(part, next, no)),
            Formula::Or(parts) => parts
                .iter()
                .rev()
                .fold(no, |next, part| self.ask(part, yes, next)),
            Formula::Is(place, mask, sign, number) => {
                let code = match sign {
                    Sign::Equal => code::EQUAL,
                    Sign::Greater => code::GREATER,
                    Sign::AtLeast => code::AT_LEAST,
                };
                let mut at = self.branch(code, *number, yes, no);
                let whole = u32::MAX >> (32 - 8 * u32::from(place.size));
                if mask & whole != whole {
                    at = self.step(code::AND, *mask, at);
                }
                self.load(*place, at)
            }
        }
    }
}
