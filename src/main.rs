use socklab::inspector::read::read_file;
use socklab::render::json_packet::packet_json;
use std::io::Write;
use std::ops::ControlFlow;

fn main() -> std::process::ExitCode {
    let path = std::env::args().nth(3).unwrap_or_default();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let done = read_file(path.as_ref(), |packet| {
        match writeln!(out, "{}", packet_json(packet)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    let _ = out.flush();
    match done {
        Ok(_) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            std::process::ExitCode::FAILURE
        }
    }
}
