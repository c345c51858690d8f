//! getsockopt, setsockopt, and `options`, the table of everything getsockopt tells of a socket.

use super::arguments::given;
use super::draft::{Draft, PENDING};
use super::execution::{Execution, Outcome, Stop};
use super::lifecycle::made;
use super::option_value::{decode, level_text, room};
use super::text::{self, number_of};
use crate::catalog::option as catalog;
use crate::catalog::option::OptionKind;
use crate::command::ast::{Call, Expr};
use crate::sys::option as sys;
use crate::value::Value;
use nix::errno::Errno;

impl Execution<'_> {
    /// `getsockopt s level optname [buflen]`: the option's value by its kind; with a length, its bytes.
    pub(super) fn getsockopt(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let level = self.int(call, 1, 0)?;
        let name = self.int(call, 2, 0)?;
        let length = self.size(call, 3, 0)?;
        self.note_level(call, level);
        let option = catalog::by_value(level, name);
        let family = self.descriptor(fd).map_or(0, |known| known.family);
        let wanted = match (length, option) {
            (0, Some(option)) => room(option.kind),
            (0, None) => 4,
            (length, _) => length.min(1 << 20),
        };
        let makes = option.is_some_and(|option| option.kind == OptionKind::Descriptor);
        let draft = Draft::on(fd, "getsockopt")
            .arg(level_text(level))
            .arg(option_name(level, name))
            .arg(PENDING)
            .arg(format!("[{wanted}]"));
        let bytes = self.call(
            draft,
            || sys::getsockopt(fd, level, name, wanted),
            |bytes, event| {
                let (value, shown) = decode(option, family, bytes);
                event.args[3] = shown;
                event.args[4] = format!("[{}]", bytes.len());
                if let (true, Value::Int(fd)) = (makes, value) {
                    made(event, fd as i32);
                    event.result = 0;
                }
            },
        )?;
        Ok(if length > 0 {
            Value::Bytes(bytes)
        } else {
            decode(option, family, &bytes).0
        })
    }

    /// `setsockopt s level optname value [optlen]`
    pub(super) fn setsockopt(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let level = self.int(call, 1, 0)?;
        let name = self.int(call, 2, 0)?;
        let value = self.needed(call, 3)?;
        let length = self.size(call, 4, 0)?;
        self.note_level(call, level);
        let option = catalog::by_value(level, name);
        // As in Python: None with a length is a null pointer.
        if value == Value::None && length > 0 {
            let draft = Draft::on(fd, "setsockopt")
                .arg(level_text(level))
                .arg(option_name(level, name))
                .arg("NULL")
                .arg(length.to_string());
            let call = || sys::setsockopt_null(fd, level, name, length);
            self.call(draft, call, |(), _| {})?;
            return Ok(Value::None);
        }
        let mut bytes = self.encode_option(option, &value)?;
        if length > 0 {
            bytes.resize(length, 0);
        }
        self.call_setsockopt(fd, level, name, &bytes)?;
        Ok(Value::None)
    }

    /// The kernel sees numbers alone: a name at another option's level is that option, or none, and often no error tells.
    fn note_level(&self, call: &Call, level: i32) {
        let Some(Expr::Constant(name)) = given(call, 2) else {
            return;
        };
        let Some(meant) = catalog::by_name(name).filter(|meant| meant.level_value != level) else {
            return;
        };
        let found = match catalog::by_value(level, meant.value) {
            // A name of two levels.
            Some(found) if found.name == name => return,
            Some(found) => found.name,
            None => "no option",
        };
        self.note(format!(
            "{name} belongs to the level {}: its number, {}, is {found} at {}",
            meant.level,
            meant.value,
            level_text(level)
        ));
    }

    /// setsockopt(2), reported.
    fn call_setsockopt(
        &mut self,
        fd: i32,
        level: i32,
        name: i32,
        bytes: &[u8],
    ) -> Result<(), Errno> {
        let family = self.descriptor(fd).map_or(0, |known| known.family);
        let (_, shown) = decode(catalog::by_value(level, name), family, bytes);
        let draft = Draft::on(fd, "setsockopt")
            .arg(level_text(level))
            .arg(option_name(level, name))
            .arg(shown)
            .arg(bytes.len().to_string());
        self.call(
            draft,
            || sys::setsockopt(fd, level, name, bytes),
            |(), _| {},
        )
    }

    /// Switches an option of the catalog on or off, reported.
    pub(super) fn switch_option(&mut self, fd: i32, name: &str, on: bool) -> Outcome<()> {
        let Some(option) = catalog::by_name(name) else {
            return Err(Stop::because(format!("there is no option {name}")));
        };
        let bytes = i32::from(on).to_ne_bytes();
        Ok(self.call_setsockopt(fd, option.level_value, option.value, &bytes)?)
    }

    /// `options s`: every option that works on it and is harmless to read, as (level, name, value).
    pub(super) fn options(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let Some(known) = self.descriptor(fd) else {
            return Err(Stop::because(format!(
                "descriptor {fd} is not an open socket, so it has no options"
            )));
        };
        let mut rows: Vec<Value> = Vec::new();
        for option in catalog::applicable(known.family, known.kind, known.protocol) {
            if !option.read_is_harmless() {
                continue;
            }
            let wanted = room(option.kind);
            let Ok(bytes) = sys::getsockopt(fd, option.level_value, option.value, wanted) else {
                // This kernel does not have it, or not in this state of the socket.
                continue;
            };
            let (value, _) = decode(Some(option), known.family, &bytes);
            let constant = |value: i32, name: &str| Value::Constant {
                value: i64::from(value),
                name: name.to_owned(),
            };
            rows.push(Value::Tuple(vec![
                constant(option.level_value, option.level),
                constant(option.value, option.name),
                value,
            ]));
        }
        Ok(Value::List(rows))
    }
}

fn option_name(level: i32, name: i32) -> String {
    match catalog::by_value(level, name) {
        Some(option) => option.name.to_owned(),
        // Numbers of SOL_SOCKET are worth a second look: the catalog of names knows some that have no row.
        None if level == number_of("SOL_SOCKET") => {
            text::named(crate::catalog::parameter::Group::OptionName, name)
        }
        None => name.to_string(),
    }
}
