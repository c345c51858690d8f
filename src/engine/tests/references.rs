//! When a socket is closed that nothing refers to any more: CPython's reference counts, seen as calls of close(2).

use super::Bench;

#[test]
fn a_socket_is_closed_when_its_last_holder_lets_go() {
    for (holder, lines, last) in [
        ("a name", "s = socket", "s = None"),
        ("a second name", "s = socket; t = s; s = None", "t = None"),
        ("a list", "s = socket; l = [s]; s = None", "l = None"),
        ("a list in a list", "s = socket; l = [[s]]; s = 0", "l = 0"),
        ("a tuple", "s = socket; t = (s, 1); s = None", "t = None"),
        (
            "a poll object",
            "s = socket; p = poller; register p s POLLIN; s = None",
            "p = None",
        ),
        (
            "a poll object's entry",
            "s = socket; n = fileno s; p = poller; register p s POLLIN; s = None",
            "unregister p n",
        ),
        (
            "an epoll instance's entry",
            "s = socket; n = fileno s; e = epoll; register e s EPOLLIN; s = None",
            "unregister e n",
        ),
        (
            "a file",
            "s, t = socketpair; f = makefile s; s = 0",
            "f = 0",
        ),
        (
            "a file that is closed",
            "s, t = socketpair; f = makefile s \"w\"; s = 0",
            "close f",
        ),
        (
            "two files",
            "s, t = socketpair; f = makefile s; g = makefile s; s = 0; f = 0",
            "g = 0",
        ),
        (
            "a file in a list",
            "s, t = socketpair; l = [s.makefile()]; s = 0",
            "l = 0",
        ),
    ] {
        let bench = Bench::new();
        let closes = |lines: &str| {
            let told = bench.run(lines);
            let closes = told.lines().filter(|line| line.starts_with("close("));
            (closes.map(str::to_owned).collect::<Vec<_>>(), told)
        };
        let (before, told) = closes(lines);
        assert_eq!(before, [""; 0], "{holder}: {told}");
        let (after, told) = closes(last);
        assert_eq!(after, ["close(A) = 0"], "{holder}: {told}");
    }
}

#[test]
fn an_epoll_instance_goes_before_those_it_watches_and_a_file_writes_before_it_goes() {
    let bench = Bench::new();
    bench.run("s = socket; e = epoll; register e s EPOLLIN; s = None");
    bench.says("e = None", "close(B) = 0\nclose(A) = 0");
    let bench = Bench::new();
    bench.run("s, t = socketpair; f = makefile s \"w\"; write f \"kept\"; s = None");
    bench.says(
        "f = None\nrecv t 10",
        "send(A, \"kept\", 4, 0) = 4\nclose(A) = 0\nrecv(B, \"kept\", 10, 0) = 4",
    );
}

#[test]
fn a_number_and_a_socket_without_a_name_are_left_alone() {
    let bench = Bench::new();
    bench.run("socket; _.fileno(); n = _");
    let told = bench.run("n = 0; 1; 2");
    assert!(!told.contains("close("), "{told}");
}
