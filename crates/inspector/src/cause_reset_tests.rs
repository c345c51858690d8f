//! Resets of made-up packets: the socket that sends one with an ACK still had its connection, the answer to a segment that finds none has
//! no ACK.

use super::tests::{MS, US, Wire, address, assert_words, sample};
use super::*;
use crate::evidence::{OPEN, Sample};

const HERE: (u16, u16) = (5000, 4000);
const THERE: (u16, u16) = (4000, 5000);

/// A handshake, and 5 bytes for the server that it acknowledges.
fn connected() -> Wire {
    let mut wire = Wire::default();
    wire.handshake();
    wire.call("send", Some(4000), Some(5000), 2 * MS, Some(3 * MS));
    wire.tcp(2 * MS + US, THERE, "PA", 101, 301, "hello");
    wire.tcp(2 * MS + 2 * US, HERE, "A", 301, 106, "");
    wire
}

impl Wire {
    fn server(&mut self, name: &str, start: i64) {
        let mut call = CallWindow::begun(7, ("server", ""), 0, name, start);
        call.fd = Some(4);
        call.short = format!("{name}(4)");
        call.local = Some(address(HERE.0));
        call.peer = Some(address(HERE.1));
        call.end_ns = Some(start + MS);
        self.finder.begin(call);
    }
}

#[test]
fn a_program_that_closes_with_data_unread_resets_however_long_it_waited() {
    for pause in [100 * US, 300 * MS] {
        for (unread, words) in [
            (5, "python3: it closed the socket with 5 bytes unread"),
            (
                0,
                "python3: it closed the socket with data unread (RFC 2525 section 2.17), or",
            ),
        ] {
            let mut wire = connected();
            let known = Sample {
                owned: true,
                unread,
                ..sample(2 * MS + 10 * US, 0, 0, OPEN)
            };
            wire.kernel(HERE, known);
            wire.owner = Some("python3");
            let reset = wire.tcp(3 * MS + pause, HERE, "RA", 301, 106, "");
            assert_words(reset.as_ref(), Certainty::Caused, words);
        }
    }
}

#[test]
fn what_comes_after_a_reset_finds_no_socket() {
    let mut wire = connected();
    wire.server("close", 4 * MS);
    wire.tcp(4 * MS + US, HERE, "RA", 301, 106, "");
    wire.tcp(5 * MS + US, THERE, "PA", 106, 301, "more");
    let reset = wire.tcp(5 * MS + 2 * US, HERE, "R", 301, 0, "");
    assert_words(
        reset.as_ref(),
        Certainty::Follows,
        "it finds no socket any more: close(4) had reset the connection (#6)",
    );
}

#[test]
fn data_for_a_socket_that_has_sent_its_fin_is_answered_with_a_reset() {
    for (call, words) in [
        (Some("close"), "that close(4) had closed"),
        (Some("shutdown"), "that shutdown(4) had shut for reading"),
        (None, "that was closed with the FIN #6"),
    ] {
        let mut wire = connected();
        if let Some(call) = call {
            wire.server(call, 4 * MS);
        }
        wire.tcp(4 * MS + US, HERE, "FA", 301, 106, "");
        wire.tcp(4 * MS + 2 * US, THERE, "A", 106, 302, "");
        wire.tcp(900 * MS, THERE, "PA", 106, 302, "more");
        let reset = wire.tcp(900 * MS + US, HERE, "R", 302, 0, "");
        assert_words(reset.as_ref(), Certainty::Follows, words);
    }
}

#[test]
fn a_socket_whose_calls_are_not_known_was_probably_closed_with_data_unread() {
    let mut wire = connected();
    let reset = wire.tcp(900 * MS, HERE, "RA", 301, 106, "");
    assert_words(
        reset.as_ref(),
        Certainty::Probably,
        "closed with data unread",
    );
}
