//! Segments that are not analyzed, or not as they are: those whose length is not known, and those whose header has a wrong one. Not
//! the segments of most packets.

use super::{SEGMENTS, TCP, Tracker};
use crate::analysis::Segment;
use crate::key::Key;
use crate::phase;
use crate::segment::{track_outline, track_short_header};
use socklab_packets::headers::{Headers, Outline, Tcp};
use socklab_packets::misfit::Misfit;
use socklab_packets::record::{Labels, Track};

impl Tracker {
    /// Takes the first fragment of a TCP segment that cannot be put together. Its numbers stay as they are on the wire.
    pub fn unmeasured(&mut self, track: &mut Track, time_ns: i64, headers: &Headers, tcp: &Tcp) {
        self.begin_track(track, time_ns, headers);
        if let Some(end) = self.end_of(headers, tcp) {
            let place = self.find_or_begin(end.0, end.1);
            self.outline(track, place, end, tcp.outline(), time_ns);
        }
        (track.seq, track.ack, track.window) = (tcp.seq, tcp.ack, tcp.window.into());
    }

    /// Takes a segment whose header has a wrong length; `headers` are those of its packet, without it. `when` is the frame's number and
    /// its time.
    pub fn misfit(
        &mut self,
        track: &mut Track,
        when: (u64, i64),
        headers: &Headers,
        misfit: &Misfit,
    ) {
        match misfit {
            Misfit::TooLong(tcp) => self.unmeasured(track, when.1, headers, tcp),
            Misfit::TooShort(tcp) => self.short_header(track, when, headers, tcp),
        }
        // tshark gives up before it comes to them.
        track.labels = Labels::default();
    }

    fn short_header(
        &mut self,
        track: &mut Track,
        (number, time_ns): (u64, i64),
        headers: &Headers,
        tcp: &Tcp,
    ) {
        self.begin_track(track, time_ns, headers);
        let Some(end) = self.end_of(headers, tcp) else {
            return;
        };
        let place = self.find_or_begin(end.0, end.1);
        self.renew(place, end, (tcp.flags, tcp.seq), track);
        let may_queue = self.segments < SEGMENTS;
        let conversation = &mut self.entries[place as usize].conversation;
        conversation.say(end.1, time_ns, track);
        let from = usize::from(!track.forward);
        let record = conversation.tcp.get_or_insert_default();
        let segment = Segment {
            number,
            time_ns,
            tcp,
            lost: false,
            excused: false,
            looped: false,
        };
        let queued = track_short_header(record, from, segment, may_queue, track);
        self.segments = self.segments.saturating_add_signed(queued);
    }

    /// A segment whose length is not known, of the conversation at `place`; the track takes what the conversation says of it.
    pub(super) fn outline(
        &mut self,
        track: &mut Track,
        place: u32,
        end: (Key, bool),
        segment: Outline,
        time_ns: i64,
    ) {
        self.renew(place, end, (segment.flags, segment.seq), track);
        let conversation = &mut self.entries[place as usize].conversation;
        conversation.say(end.1, time_ns, track);
        let from = usize::from(!track.forward);
        let record = conversation.tcp.get_or_insert_default();
        track.completeness |= record.completeness;
        track_outline(record, from, segment, time_ns);
    }

    fn begin_track(&mut self, track: &mut Track, time_ns: i64, headers: &Headers) {
        *track = Track {
            elapsed: self.clock.pass(time_ns),
            phase: phase::of_other(headers),
            ..Track::default()
        };
    }

    /// The key of a segment, and whether the low end sent it.
    fn end_of(&self, headers: &Headers, tcp: &Tcp) -> Option<(Key, bool)> {
        let (from, to) = headers.addresses()?;
        let (from, to) = ((from, tcp.srcport), (to, tcp.dstport));
        Some(Key::new(self.network, from, to, TCP))
    }
}
