//! From packets and samples of TCP_INFO to plots: time and sequence numbers, congestion window, round-trip time, window and
//! bytes in flight. Pure; not the drawing (`render`).

use socklab_events::plot::{Axis, Mark, Plot, Role, Series, Shape};
use socklab_events::tcp_sample::{NO_THRESHOLD, TcpSample};
use socklab_packets::headers::{Tcp, flag};
use socklab_packets::record::{Label, Labels, PacketEvent};

/// What can be plotted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Time and sequence numbers, one direction.
    Sequence,
    /// The congestion window and the slow start threshold.
    CongestionWindow,
    /// The round-trip time and the retransmission timeout.
    RoundTrip,
    /// The window the receiver offers and what is in flight.
    Window,
}

impl Subject {
    /// The subject of this name, as `plot` takes it.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "seq" => Self::Sequence,
            "cwnd" => Self::CongestionWindow,
            "rtt" => Self::RoundTrip,
            "window" => Self::Window,
            _ => return None,
        })
    }
}

/// One direction of a connection.
#[derive(Clone, Debug)]
pub struct Course<'a> {
    /// Who sends: `c`.
    pub from: String,
    /// Who receives.
    pub to: String,
    /// The packets of both directions in their order; true for those of this direction.
    pub packets: Vec<(&'a PacketEvent, bool)>,
    /// TCP_INFO of the sender, in the order of time.
    pub samples: Vec<TcpSample>,
}

/// The plot of a subject.
pub fn plot(subject: Subject, course: &Course<'_>) -> Plot {
    let way = format!("{} → {}", course.from, course.to);
    let start = course.start();
    match subject {
        Subject::Sequence => sequence(course, course.first_data().unwrap_or(start), &way),
        Subject::Window => window(course, start, &way),
        Subject::CongestionWindow => congestion(course, start),
        Subject::RoundTrip => round_trip(course, start),
    }
}

impl Course<'_> {
    /// Times count from the first packet, or the first sample where there is none.
    fn start(&self) -> i64 {
        let packet = self.packets.first().map(|(packet, _)| packet.frame.time_ns);
        let sample = self.samples.first().map(|sample| sample.time_ns);
        packet.or(sample).unwrap_or_default()
    }

    /// When the first of this direction's data was sent. What was before it would only press the data together.
    fn first_data(&self) -> Option<i64> {
        self.packets
            .iter()
            .find(|(packet, own)| *own && packet.headers.tcp().is_some_and(|tcp| tcp.len > 0))
            .map(|(packet, _)| packet.frame.time_ns)
    }

    /// The packets as the sender meets them: its own when it sends them, the other end's when they arrive; those that never do are left
    /// out. In that order.
    fn at_sender(&self) -> Vec<(i64, &PacketEvent, bool)> {
        let mut met: Vec<_> = self
            .packets
            .iter()
            .filter_map(|&(packet, own)| {
                let time_ns = if own {
                    packet.frame.time_ns
                } else {
                    packet.arrival_ns()?
                };
                Some((time_ns, packet, own))
            })
            .collect();
        met.sort_by_key(|met| met.0);
        met
    }

    /// The raw sequence number that is shown as 0.
    fn base(&self) -> u32 {
        self.packets
            .iter()
            .filter(|(_, own)| *own)
            .find_map(|(packet, _)| Some(packet.headers.tcp()?.seq.wrapping_sub(packet.track.seq)))
            .unwrap_or_default()
    }
}

fn milliseconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e6
}

fn series(name: &str, shape: Shape, role: Role, marks: Vec<Mark>) -> Series {
    Series {
        name: name.to_owned(),
        shape,
        role,
        marks,
    }
}

fn frame(title: String, label: &str, unit: &'static str, series: Vec<Series>) -> Plot {
    Plot {
        title,
        x: Axis {
            label: "time".to_owned(),
            unit: "ms",
            logarithmic: false,
        },
        y: Axis {
            label: label.to_owned(),
            unit,
            logarithmic: false,
        },
        series: series
            .into_iter()
            .filter(|series| !series.marks.is_empty())
            .collect(),
        notes: Vec::new(),
    }
}

