//! The fields of the frame itself, and of what the tracker says of its outermost segment or datagram.

use super::{number, sack, tcp, udp};
use crate::gather::Reader;
use crate::value::Datum;
use socklab_packets::headers::flag;
use socklab_packets::words;

/// A name, if there is one.
fn named<'a>(name: &'a str, give: &mut dyn FnMut(Datum<'a>)) {
    if !name.is_empty() {
        give(Datum::Text(name));
    }
}

/// Each field with what reads it.
pub(super) const RECORD: &[(&str, Reader)] = &[
    ("frame", |packet, give| {
        give(Datum::Protocol(&packet.frame.bytes, &packet.frame.bytes));
    }),
    ("frame.cap_len", |packet, give| {
        give(number(packet.headers.captured));
    }),
    ("frame.len", |packet, give| give(number(packet.headers.len))),
    ("frame.number", |packet, give| give(number(packet.number))),
    ("frame.interface_name", |packet, give| {
        if !packet.interface.is_empty() {
            give(Datum::Text(&packet.interface));
        }
    }),
    ("frame.time", |packet, give| {
        give(Datum::Time(packet.frame.time_ns));
    }),
    ("frame.time_epoch", |packet, give| {
        give(Datum::Time(packet.frame.time_ns));
    }),
    ("socklab.from", |packet, give| {
        named(&packet.from, give);
    }),
    ("socklab.to", |packet, give| {
        named(&packet.to, give);
    }),
    ("socklab.cause", |packet, give| {
        if let Some(cause) = &packet.cause {
            let parts = [&cause.call, &cause.kernel];
            for part in parts.into_iter().filter(|part| !part.is_empty()) {
                give(Datum::Text(part));
            }
        }
    }),
    ("socklab.certainty", |packet, give| {
        if let Some(cause) = &packet.cause {
            give(Datum::Text(words::certainty(cause.certainty)));
        }
    }),
    ("socklab.rule", |packet, give| {
        for ruling in &packet.rulings {
            give(number(ruling.rule));
        }
    }),
    ("tcp.ack", |packet, give| {
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
    ("tcp.completeness", |packet, give| {
        if tcp(packet).is_some() {
            give(number(packet.track.completeness));
        }
    }),
    ("tcp.seq", |packet, give| {
        if tcp(packet).is_some() {
            give(number(packet.track.seq));
        }
    }),
    ("tcp.window_size", |packet, give| {
        if tcp(packet).is_some() {
            give(number(packet.track.window));
        }
    }),
    ("tcp.analysis.ack_rtt", |packet, give| {
        if let Some((time, _)) = packet.track.acks.filter(|(time, _)| *time != 0) {
            give(Datum::Time(time));
        }
    }),
    ("tcp.analysis.acks_frame", |packet, give| {
        if let Some((_, frame)) = packet.track.acks {
            give(number(frame));
        }
    }),
    ("tcp.analysis.bytes_in_flight", |packet, give| {
        if let Some(bytes) = packet.track.bytes_in_flight {
            give(number(bytes));
        }
    }),
    ("tcp.analysis.duplicate_ack_frame", |packet, give| {
        if let Some((_, frame)) = packet.track.duplicate_of {
            give(number(frame));
        }
    }),
    ("tcp.analysis.duplicate_ack_num", |packet, give| {
        if let Some((count, _)) = packet.track.duplicate_of {
            give(number(count));
        }
    }),
    ("tcp.options.sack_le", |packet, give| {
        sack(packet, |block| give(number(block.0)));
    }),
    ("tcp.options.sack_re", |packet, give| {
        sack(packet, |block| {
            block.1.into_iter().for_each(|edge| give(number(edge)));
        });
    }),
    ("frame.time_relative", |packet, give| {
        give(Datum::Time(packet.track.elapsed.first_ns));
    }),
    ("frame.time_delta", |packet, give| {
        give(Datum::Time(packet.track.elapsed.previous_ns));
    }),
    ("tcp.nxtseq", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            let control = tcp.flags & (flag::SYN | flag::FIN) != 0;
            let next = packet.track.seq.wrapping_add(tcp.len);
            give(number(next.wrapping_add(u32::from(control))));
        }
    }),
    ("tcp.time_relative", |packet, give| {
        if tcp(packet).is_some() {
            give(Datum::Time(packet.track.elapsed_in_conversation.first_ns));
        }
    }),
    ("tcp.time_delta", |packet, give| {
        if tcp(packet).is_some() {
            give(Datum::Time(
                packet.track.elapsed_in_conversation.previous_ns,
            ));
        }
    }),
    ("udp.time_relative", |packet, give| {
        if udp(packet).is_some_and(|udp| udp.length != 8) {
            give(Datum::Time(packet.track.elapsed_in_conversation.first_ns));
        }
    }),
    ("udp.time_delta", |packet, give| {
        if udp(packet).is_some_and(|udp| udp.length != 8) {
            give(Datum::Time(
                packet.track.elapsed_in_conversation.previous_ns,
            ));
        }
    }),
    ("tcp.stream", |packet, give| {
        if let (Some(_), Some(stream)) = (tcp(packet), packet.track.stream) {
            give(number(stream));
        }
    }),
    ("udp.stream", |packet, give| {
        if let (Some(_), Some(stream)) = (udp(packet), packet.track.stream) {
            give(number(stream));
        }
    }),
];
