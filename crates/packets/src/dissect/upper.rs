//! The layers of what an IP header carries: transports and what they carry, tunnels, quoted packets.

use super::{DEEPEST, Walk};
use crate::application;
use crate::checksum::{Covered, Pseudo};
use crate::headers::Malformed;
use crate::icmp::{self, HEADER as ICMP_HEADER, Version, proto};
use crate::lower::Network;
use crate::part::Part;
use crate::schema;
use crate::tunnel::{self, Tunnel};
use crate::{icmp_layers, igmp, tcp, udp};
use std::net::IpAddr;

impl Walk {
    /// Adds the layers of what an IP header carries.
    pub(super) fn upper(&mut self, upper: &Upper, part: Part<'_>) {
        let result = match upper.protocol {
            proto::TCP => self.tcp(upper, part),
            proto::UDP => self.udp(upper, part),
            proto::ICMP if upper.src.is_ipv4() => self.icmp(upper, part, Version::V4),
            proto::ICMPV6 if upper.src.is_ipv6() => self.icmp(upper, part, Version::V6),
            proto::IGMP if upper.src.is_ipv4() => self.igmp(upper, part),
            proto::IN_IPV4 => {
                self.deeper(Network::Ipv4, part);
                Ok(())
            }
            proto::IN_IPV6 => {
                self.deeper(Network::Ipv6, part);
                Ok(())
            }
            proto::GRE if !self.quoted => tunnel::gre(part).map(|tunnel| self.tunnel(tunnel)),
            _ => {
                self.data(part);
                Ok(())
            }
        };
        if let Err(malformed) = result {
            self.stop(&malformed, part);
        }
    }

    /// Adds the headers of a tunnel and what they carry.
    fn tunnel(&mut self, tunnel: Tunnel<'_>) {
        for layer in tunnel.layers {
            self.push(layer);
        }
        if self.depth >= DEEPEST {
            return self.data(tunnel.rest);
        }
        self.depth += 1;
        let end = self.announced(tunnel.next, tunnel.rest, 0);
        self.depth -= 1;
        self.data(tunnel.rest.skip(end));
    }

    fn deeper(&mut self, network: Network, part: Part<'_>) {
        self.depth += 1;
        let end = self.network(network, part);
        self.depth -= 1;
        self.data(part.skip(end));
    }

    fn tcp(&mut self, upper: &Upper, part: Part<'_>) -> Result<(), Malformed> {
        if self.quoted && (tcp::QUOTE..tcp::HEADER).contains(&part.bytes().len()) {
            self.push(tcp::quoted_layer(part));
            return Ok(());
        }
        let decoded = tcp::decode(part)?;
        let covered = self.covered(upper, true);
        let mut layer = tcp::layer(part, &decoded, upper.pseudo(), covered);
        if self.quoted {
            // How much of a quoted segment there was tells nothing of this packet, and Wireshark leaves it out.
            layer
                .fields
                .retain(|field| field.name != schema::transport::tcp::LEN.name);
        }
        self.push(layer);
        let ports = (decoded.header.srcport, decoded.header.dstport);
        let known = if decoded.stop {
            None
        } else {
            application::segment(ports, decoded.rest, self.websocket)
        };
        let Some((layers, read)) = known else {
            self.data(decoded.rest);
            return Ok(());
        };
        for layer in layers {
            self.push(layer);
        }
        self.data(decoded.rest.skip(read));
        Ok(())
    }

    /// Adds what a datagram carries.
    fn datagram(&mut self, ports: (u16, u16), part: Part<'_>) {
        match application::datagram(ports, part) {
            Some(layers) => {
                for layer in layers {
                    self.push(layer);
                }
            }
            None => self.data(part),
        }
    }

    fn udp(&mut self, upper: &Upper, part: Part<'_>) -> Result<(), Malformed> {
        let decoded = udp::decode(part, upper.first_fragment || self.quoted)?;
        let covered = self.covered(upper, true);
        self.push(udp::layer(part, &decoded, upper.pseudo(), covered));
        let tunnel = match decoded.header.dstport {
            _ if self.quoted || upper.first_fragment => None,
            tunnel::VXLAN => tunnel::vxlan(decoded.rest).ok(),
            tunnel::GENEVE => tunnel::geneve(decoded.rest).ok(),
            _ => None,
        };
        match tunnel {
            Some(tunnel) => self.tunnel(tunnel),
            None => self.datagram(
                (decoded.header.srcport, decoded.header.dstport),
                decoded.rest,
            ),
        }
        let surplus = part.skip(part.len_until_end_of(decoded.rest));
        if !surplus.bytes().is_empty() {
            self.data_layer(surplus, "Data behind the end of the datagram");
        }
        Ok(())
    }

    fn igmp(&mut self, upper: &Upper, part: Part<'_>) -> Result<(), Malformed> {
        let decoded = igmp::decode(part)?;
        let covered = self.covered(upper, false);
        self.push(igmp::layer(part, decoded.header, covered));
        Ok(())
    }

    fn icmp(&mut self, upper: &Upper, part: Part<'_>, version: Version) -> Result<(), Malformed> {
        let decoded = icmp::decode(part, version)?;
        let kind = decoded.header.kind;
        let covered = self.covered(upper, false);
        self.push(icmp_layers::layer(
            part,
            version,
            &decoded.header,
            decoded.malformed,
            upper.pseudo(),
            covered,
        ));
        if let Some(quote) = icmp::quote(part, version, kind) {
            let network = match quote.bytes().first().map(|byte| byte >> 4) {
                Some(4) => Network::Ipv4,
                Some(6) => Network::Ipv6,
                _ => Network::Other,
            };
            let was_quoted = std::mem::replace(&mut self.quoted, true);
            self.deeper(network, quote);
            self.quoted = was_quoted;
            // What follows a quote whose length was told are extensions (RFC 4884).
            self.data(part.skip(ICMP_HEADER + quote.wire_len()));
        } else if decoded.malformed.is_none() && icmp_layers::carries(version, kind) {
            self.data(decoded.rest);
        }
        Ok(())
    }

    /// True for a first fragment that is kept.
    pub(super) fn keeps(&self, more: bool) -> bool {
        more && self.waits && !self.quoted && self.depth == 0
    }

    /// How far the checksum of a transport can be judged; `offloaded` when hardware may compute it.
    fn covered(&self, upper: &Upper, offloaded: bool) -> Covered {
        if self.quoted {
            Covered::Quoted
        } else if upper.first_fragment {
            Covered::Fragment
        } else if upper.routed {
            Covered::Routed
        } else if offloaded && self.not_ready {
            Covered::NotReady
        } else {
            Covered::Whole
        }
    }
}

/// What an IP header says of what it carries.
pub(super) struct Upper {
    pub(super) src: IpAddr,
    pub(super) dst: IpAddr,
    pub(super) protocol: u8,
    /// True when only the first fragment of it is here.
    pub(super) first_fragment: bool,
    /// True when the packet has still to visit other addresses than the destination.
    pub(super) routed: bool,
}

impl Upper {
    fn pseudo(&self) -> Pseudo {
        Pseudo {
            src: self.src,
            dst: self.dst,
            protocol: self.protocol,
        }
    }
}