/// Stevens' plot: a bar for each segment with data, the acknowledgments below them, the offered window above.
fn sequence(course: &Course<'_>, start: i64, way: &str) -> Plot {
    let base = course.base();
    let mut marks = Marks::default();
    for (time_ns, packet, own) in course.at_sender() {
        let Some(tcp) = packet.headers.tcp() else {
            continue;
        };
        // The handshake before the data stands at its beginning.
        let x = milliseconds((time_ns - start).max(0));
        if own {
            marks.sent(x, packet, tcp);
        } else if tcp.flags & flag::ACK != 0 && tcp.flags & flag::RST == 0 {
            marks.acknowledged(x, packet, tcp, base);
        }
    }
    let note = limit_window(&mut marks.window, marks.highest);
    let mut plot = frame(
        format!("{way}: sequence numbers"),
        "sequence number",
        "bytes",
        vec![
            series("window", Shape::Steps, Role::Limit, marks.window),
            series("ack", Shape::Steps, Role::Second, marks.acks),
            series("SACK", Shape::Bars, Role::Beyond, marks.beyond),
            series("data", Shape::Bars, Role::Main, marks.data),
            series("again", Shape::Bars, Role::Again, marks.again),
            series("lost", Shape::Bars, Role::Lost, marks.lost),
        ],
    );
    plot.notes.extend(note);
    plot
}

/// The marks of Stevens' plot.
#[derive(Debug, Default)]
struct Marks {
    data: Vec<Mark>,
    again: Vec<Mark>,
    lost: Vec<Mark>,
    acks: Vec<Mark>,
    window: Vec<Mark>,
    /// What SACK reports beyond the acknowledgment.
    beyond: Vec<Mark>,
    /// The end of the highest segment.
    highest: f64,
}

impl Marks {
    /// A segment that was sent; one without data, SYN or FIN has no mark.
    fn sent(&mut self, x: f64, packet: &PacketEvent, tcp: &Tcp) {
        let seq = f64::from(packet.track.seq);
        let controls =
            u32::from(tcp.flags & flag::SYN != 0) + u32::from(tcp.flags & flag::FIN != 0);
        let length = tcp.len + controls;
        if length == 0 || tcp.flags & flag::RST != 0 {
            return;
        }
        let mark = Mark::bar(x, seq, seq + f64::from(length));
        // Wireshark may call a segment that is sent again soon out of order; its bytes were sent before all the same.
        let earlier = [&self.data, &self.again, &self.lost];
        let before = mark.y < self.highest
            && earlier
                .into_iter()
                .flatten()
                .any(|other: &Mark| other.y < mark.top && mark.y < other.top);
        self.highest = self.highest.max(mark.top);
        let marks = if packet.lost().is_some() {
            &mut self.lost
        } else if before || is_again(packet.track.labels) {
            &mut self.again
        } else {
            &mut self.data
        };
        marks.push(mark);
    }

    /// An acknowledgment; `base` is the raw sequence number that is shown as 0.
    fn acknowledged(&mut self, x: f64, packet: &PacketEvent, tcp: &Tcp, base: u32) {
        let ack = f64::from(packet.track.ack);
        self.acks.push(Mark::at(x, ack));
        let limit = ack + f64::from(packet.track.window);
        self.window.push(Mark::at(x, limit));
        for (left, right) in &tcp.options.sack[..usize::from(tcp.options.sack_count)] {
            let shown = |raw: u32| f64::from(raw.wrapping_sub(base));
            self.beyond.push(Mark::bar(x, shown(*left), shown(*right)));
        }
    }
}

/// Cuts a window off, or leaves it out, where it lies far above the data and would press them flat onto the axis. Gives a note of that.
fn limit_window(window: &mut Vec<Mark>, highest: f64) -> Option<String> {
    let offered = window.iter().map(|mark| mark.y).fold(0.0, f64::max);
    if offered <= highest * 4.0 || highest <= 0.0 {
        return None;
    }
    let lowest = window.iter().map(|mark| mark.y).fold(f64::MAX, f64::min);
    if lowest > highest * 4.0 {
        window.clear();
        return Some(format!(
            "the offered window (up to sequence number {offered:.0}) lies far above and is not drawn: it limits nothing here"
        ));
    }
    for mark in window {
        *mark = Mark::at(mark.x, mark.y.min(highest * 1.5));
    }
    Some(format!(
        "the window line is cut where it lies far above the data (it reaches {offered:.0})"
    ))
}

fn is_again(labels: Labels) -> bool {
    [
        Label::Retransmission,
        Label::FastRetransmission,
        Label::SpuriousRetransmission,
    ]
    .into_iter()
    .any(|label| labels.contains(label))
}

