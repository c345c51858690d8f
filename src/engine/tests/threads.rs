//! Several threads in one process: a call that sleeps keeps nothing locked.

use super::{Bench, List};
use crate::command::parse::parse_line;
use crate::engine::report::{Report, Reports};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// Reports that can be waited for.
struct Stream(Sender<Report>);

impl Reports for Stream {
    fn send(&self, report: Report) {
        // The test may have ended; then nobody wants to know.
        let _ = self.0.send(report);
    }
}

fn next_call(reports: &Receiver<Report>) -> String {
    loop {
        match reports.recv_timeout(Duration::from_secs(20)) {
            Ok(Report::Called(event)) => return format!("{} {:?}", event.name, event.errno),
            Ok(_) => {}
            Err(error) => panic!("the call did not return: {error}"),
        }
    }
}

#[test]
fn a_thread_that_sleeps_in_accept_is_woken_by_a_connect_of_another() {
    let bench = Bench::new();
    bench.run("s = create_server 127.0.0.1:0; a = getsockname s");
    let (sender, receiver) = channel();
    std::thread::scope(|scope| {
        let engine = &bench.engine;
        scope.spawn(move || {
            let stream = Stream(sender);
            for command in parse_line("conn, addr = accept s").expect("a line") {
                engine.execute(&command, 8, 1, &stream);
            }
        });
        let Ok(Report::Starting(starting)) = receiver.recv_timeout(Duration::from_secs(20)) else {
            panic!("accept begins");
        };
        assert_eq!((starting.name.as_str(), starting.job), ("accept", 1));
        bench.run("c = socket; connect c a");
        assert_eq!(next_call(&receiver), "accept None");
    });
    let said = bench.run("send c \"hello\"; recv conn");
    assert!(said.contains("\"hello\", 4096"), "{said}");
    bench.run("close conn");
}

#[test]
fn shutdown_wakes_the_thread_that_sleeps_in_recv() {
    let bench = Bench::new();
    bench.run("a, b = socketpair");
    let (sender, receiver) = channel();
    std::thread::scope(|scope| {
        let engine = &bench.engine;
        scope.spawn(move || {
            for command in parse_line("recv a").expect("a line") {
                engine.execute(&command, 8, 1, &Stream(sender.clone()));
            }
        });
        assert!(matches!(
            receiver.recv_timeout(Duration::from_secs(20)),
            Ok(Report::Starting(_))
        ));
        bench.run("x = 5; print x; shutdown a SHUT_RDWR");
        assert_eq!(next_call(&receiver), "recv None");
    });
}

#[test]
fn variables_are_shared_by_the_threads_of_a_process() {
    let bench = Bench::new();
    std::thread::scope(|scope| {
        for job in 1..5 {
            let engine = &bench.engine;
            scope.spawn(move || {
                let line = format!("v{job} = {job} * 10");
                for command in parse_line(&line).expect("a line") {
                    engine.execute(&command, u64::from(job), job, &List::default());
                }
            });
        }
    });
    bench.says("v1 + v2 + v3 + v4", "-> 100");
}
