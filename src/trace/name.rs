//! A call's name as the program's author wrote it. The C library makes several functions of one system call: send(2) is sendto(2)
//! without an address, and on some architectures poll(2) is ppoll(2) without a mask of signals.

use socklab_tracer::call::Argument;

/// The flag that runtimes add to every descriptor they make (PEP 446), and that nobody types.
pub(super) const CLOEXEC: u64 = libc::SOCK_CLOEXEC as u64;

/// The function for a system call with these arguments.
pub fn of(syscall: &'static str, arguments: &[Argument]) -> &'static str {
    let null = |index: usize| matches!(arguments.get(index), Some(Argument::Null));
    let plain = |index: usize| match arguments.get(index) {
        Some(Argument::Flags { bits, .. }) => bits & !CLOEXEC == 0,
        _ => false,
    };
    match syscall {
        "sendto" if null(4) => "send",
        "recvfrom" if null(4) => "recv",
        "accept4" if plain(3) => "accept",
        "pselect6" if null(5) => "select",
        "pselect6" => "pselect",
        "ppoll" if null(3) => "poll",
        "epoll_pwait" if null(4) => "epoll_wait",
        "dup3" if plain(2) => "dup2",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::of;
    use socklab_tracer::call::{Argument, Names};

    #[test]
    fn a_call_is_named_as_it_was_written() {
        let flags = |bits| Argument::Flags {
            names: Names::Accept,
            bits,
        };
        let null = || Argument::Null;
        let fd = Argument::Fd(3);
        let address = Argument::Address(vec![2, 0]);
        for (syscall, arguments, name) in [
            (
                "sendto",
                vec![fd.clone(), null(), null(), flags(0), null()],
                "send",
            ),
            (
                "sendto",
                vec![fd.clone(), null(), null(), flags(0), address],
                "sendto",
            ),
            (
                "recvfrom",
                vec![fd.clone(), null(), null(), flags(0), null()],
                "recv",
            ),
            (
                "accept4",
                vec![fd.clone(), null(), null(), flags(0o2_000_000)],
                "accept",
            ),
            (
                "accept4",
                vec![fd.clone(), null(), null(), flags(0o4_000)],
                "accept4",
            ),
            (
                "pselect6",
                vec![fd.clone(), null(), null(), null(), null(), null()],
                "select",
            ),
            (
                "pselect6",
                vec![
                    fd.clone(),
                    null(),
                    null(),
                    null(),
                    null(),
                    Argument::Signals(1),
                ],
                "pselect",
            ),
            ("ppoll", vec![null(), null(), null(), null()], "poll"),
            (
                "epoll_pwait",
                vec![fd.clone(), null(), null(), null(), null()],
                "epoll_wait",
            ),
            ("dup3", vec![fd.clone(), fd.clone(), flags(0)], "dup2"),
            ("connect", vec![fd.clone()], "connect"),
        ] {
            assert_eq!(of(syscall, &arguments), name, "{syscall} {arguments:?}");
        }
    }
}
