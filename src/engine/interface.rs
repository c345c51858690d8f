//! Network interfaces by name and number, and ioctl.

use super::arguments::{c_text, expected};
use super::draft::Draft;
use super::execution::{Execution, Outcome, Stop};
use super::operator::integer;
use super::text;
use crate::catalog::parameter::Group;
use crate::command::ast::Call;
use crate::sys::descriptor::{self, Shape};
use crate::sys::interface;
use crate::value::Value;

impl Execution<'_> {
    /// `if_nameindex`: (number, name) of each interface.
    pub(super) fn if_nameindex(&mut self) -> Outcome {
        let interfaces = self.call(
            Draft::of("if_nameindex"),
            interface::if_nameindex,
            |found, event| {
                let shown: Vec<String> = found
                    .iter()
                    .map(|(index, name)| {
                        format!(
                            "{{if_index={index}, if_name={}}}",
                            text::quoted(name.as_bytes())
                        )
                    })
                    .collect();
                event.result = found.len() as i64;
                event.out = format!("[{}]", shown.join(", "));
            },
        )?;
        let pairs = interfaces.into_iter().map(|(index, name)| {
            Value::Tuple(vec![Value::Int(i64::from(index)), Value::Str(name)])
        });
        Ok(Value::List(pairs.collect()))
    }

    /// `if_nametoindex name`
    pub(super) fn if_nametoindex(&mut self, call: &Call) -> Outcome {
        let name = self.text(call, 0)?;
        let index = self.interface_index(&name)?;
        Ok(Value::Int(i64::from(index)))
    }

    /// The number of an interface, by if_nametoindex(3).
    pub(super) fn interface_index(&mut self, name: &str) -> Outcome<u32> {
        c_text(name)?;
        let draft = Draft::of("if_nametoindex").arg(text::quoted(name.as_bytes()));
        let index = self.call(
            draft,
            || interface::if_nametoindex(name),
            |index, event| event.result = i64::from(*index),
        )?;
        Ok(index)
    }

    /// `if_indextoname number`
    pub(super) fn if_indextoname(&mut self, call: &Call) -> Outcome {
        let index = self.int(call, 0, 0)?;
        let name = self.call(
            Draft::of("if_indextoname").arg(index.to_string()),
            || interface::if_indextoname(index as u32),
            |name, event| event.out = text::quoted(name.as_bytes()),
        )?;
        Ok(Value::Str(name))
    }

    /// `ioctl s request [argument]`: the number or the bytes that the request gives.
    pub(super) fn ioctl(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let request = self.int(call, 1, 0)?;
        let number = u64::from(request as u32);
        let name = text::named(Group::Ioctl, request);
        let Some(shape) = descriptor::shape(number) else {
            return Err(Stop::because(format!(
                "{name} is not a request this lab passes on; it knows FIONREAD, SIOCOUTQ, SIOCOUTQNSD, SIOCATMARK, FIONBIO and SIOCGIF…"
            )));
        };
        let mut argument = [0_u8; 64];
        let given = self.value(call, 2)?.unwrap_or(Value::Int(0));
        match &given {
            Value::Bytes(bytes) if bytes.len() <= 40 => {
                argument[..bytes.len()].copy_from_slice(bytes);
            }
            Value::Str(text) if shape == Shape::Interface && text.len() < 16 => {
                argument[..text.len()].copy_from_slice(text.as_bytes());
            }
            // SIOCGIFNAME takes the interface's number, behind the name.
            value if integer(value).is_some() => {
                let number = integer(value).unwrap_or_default() as i32;
                let at = if shape == Shape::Interface { 16 } else { 0 };
                argument[at..at + 4].copy_from_slice(&number.to_ne_bytes());
            }
            other => {
                let what = "a number, at most 40 bytes, or for SIOCGIF… an interface's name";
                return Err(expected(call, 2, what, other));
            }
        }
        let before = argument;
        let after = self.call(
            Draft::on(fd, "ioctl").arg(name).arg(shown(shape, &before)),
            || descriptor::ioctl(fd, number, &mut argument).map(|_| argument),
            |after, event| event.args[2] = shown(shape, after),
        )?;
        Ok(match (shape, &given) {
            (_, Value::Bytes(bytes)) => Value::Bytes(after[..bytes.len()].to_vec()),
            (Shape::Gives, _) => Value::Int(i64::from(first_int(&after))),
            (Shape::Takes, _) => Value::None,
            (Shape::Interface, _) => Value::Bytes(after[..40].to_vec()),
            (Shape::Time, _) => Value::Bytes(after[..16].to_vec()),
        })
    }
}

fn shown(shape: Shape, argument: &[u8; 64]) -> String {
    match shape {
        Shape::Gives | Shape::Takes => format!("[{}]", first_int(argument)),
        Shape::Interface => {
            let end = argument[..16].iter().position(|byte| *byte == 0);
            let name = text::quoted(&argument[..end.unwrap_or(16)]);
            format!("{{ifr_name={name}, {}}}", text::quoted(&argument[16..40]))
        }
        Shape::Time => text::quoted(&argument[..16]),
    }
}

fn first_int(argument: &[u8; 64]) -> i32 {
    argument
        .first_chunk()
        .map_or(0, |bytes| i32::from_ne_bytes(*bytes))
}
