//! Numbers and addresses between their spellings: byte order (htons …) and text (inet_pton …). Library functions, no system calls.

use super::arguments::expected;
use super::execution::{Execution, Outcome, Stop};
use super::operator::integer;
use super::text::number_of;
use crate::command::ast::Call;
use crate::sys::address;
use crate::sys::names::{self, Hints};
use crate::value::Value;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

impl Execution<'_> {
    /// `htons x`, `ntohs x`: two bytes the other way round, where the machine is little-endian.
    pub(super) fn swap_short(&mut self, call: &Call) -> Outcome {
        let number = self.unsigned(call, u64::from(u16::MAX))?;
        Ok(Value::Int(i64::from((number as u16).to_be())))
    }

    /// `htonl x`, `ntohl x`: four bytes the other way round, where the machine is little-endian.
    pub(super) fn swap_long(&mut self, call: &Call) -> Outcome {
        let number = self.unsigned(call, u64::from(u32::MAX))?;
        Ok(Value::Int(i64::from((number as u32).to_be())))
    }

    fn unsigned(&mut self, call: &Call, most: u64) -> Outcome<u64> {
        let value = self.needed(call, 0)?;
        let Some(number) = integer(&value) else {
            return Err(expected(call, 0, "a number", &value));
        };
        u64::try_from(number)
            .ok()
            .filter(|number| *number <= most)
            .ok_or_else(|| {
                Stop::because(format!(
                    "`{}` takes a number from 0 to {most}, and {number} is not",
                    call.verb.name()
                ))
            })
    }

    /// `inet_pton family text`: the address in bytes.
    pub(super) fn inet_pton(&mut self, call: &Call) -> Outcome {
        let family = self.int(call, 0, 0)?;
        let text = self.text(call, 1)?;
        match names::inet_pton(family, &text) {
            Ok(Some(bytes)) => Ok(Value::Bytes(bytes)),
            Ok(None) => Err(Stop::because(format!(
                "`{}` is not an address of this family",
                text.escape_debug()
            ))),
            Err(_) => Err(Stop::because(
                "inet_pton knows AF_INET and AF_INET6 (any other family: EAFNOSUPPORT)",
            )),
        }
    }

    /// `inet_ntop family packed`: the address in text.
    pub(super) fn inet_ntop(&mut self, call: &Call) -> Outcome {
        let family = self.int(call, 0, 0)?;
        let packed = self.data(call, 1)?;
        let v4 = family == number_of("AF_INET");
        let v6 = family == number_of("AF_INET6");
        let ip = match (
            <[u8; 4]>::try_from(&packed[..]),
            <[u8; 16]>::try_from(&packed[..]),
        ) {
            (Ok(octets), _) if v4 => IpAddr::V4(Ipv4Addr::from(octets)),
            (_, Ok(octets)) if v6 => IpAddr::V6(Ipv6Addr::from(octets)),
            _ if !v4 && !v6 => {
                return Err(Stop::because(
                    "inet_ntop knows AF_INET and AF_INET6 (any other family: EAFNOSUPPORT)",
                ));
            }
            _ => {
                return Err(Stop::because(format!(
                    "an address of this family has {} bytes; these are {}",
                    if v4 { 4 } else { 16 },
                    packed.len()
                )));
            }
        };
        Ok(Value::Str(ip.to_string()))
    }

    /// `inet_aton text`: an IPv4 address in any of C's spellings (`127.1`, `0x7f000001`) in bytes.
    pub(super) fn inet_aton(&mut self, call: &Call) -> Outcome {
        let text = self.text(call, 0)?;
        let hints = Hints {
            flags: number_of("AI_NUMERICHOST"),
            family: number_of("AF_INET"),
            ..Hints::default()
        };
        // With AI_NUMERICHOST the C library reads the text just as inet_aton does, and asks nobody.
        let host = super::arguments::c_text(&text)?;
        let infos = names::getaddrinfo(Some(&host), None, hints).unwrap_or_default();
        let ip = infos
            .first()
            .and_then(|info| address::decode(&info.address).ip());
        match ip {
            Some(IpAddr::V4(ip)) => Ok(Value::Bytes(ip.octets().to_vec())),
            _ => Err(Stop::because(format!(
                "`{}` is not an IPv4 address",
                text.escape_debug()
            ))),
        }
    }

    /// `inet_ntoa packed`: four bytes as an IPv4 address in text.
    pub(super) fn inet_ntoa(&mut self, call: &Call) -> Outcome {
        let packed = self.data(call, 0)?;
        let octets: [u8; 4] = packed.as_slice().try_into().map_err(|_| {
            Stop::because(format!(
                "an IPv4 address has 4 bytes; these are {}",
                packed.len()
            ))
        })?;
        Ok(Value::Str(Ipv4Addr::from(octets).to_string()))
    }
}
