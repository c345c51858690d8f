//! Calls that wait for several descriptors, in Rust.

use super::statement::Writer;
use crate::export::plan::Op;

impl Writer<'_> {
    pub(super) fn waits(&self) -> Vec<String> {
        vec![match &self.step.op {
            Op::Timer {
                fd,
                events,
                milliseconds,
                otherwise,
            } => {
                return vec![
                    format!(
                        "if check(\"poll\", poll(&mut [PollFd::new({}, {events})], {milliseconds})) == 0 {{",
                        self.held(*fd)
                    ),
                    format!("    println!(\"{otherwise}\");"),
                    "}".to_owned(),
                ];
            }
            Op::Poll {
                entries,
                milliseconds,
            } => {
                let entry = |(fd, events): &(usize, String)| {
                    format!("PollFd::new({}, {events})", self.held(*fd))
                };
                let list: Vec<String> = entries.iter().map(entry).collect();
                self.counted(
                    "poll",
                    &format!("poll(&mut [{}], {milliseconds})", list.join(", ")),
                )
            }
            Op::Select { sets, microseconds } => {
                let sets = sets.each_ref().map(|set| {
                    let names: Vec<&str> = set.iter().map(|one| self.held(*one)).collect();
                    format!("&[{}]", names.join(", "))
                });
                let time = microseconds.map_or("None".to_owned(), |time| format!("Some({time})"));
                self.counted("select", &format!("select({}, {time})", sets.join(", ")))
            }
            Op::EpollControl {
                epoll,
                what,
                fd,
                events,
            } => self.outcome(&format!(
                "epoll_ctl({}, {what}, {}, {events})",
                self.held(*epoll),
                self.held(*fd)
            )),
            Op::EpollWait {
                epoll,
                most,
                milliseconds,
            } => {
                let epoll = self.held(*epoll);
                self.counted(
                    "epoll_wait",
                    &format!("epoll_wait({epoll}, {most}, {milliseconds})"),
                )
            }
            _ => return Vec::new(),
        }]
    }

    /// How many are ready is printed where it got no name.
    fn counted(&self, name: &str, call: &str) -> String {
        match &self.step.errno {
            None if self.step.alone => {
                format!("println!(\"{name}: {{}}\", check(\"{name}\", {call}));")
            }
            _ => self.outcome(call),
        }
    }
}
