//! The command line: what can be asked of the binary. Not what is done about it: that is `main`.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// A laboratory for sockets: type the calls, real kernels execute them, and see the packets each call caused.
///
/// Without arguments it is interactive. With files, a text or a pipe it runs a script.
#[derive(Debug, Parser)]
#[command(name = "socklab", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// What to do instead of running commands.
    #[command(subcommand)]
    pub(crate) task: Option<Task>,
    /// Scripts to run, one after the other in one lab.
    pub(crate) files: Vec<PathBuf>,
    /// Run this text as a script; `;` or line ends separate commands.
    #[arg(short = 'c', value_name = "TEXT", conflicts_with = "files")]
    pub(crate) text: Option<String>,
    /// How it is done.
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What every task knows.
#[derive(Clone, Debug, Args)]
pub(crate) struct Common {
    /// Use this machine's own network instead of a private one.
    #[arg(long, global = true)]
    pub(crate) host_network: bool,
    /// Serve a web page of the lab, live, that can only be watched: at a free port of this machine, or at an address or port.
    ///
    /// `--page 8080` is for browsers on this machine, `--page 0.0.0.0:8080` for others too; the addresses to open are shown. With a
    /// script or a capture the page stays until Ctrl-C.
    #[arg(long, global = true, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "")]
    pub(crate) page: Option<String>,
    /// Print events as JSON, one object a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Colours: `auto` uses them on a terminal, unless NO_COLOR is set.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: When,
    /// Draw with ASCII characters only.
    #[arg(long, global = true)]
    pub(crate) ascii: bool,
    /// Say nothing that was not asked for: no greeting, no echo of a script's lines.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// How long a script waits for a call that blocks, and for what it expects: 5s, or what a lesson says, when left out.
    #[arg(long, global = true, value_name = "TIME", value_parser = duration)]
    pub(crate) deadline: Option<Duration>,
    /// `save` may replace files that this session did not write.
    #[arg(long, global = true)]
    pub(crate) overwrite: bool,
    /// Lessons of a folder of your own, in place of those that come with the program.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) lessons: Option<PathBuf>,
}

impl Common {
    /// How long a script waits.
    pub(crate) fn patience(&self) -> Duration {
        self.deadline.unwrap_or(Duration::from_secs(5))
    }
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A thing that can be switched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// With it.
    On,
    /// Without it.
    Off,
}

/// What the times of a capture count from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Since {
    /// The first packet.
    Relative,
    /// The packet before.
    Delta,
    /// 1970, UTC.
    Epoch,
    /// They are dates and times of day, UTC.
    Date,
}

/// The tasks beside running commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Run a program in a lab of its own and show its socket calls with their packets.
    Run(RunTask),
    /// Open your own shell inside a running lab: nc, python3, ss and tcpdump work there.
    Enter {
        /// The host to enter; the first one when left out.
        host: Option<String>,
        /// The lab to enter, by the process id of its keeper, when several run.
        #[arg(long)]
        lab: Option<i32>,
    },
    /// Decode a capture file.
    Read(ReadTask),
    /// Capture on a real interface and show every packet. Needs CAP_NET_RAW.
    Inspect(InspectTask),
    /// Lessons: list them, read one, watch one, learn one, or check that they hold.
    Lesson {
        /// What to do with them.
        #[command(subcommand)]
        action: LessonTask,
    },
    /// Say what this machine allows, and what would lift its limits.
    Doctor,
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
}

impl Task {
    /// What it is, for a task that has nothing to show on a page.
    pub(crate) fn without_page(&self) -> Option<&'static str> {
        Some(match self {
            Self::Run(_)
            | Self::Read(_)
            | Self::Lesson {
                action: LessonTask::Play { .. } | LessonTask::Learn { .. },
            } => return None,
            Self::Lesson { .. } => "a list, a text or a check of lessons",
            Self::Inspect(_) => {
                "a live capture: `socklab inspect -w FILE` writes one that `read` shows"
            }
            Self::Enter { .. } => "a shell in a lab: the lab's own session opens its page",
            Self::Doctor => "what this machine allows",
            Self::Completions { .. } | Self::Man => "a text for the shell",
        })
    }
}

