//! From a frame of the stack to its caller's, by the call frame information of the file whose code it runs (.eh_frame and
//! .debug_frame, DWARF 5 section 6.4). Nothing is guessed: where there is no information the stack ends.

use crate::memory::Memory;
use crate::sys::registers::{FrameRegisters, KEPT, STACK};
use gimli::{
    BaseAddresses, CfaRule, CieOrFde, DebugFrame, EhFrame, EhFrameHdr, Encoding, EvaluationResult,
    Format, FrameDescriptionEntry, LittleEndian, ParsedEhFrameHdr, RegisterRule, UnwindContext,
    UnwindExpression, UnwindSection, Value,
};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// The bytes of a section.
pub(super) type Bytes = gimli::EndianReader<LittleEndian, Rc<[u8]>>;

const ENCODING: Encoding = Encoding {
    format: Format::Dwarf32,
    version: 5,
    address_size: 8,
};

/// The call frame information of a file.
#[derive(Default)]
pub(super) struct CallFrames {
    bases: BaseAddresses,
    exceptions: Option<EhFrame<Bytes>>,
    index: Option<ParsedEhFrameHdr<Bytes>>,
    debug: Option<DebugFrame<Bytes>>,
    /// The functions of .debug_frame, which has no index of its own: where they begin and end, and where they are described.
    debug_index: OnceCell<Vec<(u64, u64, usize)>>,
    known: RefCell<HashMap<u64, Option<Rc<Rules>>>>,
}

/// How the registers of a caller are found from those of the frame it called.
struct Rules {
    frame: CfaRule<usize>,
    registers: Vec<(u16, RegisterRule<usize>)>,
    return_register: u16,
    /// The frame is that of a signal's handler: what it returns to was interrupted, and not in a call.
    interrupts: bool,
    /// Whose section the expressions lie in.
    debug: bool,
}

impl CallFrames {
    /// Reads the sections, each given with its address.
    pub(super) fn of(section: impl Fn(&str) -> Option<(u64, Rc<[u8]>)>) -> Self {
        let mut bases = BaseAddresses::default();
        for (name, set) in [
            (".text", BaseAddresses::set_text as fn(_, _) -> _),
            (".got", BaseAddresses::set_got),
            (".eh_frame", BaseAddresses::set_eh_frame),
            (".eh_frame_hdr", BaseAddresses::set_eh_frame_hdr),
        ] {
            if let Some((address, _)) = section(name) {
                bases = set(bases, address);
            }
        }
        let bytes = |name| section(name).map(|(_, bytes)| Bytes::new(bytes, LittleEndian));
        let index = bytes(".eh_frame_hdr")
            .and_then(|bytes| EhFrameHdr::from(bytes).parse(&bases, 8).ok())
            .filter(|index| index.table().is_some());
        Self {
            exceptions: bytes(".eh_frame").map(EhFrame::from),
            debug: bytes(".debug_frame").map(DebugFrame::from),
            index,
            bases,
            debug_index: OnceCell::new(),
            known: RefCell::default(),
        }
    }

    /// The registers of the caller, and whether it was interrupted there rather than that it called. The address is that of the
    /// frame's instruction, as the file's headers give it.
    pub(super) fn caller(
        &self,
        address: u64,
        registers: &FrameRegisters,
        memory: &dyn Memory,
    ) -> Option<(FrameRegisters, bool)> {
        let known = self.known.borrow().get(&address).cloned();
        let rules = known.unwrap_or_else(|| {
            let rules = self.rules(address).map(Rc::new);
            self.known.borrow_mut().insert(address, rules.clone());
            rules
        })?;
        let step = Step {
            frames: self,
            rules: &rules,
            registers,
            memory,
        };
        Some((step.caller()?, rules.interrupts))
    }

    /// Where the function begins that an address lies in.
    pub(super) fn function(&self, address: u64) -> Option<u64> {
        let entry = self.in_exceptions(address).map(|(_, entry)| entry);
        let entry = entry.or_else(|| self.in_debug(address).map(|(_, entry)| entry));
        Some(entry?.initial_address())
    }

    fn rules(&self, address: u64) -> Option<Rules> {
        if let Some((section, entry)) = self.in_exceptions(address) {
            return self.read(section, &entry, address, false);
        }
        let (section, entry) = self.in_debug(address)?;
        self.read(section, &entry, address, true)
    }

    fn in_exceptions(
        &self,
        address: u64,
    ) -> Option<(&EhFrame<Bytes>, FrameDescriptionEntry<Bytes>)> {
        let (section, bases) = (self.exceptions.as_ref()?, &self.bases);
        let entry = match self.index.as_ref().and_then(ParsedEhFrameHdr::table) {
            Some(table) => table.fde_for_address(section, bases, address, EhFrame::cie_from_offset),
            None => section.fde_for_address(bases, address, EhFrame::cie_from_offset),
        };
        Some((section, entry.ok()?))
    }

    fn in_debug(&self, address: u64) -> Option<(&DebugFrame<Bytes>, FrameDescriptionEntry<Bytes>)> {
        let section = self.debug.as_ref()?;
        let index = self.debug_index.get_or_init(|| index(section, &self.bases));
        let next = index.partition_point(|(start, ..)| *start <= address);
        let (_, end, at) = index[..next].last()?;
        let entry = section.fde_from_offset(&self.bases, (*at).into(), DebugFrame::cie_from_offset);
        (address < *end).then_some((section, entry.ok()?))
    }

