//! `serve` as Python: the loop of its service, for as many clients as came in the session.

use super::Writer;
use crate::command::ast::{Call, Expr};
use crate::export::script::Step;

/// What a service does with what it was sent: the statement, the client being `{client}` and the bytes `{data}`.
fn answer(service: &str, reply: &str) -> String {
    match service {
        "upper" => reply.replace("{answer}", "{data}.upper()"),
        "time" => reply.replace(
            "{answer}",
            "time.strftime(\"%Y-%m-%dT%H:%M:%SZ\\r\\n\", time.gmtime()).encode()",
        ),
        _ => reply.replace("{answer}", "{data}"),
    }
}

impl Writer {
    /// The lines that do what `serve` did. An error says why there are none.
    pub(super) fn served(&mut self, call: &Call, step: &Step<'_>) -> Result<Vec<String>, String> {
        let socket = match call.args.first() {
            Some(Some(socket)) => self.known.operand(socket)?,
            _ => return Err("its socket is not known".to_owned()),
        };
        let word = |place: usize| match call.args.get(place) {
            Some(Some(Expr::Str(word))) => word.as_str(),
            _ => "",
        };
        let (service, model) = (word(1), word(2));
        if matches!(service, "chat" | "file" | "http" | "websocket" | "socketio") {
            return Err(format!(
                "what `serve` answers as {service} is a program of its own: `serve s {service}` runs it in socklab"
            ));
        }
        let times = |names: &[&str]| {
            let made = step.calls.iter();
            made.filter(|call| names.contains(&call.name.as_str()) && call.errno.is_none())
                .count()
        };
        let datagrams = times(&["recvfrom"]);
        let clients = times(&["accept", "accept4"]);
        let client = self.unused("client");
        let data = self.unused("request");
        let peer = self.unused("peer");
        let lines = if datagrams > 0 {
            let reply = answer(service, "{socket}.sendto({answer}, {peer})");
            format!(
                "for _ in range({datagrams}):  # as many datagrams as came in the session\n    {{data}}, {{peer}} = {{socket}}.recvfrom(4096)\n    {reply}"
            )
        } else if clients == 0 {
            return Err("no client came".to_owned());
        } else {
            let work = if service == "time" {
                answer(service, "{client}.sendall({answer})")
            } else if service == "line" {
                "for {data} in {client}.makefile(\"rb\"):\n    {client}.sendall({data})".to_owned()
            } else {
                let reply = answer(service, "{client}.sendall({answer})");
                format!(
                    "while True:\n    {{data}} = {{client}}.recv(4096)\n    if not {{data}}:\n        break\n    {reply}"
                )
            };
            self.loop_of_clients(clients, &work, matches!(model, "" | "iterative"))
        };
        let lines = lines
            .replace("{socket}", &socket)
            .replace("{client}", &client)
            .replace("{data}", &data)
            .replace("{peer}", &peer);
        let mut lines: Vec<String> = lines.lines().map(str::to_owned).collect();
        if let Some(target) = step.command.targets.first() {
            let target = self.name(target);
            lines.push(format!("{target} = {}", clients.max(datagrams)));
        }
        Ok(lines)
    }

    /// One client after the other, or each in a thread of its own, as all models but the iterative one serve several at once.
    fn loop_of_clients(&mut self, clients: usize, work: &str, iterative: bool) -> String {
        let indented = |text: &str, depth: usize| -> String {
            let blank = " ".repeat(4 * depth);
            let lines: Vec<String> = text.lines().map(|line| format!("{blank}{line}")).collect();
            lines.join("\n")
        };
        let head = format!(
            "for _ in range({clients}):  # as many clients as came in the session\n    {{client}}, {{peer}} = {{socket}}.accept()"
        );
        if iterative {
            return format!("{head}\n    with {{client}}:\n{}", indented(work, 2));
        }
        let function = self.unused("answer");
        format!(
            "def {function}({{client}}):\n    with {{client}}:\n{}\n\n\n{head}\n    threading.Thread(target={function}, args=({{client}},)).start()",
            indented(work, 2)
        )
    }

    /// A name that nothing in the program has.
    fn unused(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        while self.taken.contains(&name) {
            name.push('_');
        }
        self.taken.insert(name.clone());
        name
    }
}
