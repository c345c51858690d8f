//! Calls that wait for several descriptors, in C.

use super::statement::Writer;
use crate::export::plan::Op;

impl Writer<'_> {
    pub(super) fn waits(&self) -> Vec<String> {
        match &self.step.op {
            Op::Timer {
                fd,
                events,
                milliseconds,
                otherwise,
            } => vec![
                format!(
                    "if (check(\"poll\", poll(&(struct pollfd){{.fd = {}, .events = {events}}}, 1, {milliseconds})) == 0)",
                    self.held(*fd)
                ),
                format!("    printf(\"{otherwise}\\n\");"),
            ],
            Op::Poll {
                entries,
                milliseconds,
            } => {
                let list: Vec<String> = entries
                    .iter()
                    .map(|(fd, events)| format!("{{.fd = {}, .events = {events}}}", self.held(*fd)))
                    .collect();
                let declared = format!("struct pollfd fds[] = {{{}}};", list.join(", "));
                let call = format!("poll(fds, {}, {milliseconds})", entries.len());
                self.counted_with(&declared, "poll", &call)
            }
            Op::Select { sets, microseconds } => self.select(sets, *microseconds),
            Op::EpollControl {
                epoll,
                what,
                fd,
                events,
            } => {
                let (epoll, fd) = (self.held(*epoll), self.held(*fd));
                vec![
                    "{".to_owned(),
                    format!(
                        "    struct epoll_event event = {{.events = {events}, .data.fd = {fd}}};"
                    ),
                    format!(
                        "    {}",
                        self.outcome(&format!("epoll_ctl({epoll}, {what}, {fd}, &event)"))
                    ),
                    "}".to_owned(),
                ]
            }
            Op::EpollWait {
                epoll,
                most,
                milliseconds,
            } => {
                let epoll = self.held(*epoll);
                let declared = format!("static struct epoll_event events[{most}];");
                let call = format!("epoll_wait({epoll}, events, {most}, {milliseconds})");
                self.counted_with(&declared, "epoll_wait", &call)
            }
            _ => Vec::new(),
        }
    }

    /// A block with a declaration and a call that says how many are ready.
    fn counted_with(&self, declared: &str, name: &str, call: &str) -> Vec<String> {
        vec![
            "{".to_owned(),
            format!("    {declared}"),
            self.counted(name, call),
            "}".to_owned(),
        ]
    }

    /// A call that says how many are ready; the number is printed where it got no name.
    fn counted(&self, name: &str, call: &str) -> String {
        if let Some(errno) = &self.step.errno {
            format!("    fails(\"{name}\", {call}, {errno}, \"{errno}\");")
        } else if self.step.alone {
            format!("    printf(\"{name}: %d\\n\", check(\"{name}\", {call}));")
        } else {
            format!("    check(\"{name}\", {call});")
        }
    }

    fn select(&self, sets: &[Vec<usize>; 3], microseconds: Option<i64>) -> Vec<String> {
        let mut lines = vec![
            "{".to_owned(),
            "    fd_set sets[3];".to_owned(),
            "    int most = -1;".to_owned(),
        ];
        lines.extend((0..3).map(|set| format!("    FD_ZERO(&sets[{set}]);")));
        for (at, set) in sets.iter().enumerate() {
            for variable in set {
                let name = self.held(*variable);
                lines.push(format!("    FD_SET({name}, &sets[{at}]);"));
                lines.push(format!("    most = {name} > most ? {name} : most;"));
            }
        }
        let time = match microseconds {
            Some(time) => {
                lines.push(format!(
                    "    struct timeval time = {{.tv_sec = {}, .tv_usec = {}}};",
                    time / 1_000_000,
                    time % 1_000_000
                ));
                "&time"
            }
            None => "NULL",
        };
        lines.push(self.counted(
            "select",
            &format!("select(most + 1, &sets[0], &sets[1], &sets[2], {time})"),
        ));
        lines.push("}".to_owned());
        lines
    }
}
