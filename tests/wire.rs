//! Hosts and the wire as they are met from outside: what is refused and how, what a second terminal sees, what stays private.

mod support;

use std::fmt::Write as _;
use std::io::Write;
use std::process::{Command, Stdio};
use support::{SOCKLAB, private_lab, run, script};

#[test]
fn what_cannot_be_had_is_refused_in_words_and_the_lab_goes_on() {
    if !private_lab() {
        return;
    }
    for (line, words) in [
        ("host other 10.0.0.1", "10.0.0.1 is taken: client has it"),
        ("host other fd00::1", "fd00::1 is taken: client has it"),
        ("host other 10.0.1.7", "outside the wire"),
        ("host other 10.0.0.254", "outside the wire"),
        ("host other nonsense", "is not an address"),
        ("host client 10.0.0.9", "there is a host client already"),
        ("host localhost", "a host's name"),
        ("host lab2_x", "a host's name"),
        ("process p on nowhere", "there is no host nowhere"),
        ("wire delay -5ms", "a delay cannot be negative"),
        (
            "wire drop next where tcp.portt == 5",
            "did you mean tcp.port",
        ),
        ("wire drop next where tcp.port ==", "wire drop next where"),
        ("wire loss 110%", "wire loss 110%"),
        ("wire drop next from nobody", "nobody"),
        ("wire clear 99", "99"),
        ("sysctl ../kernel/hostname", "not a setting of the network"),
        ("sysctl tcp_sacks", "there is no setting"),
        ("sysctl tcp_sack maybe", "does not take the value maybe"),
    ] {
        let ran = script(&format!(
            "host client 10.0.0.1\n{line}\nlab> print \"still here\""
        ));
        assert!(ran.out.contains(words), "{line}: {}", ran.out);
        assert!(ran.out.contains("lab│ still here"), "{line}: {}", ran.out);
        assert_eq!(ran.status, 1, "{line}");
    }
}

#[test]
fn rules_before_the_first_host_are_refused_with_what_to_do() {
    if !private_lab() {
        return;
    }
    let ran = script("wire delay 5ms");
    assert!(ran.out.contains("there is no wire yet"), "{}", ran.out);
}

