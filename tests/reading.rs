//! `socklab read` as its user meets it: lines, views, damage, pipes; and the same lines however many threads make them.

use socklab::inspector::read::read_told;
use socklab::inspector::relay::{Crew, Format, relay};
use socklab::render::clock::Clock;
use socklab::render::fast::packet_text;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const HEADER: [u8; 24] = [
    0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0,
];

/// A record of a pcap file: an IPv4 packet sent `number` milliseconds after the first.
fn record(number: u32, protocol: u8, above: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x45, 0];
    frame.extend((20 + above.len() as u16).to_be_bytes());
    frame.extend([0, 1, 0x40, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    frame.extend(above);
    let length = frame.len() as u32;
    let words = [1_000 + number / 1000, number % 1000 * 1000, length, length];
    let mut record: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    record.extend(frame);
    record
}

fn datagram(number: u32, port: u16, data: &[u8]) -> Vec<u8> {
    let mut above = port.to_be_bytes().to_vec();
    above.extend([0x13, 0x88]);
    above.extend((8 + data.len() as u16).to_be_bytes());
    above.extend([0, 0]);
    above.extend(data);
    record(number, 17, &above)
}

fn segment(number: u32, port: u16, seq: u32, data: &[u8]) -> Vec<u8> {
    let mut above = port.to_be_bytes().to_vec();
    above.extend([0x13, 0x88]);
    above.extend(seq.to_be_bytes());
    above.extend([0, 0, 0, 9, 0x50, 0x10, 1, 0, 0, 0, 0, 0]);
    above.extend(data);
    record(number, 6, &above)
}

/// A capture of many blocks: connections and datagrams of mixed sizes, some segments twice.
fn large() -> Vec<u8> {
    let mut file = HEADER.to_vec();
    let data = [b'x'; 1400];
    for number in 0..6000_u32 {
        let port = 1000 + (number % 37) as u16;
        let size = (number * 7919 % 1400) as usize;
        if number % 3 == 0 {
            file.extend(datagram(number, port, &data[..size]));
        } else {
            let seq = number / 41 * 1000;
            file.extend(segment(number, port, seq, &data[..size]));
        }
    }
    file
}

fn small() -> Vec<u8> {
    [
        &HEADER[..],
        &datagram(0, 4000, b"hello"),
        &segment(1, 4001, 100, b"GET"),
        &segment(3, 4001, 103, b" it"),
    ]
    .concat()
}

fn written(folder: &TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("capture.pcap");
    fs::write(&path, bytes).expect("the folder takes a file");
    path
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder of one's own")
}

fn socklab(file: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_socklab"))
        .arg("read")
        .arg(file)
        .args(arguments)
        .output()
        .expect("socklab runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

/// What `socklab read` says of the small capture.
fn says(arguments: &[&str]) -> String {
    let folder = folder();
    let output = socklab(&written(&folder, &small()), arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn several_threads_write_what_one_writes() {
    let file = large();
    let mut alone = Vec::new();
    let mut lines = packet_text::Writer::new(Clock::Delta, false);
    read_told(file.as_slice(), |told| {
        lines.write(&mut alone, told.packet, told.times_ns);
        ControlFlow::Continue(())
    })
    .expect("a whole file");
    assert_eq!(alone.split_inclusive(|byte| *byte == b'\n').count(), 6000);
    for (workers, patient) in [(1, false), (2, false), (5, false), (1, true), (2, true)] {
        let mut together = Vec::new();
        let summary = relay(
            file.as_slice(),
            Crew { workers, patient },
            &|| {
                let mut lines = packet_text::Writer::new(Clock::Delta, false);
                Box::new(move |told, out| lines.write(out, told.packet, told.times_ns))
            },
            |lines| {
                together.extend_from_slice(lines);
                ControlFlow::Continue(())
            },
        )
        .expect("a whole file");
        assert_eq!(summary.frames, 6000);
        assert!(alone == together, "{workers} threads write something else");
    }
}

#[test]
fn whoever_wants_no_more_lines_ends_the_reading() {
    let file = large();
    let mut blocks = 0;
    let dots = || -> Box<Format<'_>> { Box::new(|_, out| out.push(b'.')) };
    let crew = Crew {
        workers: 2,
        patient: false,
    };
    let result = relay(file.as_slice(), crew, &dots, |_| {
        blocks += 1;
        ControlFlow::Break(())
    });
    assert!(result.is_ok());
    assert_eq!(blocks, 1);
}

#[test]
fn a_packet_is_a_line_with_its_time_ends_and_data() {
    assert_eq!(
        says(&[]),
        "#1 0.000000 10.0.0.1:4000 → 10.0.0.2:5000 UDP Len=5   \"hello\"\n\
         #2 0.001000 10.0.0.1:4001 → 10.0.0.2:5000 TCP [ACK] Seq=1 Ack=1 Win=256 Len=3   \"GET\"\n\
         #3 0.003000 10.0.0.1:4001 → 10.0.0.2:5000 TCP [ACK] Seq=4 Ack=1 Win=256 Len=3   \" it\"\n"
    );
}

#[test]
fn a_count_ends_and_times_count_from_what_was_asked_for() {
    for (arguments, last) in [
        (&["-c", "1"][..], "#1 0.000000 "),
        (&["-c", "2", "tcp"], "#3 0.003000 "),
        (&["--time", "delta"], "#3 0.002000 "),
        (&["-t", "epoch"], "#3 1000.003000000 "),
        (&["-t", "date"], "#3 1970-01-01 00:16:40.003000 "),
        (
            &["--ascii", "udp"],
            "#1 0.000000 10.0.0.1:4000 -> 10.0.0.2:5000 ",
        ),
    ] {
        let said = says(arguments);
        let line = said.lines().last().expect("a line");
        assert!(line.starts_with(last), "{arguments:?}: {line}");
    }
}

#[test]
fn every_view_shows_what_it_is_about() {
    for (arguments, part) in [
        (&["--tree", "udp"][..], "udp.srcport"),
        (&["--hex", "udp"], "00 0d 00 00 68 65 6c 6c"),
        (&["--packet", "2"], "tcp.seq_raw"),
        (&["--ladder"], "▶"),
        (&["--conversations"], "→ 2 packets, 6 bytes"),
        (&["--follow", "1"], "GET"),
        (&["--follow", "1", "--hex"], "47 45 54"),
        (&["--follow", "9"], "there is no conversation 9"),
        (
            &["--plot", "1", "seq"],
            "10.0.0.1:4001 → 10.0.0.2:5000: sequence numbers",
        ),
        (
            &["--plot", "0", "seq"],
            "conversation 0 is not a TCP connection",
        ),
        (&["--plot", "9", "rtt"], "there is no conversation 9"),
        (&["--json", "-c", "1"], "\"frame.number\":1,"),
    ] {
        let said = says(arguments);
        assert!(said.contains(part), "{arguments:?}:\n{said}");
    }
}

#[test]
fn packets_that_pass_are_written_to_a_file_that_can_be_read() {
    let folder = folder();
    let file = written(&folder, &small());
    let copy = folder.path().join("copy.pcapng");
    let name = copy.to_str().expect("a plain name");
    let output = socklab(&file, &["tcp", "--write", name]);
    assert!(output.status.success() && output.stdout.is_empty());
    let said = text(&socklab(&copy, &["--tree"]).stdout);
    assert!(
        !said.contains("comment"),
        "what is plain from the bytes is not said twice: {said}"
    );
    assert_eq!(text(&socklab(&copy, &[]).stdout).lines().count(), 2);
}

#[test]
fn lines_that_a_full_disk_does_not_take_are_an_error() {
    let folder = folder();
    let file = written(&folder, &large());
    for view in [&[][..], &["--json"], &["--tree"], &["--ladder"]] {
        let full = fs::File::options().write(true).open("/dev/full");
        let output = Command::new(env!("CARGO_BIN_EXE_socklab"))
            .arg("read")
            .arg(&file)
            .args(view)
            .stdout(full.expect("there is a full device"))
            .stderr(Stdio::piped())
            .output()
            .expect("socklab runs");
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{view:?}");
        assert!(
            said.contains("standard output cannot be written: No space left"),
            "{said}"
        );
        assert_eq!(said.lines().count(), 1);
    }
}

#[test]
fn a_capture_is_never_written_over_itself_and_an_error_names_the_file_that_could_not_be_written() {
    let folder = folder();
    let file = written(&folder, &small());
    let link = folder.path().join("link.html");
    std::os::unix::fs::symlink(&file, &link).expect("the folder takes a link");
    let nowhere = folder.path().join("nowhere/x.svg");
    for (output, says) in [
        (&file, "this is the file that is read"),
        (&link, "this is the file that is read"),
        (&nowhere, "nowhere/x.svg: No such file or directory"),
        (
            &PathBuf::from("/dev/full"),
            "cannot write /dev/full: No space left",
        ),
    ] {
        let name = output.to_str().expect("a plain name");
        let output = socklab(&file, &["-w", name]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        let said = text(&output.stderr);
        assert!(said.contains(says) && said.lines().count() == 1, "{said}");
        assert_eq!(fs::read(&file).expect("it is there"), small(), "{name}");
    }
}

#[test]
fn packets_that_pass_are_drawn_in_a_file_that_needs_nothing_else() {
    let folder = folder();
    let file = written(&folder, &small());
    for (name, parts) in [
        ("x.svg", &["<svg ", "<title>", "Len=3", "</svg>"][..]),
        (
            "x.html",
            &[
                "id=\"ladder\"",
                "\"tcp.len\":3,",
                "Transmission Control Protocol",
                "default-src 'none'",
            ],
        ),
    ] {
        let drawn = folder.path().join(name);
        let path = drawn.to_str().expect("a plain name");
        let output = socklab(&file, &["tcp", "-w", path]);
        assert!(output.status.success() && output.stdout.is_empty());
        let said = fs::read_to_string(&drawn).expect("it was written");
        for part in parts {
            assert!(said.contains(part), "{name}: {part} is not in {said}");
        }
        for outside in ["href=\"http", "src=", "url("] {
            assert!(!said.contains(outside), "{name}: {outside}");
        }
    }
    let none = folder.path().join("none.svg");
    let path = none.to_str().expect("a plain name");
    let output = socklab(&file, &["icmp", "-w", path]);
    assert!(text(&output.stdout).contains("no packet matches"));
    assert!(!none.exists());
}

#[test]
fn a_plot_is_a_drawing_and_what_a_capture_does_not_hold_is_refused() {
    let folder = folder();
    let file = written(&folder, &small());
    let drawing = folder.path().join("x.svg");
    let name = drawing.to_str().expect("a plain name");
    let output = socklab(&file, &["--plot", "1", "seq", "--write", name]);
    assert!(output.status.success() && output.stdout.is_empty());
    let svg = fs::read_to_string(&drawing).expect("it was written");
    assert!(svg.contains("sequence number") && svg.ends_with("</svg>\n"));
    for (arguments, reason) in [
        (
            &["--plot", "1", "cwnd"][..],
            "only the sender's kernel knows",
        ),
        (
            &["--plot", "1", "jitter"],
            "seq, rtt and window can be plotted",
        ),
        (
            &["--plot", "c", "seq"],
            "c is not a number of a conversation",
        ),
        (&["--plot", "1", "seq", "-w", "x.html"], "ends in .svg"),
    ] {
        let output = socklab(&file, arguments);
        let said = text(&output.stderr);
        assert!(said.contains(reason), "{arguments:?}: {said}");
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn damage_is_told_on_standard_error_after_the_frames_before_it() {
    let folder = folder();
    let whole = small();
    for (bytes, lines, says) in [
        (&whole[..whole.len() - 1], 2, "damaged at byte 132:"),
        (&whole[..30], 0, "damaged at byte 24:"),
        (b"no capture", 0, "not a capture file"),
        (b"\x1f\x8b\x08\x00", 0, "zcat"),
    ] {
        let output = socklab(&written(&folder, bytes), &[]);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(text(&output.stdout).lines().count(), lines);
        let error = text(&output.stderr);
        assert!(
            error.contains(says) && error.lines().count() == 1,
            "{error}"
        );
    }
    let output = socklab(&written(&folder, &whole), &["tcp.nonsense"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no field"));
}

/// A block of a pcapng file in little-endian order.
fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    body.resize(body.len().next_multiple_of(4), 0);
    let length = (12 + body.len() as u32).to_le_bytes();
    [&kind.to_le_bytes()[..], &length, &body, &length].concat()
}

fn option(code: u16, value: &[u8]) -> Vec<u8> {
    let mut option = [code.to_le_bytes(), (value.len() as u16).to_le_bytes()].concat();
    option.extend(value);
    option.resize(option.len().next_multiple_of(4), 0);
    option
}

/// A section with an interface for each list of options, and packets: interface, time, frame, options.
fn pcapng(interfaces: &[Vec<u8>], packets: &[(u32, u64, &[u8], Vec<u8>)]) -> Vec<u8> {
    let mut section = 0x1a2b_3c4d_u32.to_le_bytes().to_vec();
    section.extend([1, 0, 0, 0]);
    section.extend([0xff; 8]);
    let mut file = block(0x0a0d_0d0a, &section);
    for options in interfaces {
        file.extend(block(
            1,
            &[&[101, 0, 0, 0, 0, 0, 0, 0], &options[..]].concat(),
        ));
    }
    for (interface, time, frame, options) in packets {
        let length = frame.len() as u32;
        let words = [
            *interface,
            (time >> 32) as u32,
            *time as u32,
            length,
            length,
        ];
        let mut body: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        body.extend(*frame);
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend(options);
        file.extend(block(6, &body));
    }
    file
}

/// Every view, and every file that can be written.
const VIEWS: &[&[&str]] = &[
    &[],
    &["--json"],
    &["--tree"],
    &["--tree", "--hex"],
    &["--hex"],
    &["--packet", "2"],
    &["--ladder"],
    &["--conversations"],
    &["--messages"],
    &["--follow", "0"],
    &["--follow", "0", "--hex"],
    &["--time", "date"],
    &["--time", "epoch"],
    &["--time", "delta"],
    &["tcp.time_delta > 1 or frame.time_delta < 0 or frame.time_relative > 1"],
    &["--write", "copy.pcapng"],
    &["--write", "drawing.svg"],
    &["--write", "page.html"],
];

/// What each view shows or writes of a capture that can be read to its end.
fn in_every_view(file: &[u8]) -> Vec<(String, String)> {
    let folder = folder();
    let path = written(&folder, file);
    let each = VIEWS.iter().map(|view| {
        let output = Command::new(env!("CARGO_BIN_EXE_socklab"))
            .current_dir(folder.path())
            .arg("read")
            .arg(&path)
            .args(*view)
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && said.is_empty(),
            "{view:?}: {said}"
        );
        let shown = match view {
            ["--write", "copy.pcapng"] => output.stdout,
            ["--write", file] => fs::read(folder.path().join(file)).expect("it was written"),
            _ => output.stdout,
        };
        let shown = String::from_utf8(shown).expect("it is UTF-8");
        (view.join(" "), shown)
    });
    each.collect()
}

#[test]
fn no_view_stumbles_over_times_at_both_ends_of_what_a_file_can_say() {
    let offset = |seconds: i64| [option(9, &[9]), option(14, &seconds.to_le_bytes())].concat();
    let frames: Vec<Vec<u8>> = [
        (100, &b"one"[..]),
        (103, b"two"),
        (100, b"one"),
        (103, b"two"),
    ]
    .iter()
    .map(|(seq, data)| segment(0, 4001, *seq, data)[16..].to_vec())
    .collect();
    let file = |ends: [i64; 2]| {
        let packets: Vec<_> = (0_u32..)
            .zip(&frames)
            .map(|(number, frame)| {
                let time = if number % 2 == 0 { 0 } else { u64::MAX };
                (number % 2, time, &frame[..], Vec::new())
            })
            .collect();
        pcapng(&ends.map(offset), &packets)
    };
    for ends in [
        [i64::MIN, i64::MAX],
        [i64::MAX, i64::MIN],
        [-9_300_000_000, 9_300_000_000],
    ] {
        for (view, shown) in in_every_view(&file(ends)) {
            assert!(
                view.starts_with("--write copy") || !shown.is_empty(),
                "{view}"
            );
        }
    }
}

#[test]
fn no_view_is_as_wide_as_a_number_in_the_environment() {
    let folder = folder();
    let path = written(&folder, &small());
    for columns in ["18446744073709551615", "1000000000000", "0", "1"] {
        for view in [
            "--tree",
            "--hex",
            "--ladder",
            "--conversations",
            "--packet=2",
        ] {
            let output = Command::new(env!("CARGO_BIN_EXE_socklab"))
                .env("COLUMNS", columns)
                .arg("read")
                .arg(&path)
                .args(
                    [view, "--hex"]
                        .iter()
                        .take(if view == "--tree" { 2 } else { 1 }),
                )
                .output()
                .expect("it runs");
            let said = text(&output.stderr);
            assert!(output.status.success() && said.is_empty(), "{view}: {said}");
            assert!(output.stdout.len() < 10 << 20, "{columns} {view}");
        }
    }
}

#[test]
fn nothing_a_file_says_moves_the_cursor_or_becomes_markup() {
    let evil = "\x1b]0;x\x07\x1b[2J\u{202e}\u{2066}\u{200f}\u{9b}</pre></text><script>alert(1)</script>\r\n\0";
    let evil = [evil.as_bytes(), b"\xff\xc0\xaf end"].concat();
    let http = [
        b"GET /",
        &evil[..],
        b" HTTP/1.1\rHost: ",
        &evil,
        b"\r\n\r\n",
        &evil,
    ]
    .concat();
    let mut query = vec![0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 60];
    query.extend(&evil[..60]);
    query.extend([0, 0, 1, 0, 1]);
    let frames = [
        segment(0, 80, 1, &http)[16..].to_vec(),
        datagram(0, 53, &query)[16..].to_vec(),
        datagram(0, 9, &evil)[16..].to_vec(),
    ];
    let packets: Vec<_> = frames
        .iter()
        .map(|frame| (0, 5, &frame[..], option(1, &evil)))
        .collect();
    let file = pcapng(&[option(2, &evil)], &packets);
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    for (view, shown) in in_every_view(&file) {
        let bad = shown
            .chars()
            .find(|c| c.is_control() && *c != '\n' || turns(*c));
        assert_eq!(bad, None, "{view}: {shown}");
        if view.starts_with("--write") {
            let own = if view.ends_with("html") { 3 } else { 0 };
            assert_eq!(shown.matches("<script").count(), own, "{view}");
        }
        if view.ends_with("html") {
            assert!(shown.contains("\\u003cscript"), "{view}");
        }
    }
}

#[test]
fn a_packet_on_a_pipe_is_told_before_the_next_one_comes() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_socklab"))
        .args(["read", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("socklab runs");
    let mut pipe = child.stdin.take().expect("a pipe");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    pipe.write_all(&HEADER).expect("it listens");
    // Often enough that each of the threads has it in hand when the next one is not there yet.
    for number in 0..50 {
        let frame = datagram(number, 4000, b"hello");
        // In two pieces, as pipes may cut it.
        let (first, second) = frame.split_at(10);
        pipe.write_all(first).expect("it listens");
        pipe.flush().expect("it listens");
        pipe.write_all(second).expect("it listens");
        pipe.flush().expect("it listens");
        let line = lines.next().expect("a line").expect("it is text");
        assert!(line.starts_with(&format!("#{} ", number + 1)), "{line}");
    }
    drop(pipe);
    assert!(lines.next().is_none());
    assert!(child.wait().expect("it ends").success());
}

/// A pcapng file of one byte order: three interfaces with clocks of their own, one packet with two comments on each.
fn pcapng_of_others(big_endian: bool) -> Vec<u8> {
    let half = |value: u16| {
        if big_endian {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    };
    let word = |value: u32| {
        if big_endian {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    };
    let padded = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    };
    let option = |code: u16, value: &[u8]| {
        [
            &half(code)[..],
            &half(value.len() as u16),
            &padded(value)[..],
        ]
        .concat()
    };
    let block = |kind: u32, parts: &[&[u8]]| {
        let body = parts.concat();
        let length = word(body.len() as u32 + 12);
        [&word(kind)[..], &length, &body, &length].concat()
    };
    let section = [
        &word(0x1a2b_3c4d)[..],
        &half(1),
        &half(0),
        &[0xff; 8],
        &option(1, b"a section"),
    ]
    .concat();
    let mut file = block(0x0a0d_0d0a, &[&section]);
    let interfaces: [(u16, &[u8], u8); 3] = [
        (2, b"eth7", 6),
        (2, b"wl\x1b[31m", 9),
        // Named by its description; 1024 ticks a second.
        (3, b"a described one", 0x8a),
    ];
    for (code, name, clock) in interfaces {
        let about = [&half(101)[..], &half(0), &word(0)].concat();
        file.extend(block(
            1,
            &[&about, &option(code, name), &option(9, &[clock])],
        ));
    }
    let packet = &datagram(0, 4000, b"x")[16..];
    let times = [
        1_700_000_000_000_001_u64,
        1_700_000_000_500_000_002,
        1_700_000_000 * 1024 + 768,
    ];
    for (interface, ticks) in (0..).zip(times) {
        let head = [
            interface,
            (ticks >> 32) as u32,
            ticks as u32,
            packet.len() as u32,
            packet.len() as u32,
        ]
        .map(word)
        .concat();
        let comments = [option(1, "eins 一".as_bytes()), option(1, b"zwei\x1b[2J")].concat();
        file.extend(block(6, &[&head, &padded(packet), &comments]));
    }
    file
}

#[test]
fn pcapng_of_both_byte_orders_keeps_interfaces_clocks_and_comments_apart() {
    let folder = folder();
    for big_endian in [false, true] {
        let file = written(&folder, &pcapng_of_others(big_endian));
        let lines = text(&socklab(&file, &["-t", "epoch"]).stdout);
        let times = [
            "1700000000.000001000",
            "1700000000.500000002",
            "1700000000.750000000",
        ];
        assert_eq!(lines.lines().count(), 3, "{lines}");
        for (line, time) in lines.lines().zip(times) {
            let words: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(words[1], time, "{line}");
            let comments = "comment: eins 一   comment: zwei\\u{1b}[2J";
            assert!(line.ends_with(comments), "{line}");
        }
        let json = text(&socklab(&file, &["--json"]).stdout);
        for part in [
            r#""frame.interface_name":"eth7""#,
            r#""frame.interface_name":"wl\u001b[31m""#,
            r#""frame.interface_name":"a described one""#,
            r#""frame.comment":["eins 一","zwei\\u{1b}[2J"]"#,
        ] {
            assert!(json.contains(part), "{part}: {json}");
        }
    }
}
