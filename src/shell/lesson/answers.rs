//! `answer_from`: the kernel's answer to a question, read from what happened.

use crate::command::ast::Expr;
use crate::command::filter;
use crate::command::parse::parse_expression;
use crate::event::CallEvent;
use crate::lesson::answer::AnswerFrom;
use crate::lesson::difference::answers;
use crate::shell::Shell;
use crate::shell::expecting::Since;
use crate::shell::expecting::verdict::is_named;
use crate::value::Value;

impl Shell {
    /// The newest call of this name.
    fn newest_call<'a>(
        &'a self,
        name: &str,
        who: Option<&'a str>,
        since: &Since,
    ) -> Result<&'a CallEvent, String> {
        let calls = self.calls_since(who, since);
        let newest = calls.filter(|call| is_named(&call.name, name)).last();
        newest.ok_or_else(|| format!("no {name} has returned"))
    }

    /// Reads an answer. An error says why there is none.
    pub(super) fn read_answer(
        &mut self,
        from: &AnswerFrom,
        since: &Since,
        process: &str,
    ) -> Result<String, String> {
        match from {
            AnswerFrom::FieldOfNumber(field, number) => {
                let packet = self.session.log().packet_numbered(*number);
                let packet = packet.ok_or_else(|| format!("there is no packet {number}"))?;
                value_of(field, packet)
            }
            AnswerFrom::FieldOf(field, pattern) => {
                let found = self
                    .packets_since(since)
                    .find(|packet| answers(pattern, &self.seen(packet), since.time_ns));
                let packet = found.ok_or_else(|| format!("no packet is {}", pattern.text))?;
                value_of(field, packet)
            }
            AnswerFrom::Count(asked) => Ok(self
                .packets_since(since)
                .filter(|packet| asked.filter.matches(packet))
                .count()
                .to_string()),
            AnswerFrom::Result(name, who) => self
                .newest_call(name, who.as_deref(), since)
                .map(|call| call.result.to_string()),
            AnswerFrom::Errno(name, who) => self
                .newest_call(name, who.as_deref(), since)
                .map(|call| call.errno.clone().unwrap_or_else(|| "ok".to_owned())),
            AnswerFrom::State(socket) => {
                self.session.refresh();
                self.state_of(process, socket)
                    .map(str::to_owned)
                    .ok_or_else(|| format!("{socket} is not a socket here"))
            }
            AnswerFrom::Value(text, who) => {
                let process = who.as_deref().unwrap_or(process);
                let expr: Expr = parse_expression(text).map_err(|error| error.to_string())?;
                let busy = self
                    .session
                    .process(process)
                    .is_none_or(|process| process.work(0).is_some());
                if busy {
                    return Err(format!("{process} is blocked and cannot say"));
                }
                match self.session.evaluate(process, expr)? {
                    Some(value) => Ok(plain(&value)),
                    None => Err(format!("{text} has no value")),
                }
            }
        }
    }
}

fn value_of(field: &str, packet: &crate::event::packet::PacketEvent) -> Result<String, String> {
    let values = filter::values(field, packet);
    if values.is_empty() {
        return Err(format!("packet #{} has no {field}", packet.number));
    }
    Ok(values.join(", "))
}

/// A value as an answer is typed: text without quotes.
fn plain(value: &Value) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        Value::Constant { name, .. } => name.clone(),
        Value::Str(text) => text.clone(),
        Value::Bytes(bytes) => crate::packet::text::escape(bytes, 200),
        Value::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
        Value::Float(number) => number.to_string(),
        Value::Address(address) => address.to_string(),
        other => format!("{other:?}"),
    }
}