#[test]
fn why_shows_what_was_sent_into_the_silence_when_a_connection_times_out() {
    if !private_lab() {
        return;
    }
    let ran = script(
        "host client 10.0.0.1\nhost server 10.0.0.2\nserver> s = socket; bind s :5000; listen s\n\
         client> c = socket; connect c 10.0.0.2:5000; setsockopt c IPPROTO_TCP TCP_USER_TIMEOUT 300\n\
         wire cut\nclient> send c \"hello\"\nclient> recv c\nclient> expect errno ETIMEDOUT\nclient> why",
    );
    assert_eq!(ran.status, 0, "{}", ran.out);
    let told = ran.out.rsplit("client> why").next().unwrap_or_default();
    for words in [
        "nothing came back, as all were lost by rule 1",
        "Retransmission",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn two_hundred_hosts_end_in_a_clear_word_and_a_clean_end() {
    if !private_lab() {
        return;
    }
    let mut text = String::new();
    for number in 1..=200 {
        let _ = writeln!(text, "host h{number}");
    }
    let ran = script(&text);
    assert!(
        ran.out.contains("a wire takes 64 hosts"),
        "{}",
        &ran.out[..2000]
    );
    assert_eq!(ran.out.matches("began on h").count(), 64);
}

#[test]
fn eight_hosts_reach_each_other_by_name_over_both_protocols_and_nothing_else_is_on_the_wire() {
    if !private_lab() {
        return;
    }
    let mut text = String::new();
    for number in 1..=8 {
        let _ = write!(
            text,
            "host h{number}\nh{number}> four = socket AF_INET SOCK_DGRAM; bind four :7\nh{number}> six = socket AF_INET6 SOCK_DGRAM; bind six [::]:8\n"
        );
    }
    for number in 1..=8 {
        let next = number % 8 + 1;
        let _ = write!(
            text,
            "h{number}> sendto four \"from h{number}\" h{next}:7\nh{next}> recv four\nh{next}> expect = b\"from h{number}\"\n"
        );
        let _ = write!(
            text,
            "h{number}> sendto six \"from h{number}\" [fd00::{next}]:8\nh{next}> recv six\nh{next}> expect = b\"from h{number}\"\n"
        );
    }
    // Long enough for what kernels would say by themselves: router solicitations, group reports, duplicate address detection.
    text.push_str("sleep 1200ms\nexpect no packet !(arp || udp || icmpv6.type == 135 || icmpv6.type == 136)\n");
    let ran = script(&text);
    assert_eq!(ran.status, 0, "{}", ran.out);
}

#[test]
fn a_hosts_settings_names_and_loopback_are_its_own() {
    if !private_lab() {
        return;
    }
    let ran = script(
        "host client\nhost server\nserver> sysctl tcp_sack 0\nclient> sysctl tcp_sack\nserver> sysctl tcp_sack\n\
         client> s = create_server 127.0.0.1:5000\nserver> s = create_server 127.0.0.1:5000\n\
         server> c = socket; connect c 127.0.0.1:5000\nserver> n = gethostname()\nserver> expect n == \"server\"\n\
         server> run hostname\nclient> run getent hosts server\nclient> run cat /proc/sys/net/ipv4/tcp_sack",
    );
    assert_eq!(ran.status, 0, "{}", ran.out);
    assert!(
        ran.out.contains("client: net.ipv4.tcp_sack = 1"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("server: net.ipv4.tcp_sack = 0"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("hostname│ server"), "{}", ran.out);
    assert!(ran.out.contains("fd00::2"), "{}", ran.out);
    assert!(ran.out.contains("cat│ 1"), "{}", ran.out);
}

#[test]
fn another_terminal_enters_the_host_it_names() {
    if !private_lab() {
        return;
    }
    let mut lab = Command::new(SOCKLAB)
        .args(["--color", "never"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut input = lab.stdin.take().expect("it is piped");
    writeln!(
        input,
        "host client\nhost server\nserver> s = create_server 10.0.0.2:5000\nserver> print \"settled\""
    )
    .expect("it reads");
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(
        lab.stdout.take().expect("it is piped"),
    ));
    assert!(lines.any(|line| line.is_ok_and(|line| line.contains("│ settled"))));
    let keeper = support::descendants(lab.id())[0].to_string();
    let enter = |host: &str, command: &str| {
        let folder = support::folder();
        let shell = folder.path().join("shell");
        std::fs::write(&shell, format!("#!/bin/sh\n{command}\n")).expect("it can be written");
        std::fs::set_permissions(&shell, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .expect("it is ours");
        let output = Command::new(SOCKLAB)
            .args(["enter", host, "--lab", &keeper])
            .env("SHELL", &shell)
            .output()
            .expect("the binary runs");
        format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    };
    let server = enter("server", "hostname; cat /proc/net/tcp; echo $SOCKLAB_HOST");
    assert!(server.starts_with("server\n"), "{server}");
    assert!(server.ends_with("server\n"), "{server}");
    assert!(server.contains("0200000A:1388"), "{server}");
    let client = enter("client", "hostname; cat /proc/net/tcp");
    assert!(client.starts_with("client\n"), "{client}");
    assert!(!client.contains("0200000A:1388"), "{client}");
    let nobody = enter("nobody", "true");
    assert!(nobody.contains("lab, client, server"), "{nobody}");
    drop(input);
    lab.wait().expect("it ends");
}

#[test]
fn the_machines_own_network_has_no_wire() {
    let ran = support::run(
        &["--color", "never", "--host-network", "-c", "host client"],
        b"",
    );
    assert!(
        ran.out.contains("hosts need a private network"),
        "{}",
        ran.out
    );
    assert_eq!(ran.status, 1);
}

#[test]
fn the_end_of_a_script_waits_for_what_is_on_its_way_and_for_nothing_else() {
    if !private_lab() {
        return;
    }
    let hosts = "host a\nhost b\nu = socket AF_INET SOCK_DGRAM; bind u 10.0.0.2:5000\n";
    for (lines, returns) in [
        (
            "wire delay 300ms\na> v = socket AF_INET SOCK_DGRAM; sendto v \"x\" 10.0.0.2:5000\nb> recv u",
            "recv(3, \"x\", 4096, 0) = 1",
        ),
        (
            "run python3 -c 'import socket,time; time.sleep(0.3); socket.socket(2,2).sendto(b\"x\",(\"10.0.0.2\",5000))' &\nb> recv u",
            "recv(3, \"x\", 4096, 0) = 1",
        ),
        (
            "wire drop next 1 from a\na> c = socket; connect c 10.0.0.2:7",
            "ECONNREFUSED",
        ),
    ] {
        let out = script(&format!("{hosts}{lines}")).out;
        assert!(out.contains(returns), "{out}");
        assert!(!out.contains("was still in"), "{out}");
    }
    // A deadline that nobody would sit out: nothing is on its way, so nothing is waited for.
    let text = format!("{hosts}recv u");
    let out = run(&["--deadline", "600s", "-c", &text], b"").out;
    assert!(out.contains("was still in recv(3"), "{out}");
}

#[test]
fn the_last_ack_of_a_handshake_does_not_make_a_connection_of_it_while_it_is_on_its_way() {
    if !private_lab() {
        return;
    }
    // Three knock before one is let in, all within the time that a frame takes: with a backlog of 0 the listener answers with SYN cookies, and takes the first ACK only.
    let ran = script(
        "host client 10.0.0.1\nhost server 10.0.0.2\nserver> s = socket; bind s 10.0.0.2:5000; listen s 0\n\
         client> warm = socket AF_INET SOCK_DGRAM; sendto warm \"x\" 10.0.0.2:9\nwire delay 200ms\n\
         client> a = socket; connect a 10.0.0.2:5000 &\nclient> b = socket; connect b 10.0.0.2:5000 &\n\
         client> d = socket; connect d 10.0.0.2:5000 &\nsleep 1s\nclient> send b \"x\"\nsleep 2500ms",
    );
    let last: Vec<&str> = ran
        .out
        .split("  #")
        .filter(|packet| packet.contains("handshake 3 of 3"))
        .collect();
    assert_eq!(last.len(), 3, "{}", ran.out);
    for packet in last {
        let here = packet.split("caused by").next().unwrap_or_default();
        assert!(!here.contains("s ESTABLISHED"), "{}", ran.out);
        assert!(
            here.contains(" a ESTABLISHED")
                || here.contains(" b ESTABLISHED")
                || here.contains(" d ESTABLISHED"),
            "{}",
            ran.out
        );
    }
    assert!(
        ran.out
            .contains("arrived at server and was dropped, because the accept queue is full"),
        "{}",
        ran.out
    );
}

#[test]
fn what_a_held_frame_changes_when_it_arrives_is_told_though_nothing_is_sent() {
    if !private_lab() {
        return;
    }
    let ran = script(
        "host a 10.0.0.1\nhost b 10.0.0.2\nb> s = socket; bind s 10.0.0.2:5000; listen s\n\
         a> c = socket; connect c 10.0.0.2:5000\nb> conn, x = accept s\nwire delay 400ms\n\
         a> close c\nb> close conn\nsleep 2s",
    );
    for change in ["c: CLOSING → TIME-WAIT", "conn: CLOSING → TIME-WAIT"] {
        assert!(ran.out.contains(change), "{change}: {}", ran.out);
    }
}
