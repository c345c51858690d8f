//! A call as tests begin with: what a test is about is written over it. Not compiled into the program.

use super::CallEvent;

/// A call of `lab` that gave 0 in no time, with nothing beside its arguments.
pub fn call(name: &str, args: &[&str]) -> CallEvent {
    CallEvent {
        process: "lab".to_owned(),
        host: "lab".to_owned(),
        command: 1,
        job: 0,
        thread: 0,
        name: name.to_owned(),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        fd: None,
        result: 0,
        errno: None,
        data: None,
        peer: None,
        local: None,
        out: String::new(),
        made: Vec::new(),
        times: 1,
        blocked: false,
        start_ns: 0,
        end_ns: 0,
        syscall: String::new(),
        injected: None,
        stack: Vec::new(),
        woken_by: None,
        source: None,
    }
}
