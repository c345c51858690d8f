//! Whose code a frame is: the user's own, a package's, or that of the language's library.

use std::collections::HashMap;
use std::path::Path;

/// From what is sought to what is least so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// The user's own code.
    User,
    /// A package made by others.
    Package,
    /// The standard library.
    Library,
}

/// The folders that were seen to hold Python's standard library, or not to.
#[derive(Default)]
pub(super) struct Roots(HashMap<String, bool>);

impl Roots {
    /// Whose a Python file is.
    pub(super) fn of_python(&mut self, file: &str) -> Origin {
        if file.starts_with("<frozen ") {
            return Origin::Library;
        }
        let folders = ["/site-packages/", "/dist-packages/"];
        if folders.iter().any(|folder| file.contains(folder)) {
            return Origin::Package;
        }
        // PREFIX/lib/python3.N is one where os.py lies in it: the landmark that the interpreter itself seeks (site(3) of its manual).
        for (at, _) in file.match_indices("/python3") {
            let end = file[at + 1..].find('/').map(|end| at + 1 + end);
            let Some(root) = end.and_then(|end| file.get(..end)) else {
                continue;
            };
            let holds = self
                .0
                .entry(root.to_owned())
                .or_insert_with(|| Path::new(root).join("os.py").exists());
            if *holds {
                return Origin::Library;
            }
        }
        Origin::User
    }
}

/// Whose the code of a compiled function is, by the file that its debug information names. `None` is code of the language's own
/// library or runtime, whose lines say nothing to a user.
pub(super) fn of_native(file: &str, function: &str) -> Option<Origin> {
    const LIBRARIES: [&str; 5] = [
        "/rustc/",
        "/rust/deps/",
        "/usr/include/",
        "/usr/lib/",
        "/usr/src/",
    ];
    const PARTS: [&str; 4] = [
        "/rustlib/src/rust/library/",
        "/sysdeps/",
        "/glibc",
        "/musl-",
    ];
    const PACKAGES: [&str; 4] = [
        "/.cargo/registry/src/",
        "/.cargo/git/checkouts/",
        "/pkg/mod/",
        "/usr/local/include/",
    ];
    if LIBRARIES.iter().any(|start| file.starts_with(start))
        || PARTS.iter().any(|part| file.contains(part))
        || is_go_library(file, function)
    {
        return None;
    }
    if PACKAGES.iter().any(|part| file.contains(part)) || !file.starts_with('/') {
        return Some(Origin::Package);
    }
    Some(Origin::User)
}

/// Go's own packages lie in GOROOT/src/PACKAGE, or in PACKAGE alone where the paths were trimmed; they have no dot in the first part of
/// their path, as that of each package from elsewhere has.
fn is_go_library(file: &str, function: &str) -> bool {
    let is_go = file.ends_with(".go") || file.ends_with(".s");
    let last = function.rfind('/').map_or(0, |slash| slash + 1);
    let Some(dot) = function[last..].find('.') else {
        return is_go && file.contains("/src/runtime/");
    };
    let package = &function[..last + dot];
    let first = package.split('/').next().unwrap_or("");
    let folder = Path::new(file).parent().map(Path::to_string_lossy);
    let below = |folder: &str| {
        folder == package || folder.ends_with(&format!("/src/{package}")) || package.is_empty()
    };
    is_go
        && package != "main"
        && !first.contains('.')
        && folder.is_some_and(|folder| below(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_a_python_file_is() {
        let mut roots = Roots::default();
        roots.0.insert("/usr/lib/python3.11".to_owned(), true);
        for (file, origin) in [
            ("/home/me/server.py", Origin::User),
            ("server.py", Origin::User),
            ("<string>", Origin::User),
            ("<frozen runpy>", Origin::Library),
            ("/usr/lib/python3.11/socketserver.py", Origin::Library),
            ("/home/me/python3/server.py", Origin::User),
            ("/home/me/python3.11/server.py", Origin::User),
            (
                "/home/me/venv/lib/python3.11/site-packages/flask/app.py",
                Origin::Package,
            ),
            (
                "/usr/lib/python3/dist-packages/requests/api.py",
                Origin::Package,
            ),
        ] {
            assert_eq!(roots.of_python(file), origin, "{file}");
        }
    }

    #[test]
    fn whose_compiled_code_is() {
        for (file, function, origin) in [
            ("/home/me/server.c", "main", Some(Origin::User)),
            ("/rustc/5980/library/std/src/net/tcp.rs", "connect", None),
            ("/usr/include/c++/12/bits/stl_vector.h", "push_back", None),
            (
                "/home/me/.cargo/registry/src/index/mio-1/src/sys.rs",
                "send",
                Some(Origin::Package),
            ),
            ("/usr/local/go/src/net/dial.go", "net.Dial", None),
            (
                "/usr/local/go/src/internal/poll/fd_unix.go",
                "internal/poll.(*FD).Read",
                None,
            ),
            ("net/dial.go", "net.Dial", None),
            ("/home/me/server/main.go", "main.main", Some(Origin::User)),
            (
                "/home/me/server/wire/wire.go",
                "server/wire.Send",
                Some(Origin::User),
            ),
            (
                "/root/go/pkg/mod/example.com/x@v1.0.0/x.go",
                "example.com/x.Send",
                Some(Origin::Package),
            ),
        ] {
            assert_eq!(of_native(file, function), origin, "{file}");
        }
    }
}
