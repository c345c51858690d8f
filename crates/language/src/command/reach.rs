//! What a command would do outside the lab, as far as its text says it: start a program, read or write a file, meet a socket of the file
//! system. Paths that are only known when the command runs are judged by the engine (`engine/bounds.rs`).

use super::ast::{Action, Call, Command, Expr, Layer};
use crate::catalog::parameter::Kind;
use crate::catalog::verb::Verb;
use socklab_events::value::Address;
use std::path::{Component, Path};

impl Command {
    /// True when it would do something outside the lab and outside the folder its process begins in.
    pub fn reaches_out(&self) -> bool {
        match &self.action {
            Action::Call(call) => call.reaches_out(),
            Action::Evaluate(expr) => expr.reaches_out(),
            Action::Repeat(count, body) => {
                count.reaches_out() || body.iter().any(Command::reaches_out)
            }
            Action::Switch => false,
        }
    }
}

impl Call {
    fn reaches_out(&self) -> bool {
        // A lesson that starts another one, or a script that is loaded, may bring anything.
        if matches!(
            self.verb,
            Verb::Run | Verb::Save | Verb::Load | Verb::Lesson
        ) {
            return true;
        }
        let parameters = self.verb.entry().parameters;
        let is_path = |place: usize| {
            let kind = parameters.get(place).map(|parameter| parameter.kind);
            matches!(kind, Some(Kind::Address | Kind::Path))
        };
        self.args.iter().enumerate().any(|(place, arg)| {
            arg.as_ref()
                .is_some_and(|arg| arg.reaches_out() || is_path(place) && arg.is_path_outside())
        })
    }
}

impl Expr {
    fn reaches_out(&self) -> bool {
        match self {
            Self::Call(call) => call.reaches_out(),
            Self::Address(Address::UnixPath(path)) => is_outside(path),
            Self::List(items) | Self::Tuple(items) | Self::Function(_, items) => {
                items.iter().any(Self::reaches_out)
            }
            Self::Binary(_, one, other) | Self::Index(one, other) => {
                one.reaches_out() || other.reaches_out()
            }
            Self::Negative(inner) | Self::Not(inner) | Self::Attribute(inner, _) => {
                inner.reaches_out()
            }
            Self::Slice(of, start, end) => {
                let ends = [start, end].into_iter().flatten();
                of.reaches_out() || ends.into_iter().any(|end| end.reaches_out())
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
            | Self::HostPort(..) => false,
        }
    }

    fn is_path_outside(&self) -> bool {
        match self {
            Self::Str(text) => is_outside(text.as_bytes()),
            Self::Bytes(bytes) => is_outside(bytes),
            _ => false,
        }
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