/// A program to run in a lab of its own.
#[derive(Debug, Args)]
pub(crate) struct RunTask {
    /// What the program is called.
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Show its calls; without them its packets alone.
    #[arg(long, value_name = "WHEN", default_value = "on")]
    pub(crate) calls: Switch,
    /// Run it without a tracer, so that gdb or strace can trace it: the same as `--calls off`.
    #[arg(long)]
    pub(crate) untraced: bool,
    /// Do not look for the lines of its source that make its calls.
    #[arg(long)]
    pub(crate) no_lines: bool,
    /// Stop it before each of its socket calls, at a prompt: `step` lets it make one, `go` lets it run.
    #[arg(long)]
    pub(crate) step: bool,
    /// The program and its arguments, after `--`; another one that is to run beside it after `--and`.
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "PROGRAM"
    )]
    pub(crate) words: Vec<String>,
}

/// A capture file to decode.
#[derive(Debug, Args)]
pub(crate) struct ReadTask {
    /// A pcap or pcapng file; `-` is standard input.
    pub(crate) file: PathBuf,
    /// A display filter, in Wireshark's language.
    pub(crate) filter: Vec<String>,
    /// End after this many packets that pass the filter.
    #[arg(short = 'c', long, value_name = "N")]
    pub(crate) count: Option<u64>,
    /// What the times count from.
    #[arg(short = 't', long, value_name = "FROM", default_value = "relative")]
    pub(crate) time: Since,
    /// What is shown in place of lines.
    #[command(flatten)]
    pub(crate) view: ReadView,
}

/// A capture on a real interface.
#[derive(Debug, Args)]
pub(crate) struct InspectTask {
    /// A display filter, such as `tcp.port == 80` or `udp and !(ip.addr == 10.0.0.0/8)`.
    pub(crate) filter: Vec<String>,
    /// The interface; `any` for all of them.
    #[arg(short, long, value_name = "IF")]
    pub(crate) interface: Option<String>,
    /// Write the packets to a pcapng file, too; `-` is standard output, and then no lines are shown. With --quiet it is only
    /// written.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
    /// Stop after so many packets that pass the filter.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) count: Option<u64>,
    /// What the times count from.
    #[arg(short = 't', long, value_name = "FROM", default_value = "relative")]
    pub(crate) time: Since,
    /// Write at most so many bytes of each frame to the file.
    #[arg(short, long, value_name = "BYTES")]
    pub(crate) snaplen: Option<u32>,
    /// Have the interface pass on what is addressed to others, too.
    #[arg(long)]
    pub(crate) promiscuous: bool,
    /// Have the kernel leave out all that the filter rejects. Without this it passes on whole TCP conversations where one of
    /// their packets could be wanted, because relative numbers and labels need all of them.
    #[arg(long)]
    pub(crate) strict: bool,
}

/// What `read` shows in place of a line a packet.
#[derive(Debug, Args)]
pub(crate) struct ReadView {
    /// Show the fields of each packet; with --hex, its bytes beside them.
    #[arg(short = 'V', long)]
    pub(crate) tree: bool,
    /// Show the bytes of each packet.
    #[arg(short = 'x', long)]
    pub(crate) hex: bool,
    /// Show this packet alone, its fields and bytes.
    #[arg(short, long, value_name = "NUMBER")]
    pub(crate) packet: Option<u64>,
    /// Draw the packets as arrows between their endpoints.
    #[arg(long, conflicts_with_all = ["tree", "hex", "packet"])]
    pub(crate) ladder: bool,
    /// List the conversations with their totals.
    #[arg(long, conflicts_with_all = ["tree", "hex", "packet", "ladder"])]
    pub(crate) conversations: bool,
    /// List the messages of HTTP, WebSocket, Engine.IO and Socket.IO, each with the packets that carried it.
    #[arg(long, conflicts_with_all = ["tree", "hex", "packet", "ladder", "conversations"])]
    pub(crate) messages: bool,
    /// Show what both sides of a conversation said, by its number in the list; with --hex as bytes.
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["tree", "packet", "ladder", "conversations", "messages"])]
    pub(crate) follow: Option<u32>,
    /// Plot a TCP conversation over time, by its number in the list: its sequence numbers (`seq`), its round-trip times (`rtt`), or
    /// the offered window and the bytes in flight (`window`).
    #[arg(long, num_args = 2, value_names = ["NUMBER", "WHAT"], conflicts_with_all = ["tree", "hex", "packet", "ladder", "conversations", "messages", "follow"])]
    pub(crate) plot: Option<Vec<String>>,
    /// Write the packets to a file in place of showing them: to a pcapng file, to a drawing of their ladder (or of the plot) where the
    /// name ends in `.svg`, to a page where it ends in `.html`.
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["tree", "hex", "packet", "ladder", "conversations", "messages", "follow"])]
    pub(crate) write: Option<PathBuf>,
}

