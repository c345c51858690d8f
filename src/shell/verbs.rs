//! The verbs the session answers, sent to the file that answers each; and the words of their arguments.

use super::{Flow, Screen, Shell};
use crate::catalog::verb::Verb;
use crate::command::ast::{Call, Command, Expr};

impl Shell {
    pub(super) fn session_verb(
        &mut self,
        process: &str,
        command: &Command,
        call: &Call,
        screen: &mut dyn Screen,
    ) -> Flow {
        match call.verb {
            Verb::Sockets => self.sockets(call, screen),
            Verb::Info => self.info(process, call, screen),
            Verb::States => self.states(process, call, screen),
            Verb::Packets => self.packets(call, screen),
            Verb::Packet => self.packet(call, screen),
            Verb::Ladder => self.ladder(process, call, screen),
            Verb::Follow => self.follow(process, call, screen),
            Verb::Stream => self.stream(process, call, screen),
            Verb::Plot => self.plot(process, call, screen),
            Verb::Page => self.page_verb(call, screen),
            Verb::Messages => self.list_messages(process, call, screen),
            Verb::Conversations => self.conversations(screen),
            Verb::Inspect => self.inspect(call, screen),
            Verb::Why => self.why(process, call, screen),
            Verb::Help => self.help(call, screen),
            Verb::Explain => self.explain(call, screen),
            Verb::Process => self.process_verb(call, screen),
            Verb::Kill => self.kill(call, screen),
            Verb::Run => self.run(process, command, call, screen),
            Verb::Type => self.type_verb(call, screen),
            Verb::Inject => self.inject(call, screen),
            Verb::Step => self.step_verb(call, screen),
            Verb::Go => self.go_verb(call, screen),
            Verb::Calls => self.calls(call, screen),
            Verb::Lab => self.lab(screen),
            Verb::Host => self.host(call, screen),
            Verb::Wire => self.wire(call, screen),
            Verb::Sysctl => self.sysctl(process, call, screen),
            Verb::Sleep => self.sleep(process, call, screen),
            Verb::Wait => self.wait_verb(call, screen),
            Verb::Jobs => self.jobs(screen),
            Verb::Cancel => self.cancel(call, screen),
            Verb::Expect => self.expect(process, call, screen),
            Verb::Load => return self.load(call, screen),
            Verb::Save => self.save(process, call, screen),
            Verb::Reset => self.reset(screen),
            Verb::Import => {}
            Verb::Lesson => self.lesson_verb(&word(call, 0).unwrap_or_default(), screen),
            Verb::Hint => self.hint(screen),
            Verb::Skip => self.skip(screen),
            Verb::Back => self.back(screen),
            Verb::Solution => self.solution(screen),
            _ => return Flow::Quit,
        }
        Flow::Continue
    }
}

/// The words of an argument: a bare word, a name, a number or a string.
pub(super) fn word(call: &Call, place: usize) -> Option<String> {
    match call.args.get(place)?.as_ref()? {
        Expr::Str(text) | Expr::Name(text) | Expr::Constant(text) => Some(text.clone()),
        Expr::Int(number) => Some(number.to_string()),
        Expr::Address(address) => Some(address.to_string()),
        Expr::HostPort(host, None) => Some(host.clone()),
        Expr::HostPort(host, Some(port)) => Some(format!("{host}:{port}")),
        Expr::Last => Some("_".to_owned()),
        // `info server.conn`: a variable of another process.
        Expr::Attribute(of, name) => match of.as_ref() {
            Expr::Name(process) => Some(format!("{process}.{name}")),
            _ => None,
        },
        _ => None,
    }
}

/// The words of an argument that takes the rest of the line, apart; commas between them do not matter.
pub(super) fn words(call: &Call, place: usize) -> Vec<String> {
    let text = word(call, place).unwrap_or_default();
    text.split([' ', ',', '\t'])
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The number of an argument.
pub(super) fn number(call: &Call, place: usize) -> Option<i64> {
    match call.args.get(place)?.as_ref()? {
        Expr::Int(number) => Some(*number),
        Expr::Str(text) | Expr::Name(text) => text.trim().parse().ok(),
        _ => None,
    }
}
