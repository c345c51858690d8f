//! What a command would do outside the lab, as far as its text says it: start a program, read or write a file, meet a socket of the file
//! system. Paths that are only known when the command runs are judged by the engine (`engine/bounds.rs`).

use super::ast::{Action, Call, Command, Expr, Layer};
use crate::catalog::parameter::Kind;
use crate::catalog::verb::Verb;
use socklab_events::value::Address;
use std::path::{Component, Path};

/// What the reader allowed a lesson that did not come with the program: these commands and these paths, and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Granted {
    /// The commands, by their text.
    pub commands: Vec<String>,
    /// The paths, as they were shown.
    pub paths: Vec<Vec<u8>>,
    /// Python may be asked where its modules are.
    pub modules: bool,
}

impl Granted {
    /// Allows what a command does outside the lab by its text.
    pub fn add(&mut self, command: &Command) {
        if !command.reaches_out() {
            return;
        }
        self.commands.push(command.text.clone());
        let paths = command.paths_outside().into_iter().map(<[u8]>::to_vec);
        self.paths.extend(paths);
        if let Action::Repeat(_, body) = &command.action {
            for command in body {
                self.add(command);
            }
        }
    }
}

/// One way a command leaves the lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way<'a> {
    /// It starts a program, or reads or writes a file that it names.
    Verb,
    /// It names a path outside the folder its process begins in.
    Path(&'a [u8]),
}

impl Command {
    /// True when it would do something outside the lab and outside the folder its process begins in.
    pub fn reaches_out(&self) -> bool {
        let mut ways = Vec::new();
        self.ways_out(&mut ways);
        !ways.is_empty()
    }

    /// The paths outside the folder its process begins in that its text names.
    pub fn paths_outside(&self) -> Vec<&[u8]> {
        let mut ways = Vec::new();
        self.ways_out(&mut ways);
        let path = |way| match way {
            Way::Path(path) => Some(path),
            Way::Verb => None,
        };
        ways.into_iter().filter_map(path).collect()
    }

    fn ways_out<'a>(&'a self, ways: &mut Vec<Way<'a>>) {
        match &self.action {
            Action::Call(call) => call.ways_out(ways),
            Action::Evaluate(expr) => expr.ways_out(ways),
            Action::Repeat(count, body) => {
                count.ways_out(ways);
                for command in body {
                    command.ways_out(ways);
                }
            }
            Action::Switch => {}
        }
    }
}

impl Call {
    fn ways_out<'a>(&'a self, ways: &mut Vec<Way<'a>>) {
        // A page listens in this machine's own network. A lesson that starts another one, or a script that is loaded, may bring anything.
        if matches!(
            self.verb,
            Verb::Run | Verb::Save | Verb::Load | Verb::Lesson | Verb::Page
        ) {
            ways.push(Way::Verb);
        }
        let parameters = self.verb.entry().parameters;
        for (place, arg) in self.args.iter().enumerate() {
            let Some(arg) = arg else { continue };
            arg.ways_out(ways);
            let kind = parameters.get(place).map(|parameter| parameter.kind);
            if matches!(kind, Some(Kind::Address | Kind::Path)) {
                ways.extend(arg.path_outside().map(Way::Path));
            }
        }
    }
}

impl Expr {
    fn ways_out<'a>(&'a self, ways: &mut Vec<Way<'a>>) {
        match self {
            Self::Call(call) => call.ways_out(ways),
            Self::Address(Address::UnixPath(path)) if is_outside(path) => {
                ways.push(Way::Path(path));
            }
            Self::List(items) | Self::Tuple(items) | Self::Function(_, items) => {
                for item in items {
                    item.ways_out(ways);
                }
            }
            Self::Binary(_, one, other) | Self::Index(one, other) => {
                one.ways_out(ways);
                other.ways_out(ways);
            }
            Self::Negative(inner) | Self::Not(inner) | Self::Attribute(inner, _) => {
                inner.ways_out(ways);
            }
            Self::Slice(of, start, end) => {
                for part in [Some(of), start.as_ref(), end.as_ref()]
                    .into_iter()
                    .flatten()
                {
                    part.ways_out(ways);
                }
            }
            Self::Layer(Layer { .. })
            | Self::None
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Duration(_)
            | Self::Str(_)
            | Self::Bytes(_)
            | Self::Constant(_)
            | Self::Name(_)
            | Self::Last
            | Self::Address(_)
            | Self::HostPort(..) => {}
        }
    }

    fn path_outside(&self) -> Option<&[u8]> {
        let path = match self {
            Self::Str(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
            _ => return None,
        };
        is_outside(path).then_some(path)
    }
}

/// True for a path that does not stay below the current folder by its text alone. Where its symbolic links lead is not asked here.
fn is_outside(path: &[u8]) -> bool {
    use std::os::unix::ffi::OsStrExt;
    Path::new(std::ffi::OsStr::from_bytes(path))
        .components()
        .any(|part| !matches!(part, Component::CurDir | Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use crate::command::parse::parse_line;

    #[test]
    fn what_starts_programs_or_leaves_the_folder_is_known_by_its_text() {
        for (line, out) in [
            ("run true", true),
            ("run true &", true),
            ("server> run true", true),
            ("repeat 2 { repeat 2 { run true } }", true),
            ("save x.pcapng", true),
            ("page 0.0.0.0:8080", true),
            ("load x.lab", true),
            ("lesson check x.md", true),
            ("connect u /run/docker.sock", true),
            ("u.connect(\"/run/docker.sock\")", true),
            ("connect u b\"/run/docker.sock\"", true),
            ("p = /run/docker.sock", true),
            ("bind d ../x.sock", true),
            ("bind d ./a/../../x.sock", true),
            ("sendto d \"x\" \"/run/x\"", true),
            ("sendfile c /etc/passwd", true),
            ("sendfile c ./notes.txt", false),
            ("connect u ./x.sock", false),
            ("connect u @name", false),
            ("send c \"/etc/passwd\"", false),
            ("send c \"GET /../ HTTP/1.1\"", false),
            ("connect c 10.0.0.2:80", false),
        ] {
            let commands = parse_line(line).unwrap_or_else(|error| panic!("{line}: {error}"));
            let found = commands.iter().any(super::Command::reaches_out);
            assert_eq!(found, out, "{line}");
        }
    }
}