    fn read<S: UnwindSection<Bytes>>(
        &self,
        section: &S,
        entry: &FrameDescriptionEntry<Bytes>,
        address: u64,
        debug: bool,
    ) -> Option<Rules>
    where
        S::Offset: gimli::UnwindOffset<usize>,
    {
        let mut context = UnwindContext::new();
        let row = entry.unwind_info_for_address(section, &self.bases, &mut context, address);
        let row = row.ok()?;
        Some(Rules {
            frame: row.cfa().clone(),
            registers: row
                .registers()
                .map(|(register, rule)| (register.0, rule.clone()))
                .collect(),
            return_register: entry.cie().return_address_register().0,
            interrupts: entry.is_signal_trampoline(),
            debug,
        })
    }
}

/// The functions of a section, by their addresses.
fn index(section: &DebugFrame<Bytes>, bases: &BaseAddresses) -> Vec<(u64, u64, usize)> {
    let mut functions = Vec::new();
    let mut entries = section.entries(bases);
    while let Ok(Some(entry)) = entries.next() {
        let CieOrFde::Fde(partial) = entry else {
            continue;
        };
        if let Ok(entry) = partial.parse(DebugFrame::cie_from_offset) {
            let start = entry.initial_address();
            let end = start.saturating_add(entry.len());
            functions.push((start, end, entry.offset()));
        }
    }
    functions.sort_unstable();
    functions
}

/// One step from a frame to its caller.
struct Step<'s> {
    frames: &'s CallFrames,
    rules: &'s Rules,
    registers: &'s FrameRegisters,
    memory: &'s dyn Memory,
}

impl Step<'_> {
    fn caller(&self) -> Option<FrameRegisters> {
        let frame = match &self.rules.frame {
            CfaRule::RegisterAndOffset { register, offset } => {
                self.registers.get(register.0)?.wrapping_add_signed(*offset)
            }
            CfaRule::Expression(expression) => self.evaluate(expression, None)?,
        };
        let mut caller = FrameRegisters::default();
        let kept = KEPT.iter().copied();
        let all = 0..=STACK.max(KEPT[KEPT.len() - 1]);
        // A handler returns with all registers as they were; a function keeps those that the ABI demands.
        let registers: Vec<u16> = if self.rules.interrupts {
            all.collect()
        } else {
            kept.collect()
        };
        for register in registers {
            let value = self.value(register, frame).unwrap_or_else(|| {
                let kept = KEPT.contains(&register);
                self.registers.get(register).filter(|_| kept)
            });
            caller.set(register, value);
        }
        caller.set(STACK, self.value(STACK, frame).unwrap_or(Some(frame)));
        let returns = self
            .value(self.rules.return_register, frame)
            .unwrap_or_else(|| self.registers.get(self.rules.return_register))?;
        caller.instruction = FrameRegisters::without_signature(returns);
        let climbs = caller.get(STACK)? > self.registers.get(STACK)?;
        let last = caller.instruction == 0;
        (!last && (climbs || self.rules.interrupts)).then_some(caller)
    }

    /// What a register was in the caller: `None` where no rule speaks of it, `Some(None)` where its value is lost.
    #[expect(clippy::option_option, reason = "two questions, each with its own no")]
    fn value(&self, register: u16, frame: u64) -> Option<Option<u64>> {
        let mut rules = self.rules.registers.iter();
        let (_, rule) = rules.find(|(known, _)| *known == register)?;
        Some(match rule {
            RegisterRule::SameValue => self.registers.get(register),
            RegisterRule::Offset(offset) => self.memory.u64_at(frame.wrapping_add_signed(*offset)),
            RegisterRule::ValOffset(offset) => Some(frame.wrapping_add_signed(*offset)),
            RegisterRule::Register(other) => self.registers.get(other.0),
            RegisterRule::Expression(expression) => self
                .evaluate(expression, Some(frame))
                .and_then(|address| self.memory.u64_at(address)),
            RegisterRule::ValExpression(expression) => self.evaluate(expression, Some(frame)),
            RegisterRule::Constant(value) => Some(*value),
            _ => None,
        })
    }

    fn evaluate(&self, expression: &UnwindExpression<usize>, first: Option<u64>) -> Option<u64> {
        let expression = if self.rules.debug {
            expression.get(self.frames.debug.as_ref()?)
        } else {
            expression.get(self.frames.exceptions.as_ref()?)
        };
        let mut evaluation = expression.ok()?.evaluation(ENCODING);
        evaluation.set_max_iterations(1000);
        if let Some(first) = first {
            evaluation.set_initial_value(first);
        }
        let mut state = evaluation.evaluate().ok()?;
        loop {
            state = match state {
                EvaluationResult::Complete => break,
                EvaluationResult::RequiresRegister { register, .. } => {
                    let value = self.registers.get(register.0)?;
                    evaluation.resume_with_register(Value::Generic(value))
                }
                EvaluationResult::RequiresMemory { address, size, .. } => {
                    let mut bytes = [0; 8];
                    let wanted = bytes.get_mut(..usize::from(size))?;
                    if self.memory.read(address, wanted) < usize::from(size) {
                        return None;
                    }
                    evaluation.resume_with_memory(Value::Generic(u64::from_le_bytes(bytes)))
                }
                _ => return None,
            }
            .ok()?;
        }
        match evaluation.result().first()?.location {
            gimli::Location::Address { address } => Some(address),
            _ => None,
        }
    }
}
