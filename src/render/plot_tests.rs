//! Plots of a small connection with a retransmission, at every width.

use super::*;
use crate::event::packet::{Label, PacketEvent};
use crate::event::tcp_sample::{NO_THRESHOLD, TcpSample};
use crate::inspector::plot::{Course, Subject, plot};
use crate::render::sample::{ACK, C, Capture, PSH, S, screens};

/// A handshake, five segments of which the second is sent again, their acknowledgments.
fn packets() -> Vec<PacketEvent> {
    let mut capture = Capture::new();
    let mut packets = capture.handshake();
    let mut seq = 1001;
    for round in 0_u32..5 {
        capture.now_ns += 10_000_000;
        packets.push(capture.tcp(C, S, PSH | ACK, (seq, 5001), &[b'x'; 1000]));
        if round == 1 {
            capture.now_ns += 210_000_000;
            packets.push(capture.tcp(C, S, PSH | ACK, (seq, 5001), &[b'x'; 1000]));
        }
        seq += 1000;
        capture.now_ns += 5_000_000;
        packets.push(capture.tcp(S, C, ACK, (5001, seq), b""));
    }
    packets
}

fn samples(start: i64) -> Vec<TcpSample> {
    [
        (0, 10, NO_THRESHOLD, 30),
        (20, 11, NO_THRESHOLD, 5000),
        (240, 1, 7, 5100),
        (260, 2, 7, 5200),
        (300, 4, 7, 5000),
    ]
    .into_iter()
    .map(|(ms, cwnd, ssthresh, rtt_us)| TcpSample {
        time_ns: start + ms * 1_000_000,
        cwnd,
        ssthresh,
        rtt_us,
        rto_us: 200_000 + rtt_us,
        unacked: 1,
        mss: 1460,
        ..TcpSample::default()
    })
    .collect()
}

fn drawn(subject: Subject) -> String {
    let packets = packets();
    let course = Course {
        from: "c".to_owned(),
        to: "conn".to_owned(),
        packets: packets
            .iter()
            .map(|packet| (packet, packet.track.forward))
            .collect(),
        samples: samples(packets[0].frame.time_ns),
    };
    let plot = plot(subject, &course);
    screens(|look| draw(&plot, look))
}

#[test]
fn the_sample_has_one_retransmission() {
    let again = packets()
        .iter()
        .filter(|packet| packet.track.labels.contains(Label::Retransmission))
        .count();
    assert_eq!(again, 1);
}

#[test]
fn sequence_numbers_climb_and_what_was_sent_again_is_marked() {
    insta::assert_snapshot!(drawn(Subject::Sequence));
}

#[test]
fn the_congestion_window_falls_to_one_after_a_timeout() {
    insta::assert_snapshot!(drawn(Subject::CongestionWindow));
}

#[test]
fn round_trip_time_and_timeout_stand_on_a_scale_of_ratios() {
    insta::assert_snapshot!(drawn(Subject::RoundTrip));
}

#[test]
fn the_offered_window_stands_above_what_is_in_flight() {
    insta::assert_snapshot!(drawn(Subject::Window));
}

#[test]
fn a_plot_of_nothing_says_so() {
    let course = Course {
        from: "c".to_owned(),
        to: "s".to_owned(),
        packets: Vec::new(),
        samples: Vec::new(),
    };
    let text = screens(|look| draw(&plot(Subject::Sequence, &course), look));
    assert!(text.contains("nothing to be plotted"), "{text}");
}
