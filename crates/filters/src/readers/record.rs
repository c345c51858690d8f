//! The fields of the frame itself, and of what the tracker says of its outermost segment or datagram.

use super::{FieldReader, number, sack, tcp, udp};
use crate::value::Datum;
use socklab_packets::headers::flag;
use socklab_packets::schema::capture::{frame, socklab};
use socklab_packets::schema::transport::{tcp, udp};
use socklab_packets::words;

/// A name, if there is one.
fn named<'a>(name: &'a str, give: &mut dyn FnMut(Datum<'a>)) {
    if !name.is_empty() {
        give(Datum::Text(name));
    }
}

/// Each field with what reads it.
pub(super) const RECORD: &[FieldReader] = &[
    (frame::LAYER, |packet, give| {
        give(Datum::Protocol(&packet.frame.bytes, &packet.frame.bytes));
    }),
    (frame::CAP_LEN, |packet, give| {
        give(number(packet.headers.captured));
    }),
    (frame::LEN, |packet, give| give(number(packet.headers.len))),
    (frame::NUMBER, |packet, give| give(number(packet.number))),
    (frame::INTERFACE_NAME, |packet, give| {
        if !packet.interface.is_empty() {
            give(Datum::Text(&packet.interface));
        }
    }),
    (frame::TIME, |packet, give| {
        give(Datum::Time(packet.frame.time_ns));
    }),
    (frame::TIME_EPOCH, |packet, give| {
        give(Datum::Time(packet.frame.time_ns));
    }),
    (socklab::FROM, |packet, give| {
        named(&packet.from, give);
    }),
    (socklab::TO, |packet, give| {
        named(&packet.to, give);
    }),
    (socklab::CAUSE, |packet, give| {
        if let Some(cause) = &packet.cause {
            let parts = [&cause.call, &cause.kernel];
            for part in parts.into_iter().filter(|part| !part.is_empty()) {
                give(Datum::Text(part));
            }
        }
    }),
    (socklab::CERTAINTY, |packet, give| {
        if let Some(cause) = &packet.cause {
            give(Datum::Text(words::certainty(cause.certainty)));
        }
    }),
    (socklab::RULE, |packet, give| {
        for ruling in &packet.rulings {
            give(number(ruling.rule));
        }
    }),
    (tcp::ACK, |packet, give| {
        if let Some(tcp) = tcp(packet) {
            // Without the ACK flag the field means nothing, and nothing is relative to it.
            let acknowledges = tcp.flags & flag::ACK != 0;
            give(number(if acknowledges {
                packet.track.ack
            } else {
                tcp.ack
            }));
        }
    }),
    (tcp::COMPLETENESS, |packet, give| {
        if tcp(packet).is_some() {
            give(number(packet.track.completeness));
        }
    }),
    (tcp::SEQ, |packet, give| {
        if tcp(packet).is_some() {
            give(number(packet.track.seq));
        }
    }),
    (tcp::WINDOW_SIZE, |packet, give| {
        if tcp(packet).is_some() {
            give(number(packet.track.window));
        }
    }),
    (tcp::ANALYSIS_ACK_RTT, |packet, give| {
        if let Some((time, _)) = packet.track.acks.filter(|(time, _)| *time != 0) {
            give(Datum::Time(time));
        }
    }),
    (tcp::ANALYSIS_ACKS_FRAME, |packet, give| {
        if let Some((_, frame)) = packet.track.acks {
            give(number(frame));
        }
    }),
    (tcp::ANALYSIS_BYTES_IN_FLIGHT, |packet, give| {
        if let Some(bytes) = packet.track.bytes_in_flight {
            give(number(bytes));
        }
    }),
    (tcp::ANALYSIS_DUPLICATE_ACK_FRAME, |packet, give| {
        if let Some((_, frame)) = packet.track.duplicate_of {
            give(number(frame));
        }
    }),
    (tcp::ANALYSIS_DUPLICATE_ACK_NUM, |packet, give| {
        if let Some((count, _)) = packet.track.duplicate_of {
            give(number(count));
        }
    }),
    (tcp::OPTIONS_SACK_LE, |packet, give| {
        sack(packet, |block| give(number(block.0)));
    }),
    (tcp::OPTIONS_SACK_RE, |packet, give| {
        sack(packet, |block| {
            block.1.into_iter().for_each(|edge| give(number(edge)));
        });
    }),
    (frame::TIME_RELATIVE, |packet, give| {
        give(Datum::Time(packet.track.elapsed.first_ns));
    }),
    (frame::TIME_DELTA, |packet, give| {
        give(Datum::Time(packet.track.elapsed.previous_ns));
    }),
    (tcp::NXTSEQ, |packet, give| {
        if let Some(tcp) = tcp(packet) {
            let control = tcp.flags & (flag::SYN | flag::FIN) != 0;
            let next = packet.track.seq.wrapping_add(tcp.len);
            give(number(next.wrapping_add(u32::from(control))));
        }
    }),
    (tcp::TIME_RELATIVE, |packet, give| {
        if tcp(packet).is_some() {
            give(Datum::Time(packet.track.elapsed_in_conversation.first_ns));
        }
    }),
    (tcp::TIME_DELTA, |packet, give| {
        if tcp(packet).is_some() {
            give(Datum::Time(
                packet.track.elapsed_in_conversation.previous_ns,
            ));
        }
    }),
    (udp::TIME_RELATIVE, |packet, give| {
        if udp(packet).is_some_and(|udp| udp.length != 8) {
            give(Datum::Time(packet.track.elapsed_in_conversation.first_ns));
        }
    }),
    (udp::TIME_DELTA, |packet, give| {
        if udp(packet).is_some_and(|udp| udp.length != 8) {
            give(Datum::Time(
                packet.track.elapsed_in_conversation.previous_ns,
            ));
        }
    }),
    (tcp::STREAM, |packet, give| {
        if let (Some(_), Some(stream)) = (tcp(packet), packet.track.stream) {
            give(number(stream));
        }
    }),
    (udp::STREAM, |packet, give| {
        if let (Some(_), Some(stream)) = (udp(packet), packet.track.stream) {
            give(number(stream));
        }
    }),
];