/// What can be done with lessons.
#[derive(Debug, Subcommand)]
pub(crate) enum LessonTask {
    /// The lessons there are, and how far you are in each.
    List,
    /// The text of a lesson.
    Show {
        /// Its name (`handshake`), its number (`1.4`) or a file.
        name: String,
        /// Show the answers, the hints and the solutions, too.
        #[arg(long)]
        answers: bool,
    },
    /// Tell a lesson, each command when a key is pressed.
    Play {
        /// Its name, its number or a file.
        name: String,
        /// Go on by itself after so long.
        #[arg(long, value_name = "TIME", value_parser = duration)]
        pace: Option<Duration>,
        /// Let a lesson that did not come with the program run programs.
        #[arg(long)]
        allow_run: bool,
    },
    /// Type a lesson yourself.
    Learn {
        /// Its name, its number, a part (`1`) or a file.
        name: String,
        /// Let a lesson that did not come with the program run programs.
        #[arg(long)]
        allow_run: bool,
    },
    /// Put a program through the cases of the task that asks for it. Exit status: 0 when all passed, 1 when not, 2 for a wrong command
    /// line, 3 where this machine cannot run them.
    Grade {
        /// The lesson: its name, its number or a file.
        name: String,
        /// The program: a file in any language.
        file: PathBuf,
        /// Which of the lesson's programs, from 1; the one of the file's name when left out.
        #[arg(long, value_name = "N")]
        task: Option<usize>,
    },
    /// Run lessons and say whether what they claim holds.
    Check {
        /// Names, numbers, parts (`1`) or files; all lessons when left out.
        names: Vec<String>,
        /// Run each so often.
        #[arg(long, value_name = "N", default_value_t = 1)]
        repeat: usize,
        /// Run so many at a time; as many as suit the machine when left out.
        #[arg(long, value_name = "N")]
        jobs: Option<usize>,
        /// Let lessons that did not come with the program run programs.
        #[arg(long)]
        allow_run: bool,
    },
}

/// A time as the language writes it: `5s`, `200ms`, `1m`, or a number of seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(
        text.find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len()),
    );
    let scale = match unit {
        "" | "s" => 1.0,
        "ms" => 1e-3,
        "us" => 1e-6,
        "m" => 60.0,
        _ => return Err(format!("{unit} is not a unit of time: s, ms, us, m")),
    };
    let seconds: f64 = number
        .parse()
        .map_err(|_| "a time is a number and a unit: 5s, 200ms".to_owned())?;
    Duration::try_from_secs_f64(seconds * scale).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn common_flags_stand_before_a_task_or_behind_it() {
        for words in [
            "socklab --color never --ascii --lessons mine lesson list",
            "socklab lesson --color never --ascii --lessons mine list",
            "socklab lesson list --color never --ascii --lessons mine",
        ] {
            let cli = Cli::try_parse_from(words.split(' ')).expect("it can be parsed");
            assert!(matches!(cli.task, Some(Task::Lesson { .. })), "{words}");
            assert_eq!(cli.common.color, When::Never, "{words}");
            assert!(cli.common.ascii, "{words}");
            assert_eq!(cli.common.lessons, Some("mine".into()), "{words}");
        }
        let script = Cli::try_parse_from(["socklab", "--quiet", "a.lab", "lesson"]);
        let script = script.expect("they are two files");
        assert_eq!(script.files.len(), 2);
        assert!(script.task.is_none());
    }

    #[test]
    fn a_deadline_is_written_as_in_the_language() {
        assert_eq!(duration("5s"), Ok(Duration::from_secs(5)));
        assert_eq!(duration("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(duration("1.5"), Ok(Duration::from_millis(1500)));
        assert!(duration("5 parsecs").is_err());
        assert!(duration("-1s").is_err());
    }
}