/// What the receiver offers, and what is on its way to it.
fn window(course: &Course<'_>, start: i64, way: &str) -> Plot {
    let (mut offered, mut flight) = (Vec::new(), Vec::new());
    let (mut highest, mut acked) = (0_u32, 0_u32);
    for (time_ns, packet, own) in course.at_sender() {
        let Some(tcp) = packet.headers.tcp() else {
            continue;
        };
        let x = milliseconds(time_ns - start);
        if own {
            if tcp.len == 0 {
                continue;
            }
            highest = highest.max(packet.track.seq.saturating_add(tcp.len));
            acked = acked.max(1);
        } else if tcp.flags & flag::ACK != 0 && tcp.flags & flag::RST == 0 {
            offered.push(Mark::at(x, f64::from(packet.track.window)));
            acked = acked.max(packet.track.ack);
        } else {
            continue;
        }
        flight.push(Mark::at(x, f64::from(highest.saturating_sub(acked))));
    }
    frame(
        format!("{way}: offered window and bytes in flight"),
        "bytes",
        "bytes",
        vec![
            series("window", Shape::Steps, Role::Limit, offered),
            series("in flight", Shape::Steps, Role::Main, flight),
        ],
    )
}

fn sampled(
    course: &Course<'_>,
    start: i64,
    value: impl Fn(&TcpSample) -> Option<f64>,
) -> Vec<Mark> {
    course
        .samples
        .iter()
        .filter_map(|sample| {
            Some(Mark::at(
                milliseconds(sample.time_ns - start),
                value(sample)?,
            ))
        })
        .collect()
}

fn congestion(course: &Course<'_>, start: i64) -> Plot {
    let take = |value: fn(&TcpSample) -> Option<f64>| sampled(course, start, value);
    let threshold =
        take(|sample| (sample.ssthresh < NO_THRESHOLD).then(|| f64::from(sample.ssthresh)));
    let mut notes = Vec::new();
    if threshold.is_empty() {
        notes.push("ssthresh is not set yet: slow start goes on until the first loss".to_owned());
    }
    if let Some(last) = course.samples.last() {
        notes.push(format!(
            "a segment is {} bytes here; TCP_INFO was asked after each call and when packets came",
            last.mss
        ));
    }
    let mut plot = frame(
        format!("{}: congestion window", course.from),
        "window",
        "segments",
        vec![
            series("ssthresh", Shape::Steps, Role::Limit, threshold),
            series(
                "in flight",
                Shape::Steps,
                Role::Second,
                take(|sample| Some(f64::from(sample.unacked))),
            ),
            series(
                "cwnd",
                Shape::Steps,
                Role::Main,
                take(|sample| Some(f64::from(sample.cwnd))),
            ),
        ],
    );
    plot.notes = notes;
    plot
}

fn round_trip(course: &Course<'_>, start: i64) -> Plot {
    let take = |value: fn(&TcpSample) -> u32| {
        sampled(course, start, |sample| {
            Some(f64::from(value(sample)) / 1e3).filter(|value| *value > 0.0)
        })
    };
    let measured = course
        .packets
        .iter()
        .filter(|(_, own)| !own)
        .filter_map(|(packet, _)| {
            let (rtt, _) = packet.round_trip()?;
            let x = milliseconds(packet.arrival_ns()? - start);
            (rtt > 0).then(|| Mark::at(x, milliseconds(rtt)))
        })
        .collect();
    let mut plot = frame(
        format!("{}: round-trip time", course.from),
        "time",
        "ms",
        vec![
            series(
                "RTO",
                Shape::Steps,
                Role::Limit,
                take(|sample| sample.rto_us),
            ),
            series(
                "srtt",
                Shape::Steps,
                Role::Main,
                take(|sample| sample.rtt_us),
            ),
            series("per ACK", Shape::Points, Role::Second, measured),
        ],
    );
    let range = plot.y_range();
    plot.y.logarithmic = range.is_some_and(|(low, high)| high > low * 30.0);
    plot.notes.push(if course.samples.is_empty() {
        "per ACK: from a segment to the packet that acknowledged it, where the capture was made"
            .to_owned()
    } else {
        "srtt and RTO are the kernel's (TCP_INFO); per ACK: from a segment to the arrival of the packet that acknowledged it"
            .to_owned()
    });
    plot
}
