//! Which pieces the data of each type of record has, as a table (the RFC of each type). Reads nothing.

/// One piece of a record's data: what it is, Wireshark's name, and what a reader sees.
#[derive(Clone, Copy, Debug)]
pub(super) enum Piece {
    Name(&'static str, &'static str),
    Byte(&'static str, &'static str),
    Short(&'static str, &'static str),
    Long(&'static str, &'static str),
    Ipv4(&'static str, &'static str),
    Ipv6(&'static str, &'static str),
    /// A text with a byte of length before it: the names of the length and of the text.
    Text(&'static str, &'static str, &'static str),
    /// As many of them as there are.
    Texts(&'static str, &'static str, &'static str),
    /// A number in one byte and in so many bits.
    Rest(&'static str, &'static str),
    /// What is left, as text.
    RestText(&'static str, &'static str),
    /// Seconds since 1970 in four bytes, shown as a number of bytes: Wireshark has a time of its own kind.
    Skip(usize),
}

/// The data of a record of this type.
pub(super) fn pieces(kind: u16) -> &'static [Piece] {
    use Piece::{Byte, Ipv4, Ipv6, Long, Name, Rest, RestText, Short, Skip, Text, Texts};
    match kind {
        1 => &[Ipv4("dns.a", "Address")],
        2 => &[Name("dns.ns", "Name Server")],
        5 => &[Name("dns.cname", "CNAME")],
        6 => &[
            Name("dns.soa.mname", "Primary name server"),
            Name("dns.soa.rname", "Responsible authority's mailbox"),
            Long("dns.soa.serial_number", "Serial Number"),
            Long("dns.soa.refresh_interval", "Refresh Interval"),
            Long("dns.soa.retry_interval", "Retry Interval"),
            Long("dns.soa.expire_limit", "Expire limit"),
            Long("dns.soa.minimum_ttl", "Minimum TTL"),
        ],
        12 => &[Name("dns.ptr.domain_name", "Domain Name")],
        13 => &[
            Text("dns.hinfo.cpu_length", "dns.hinfo.cpu", "CPU"),
            Text("dns.hinfo.os_length", "dns.hinfo.os", "OS"),
        ],
        15 => &[
            Short("dns.mx.preference", "Preference"),
            Name("dns.mx.mail_exchange", "Mail Exchange"),
        ],
        16 => &[Texts("dns.txt.length", "dns.txt", "TXT")],
        28 => &[Ipv6("dns.aaaa", "AAAA Address")],
        33 => &[
            Short("dns.srv.priority", "Priority"),
            Short("dns.srv.weight", "Weight"),
            Short("dns.srv.port", "Port"),
            Name("dns.srv.target", "Target"),
        ],
        35 => &[
            Short("dns.naptr.order", "Order"),
            Short("dns.naptr.preference", "Preference"),
            Text("dns.naptr.flags_length", "dns.naptr.flags", "Flags"),
            Text("dns.naptr.service_length", "dns.naptr.service", "Service"),
            Text("dns.naptr.regex_length", "dns.naptr.regex", "Regex"),
            Name("dns.naptr.replacement", "Replacement"),
        ],
        39 => &[Name("dns.dname", "Dname")],
        43 | 59 => &[
            Short("dns.ds.key_id", "Key id"),
            Byte("dns.ds.algorithm", "Algorithm"),
            Byte("dns.ds.digest_type", "Digest Type"),
            Rest("dns.ds.digest", "Digest"),
        ],
        44 => &[
            Byte("dns.sshfp.algorithm", "Algorithm"),
            Byte("dns.sshfp.fingerprint.type", "Fingerprint type"),
            Rest("dns.sshfp.fingerprint", "Fingerprint"),
        ],
        46 => &[
            Short("dns.rrsig.type_covered", "Type Covered"),
            Byte("dns.rrsig.algorithm", "Algorithm"),
            Byte("dns.rrsig.labels", "Labels"),
            Long("dns.rrsig.original_ttl", "Original TTL"),
            Skip(8),
            Short("dns.rrsig.key_tag", "Key Tag"),
            Name("dns.rrsig.signers_name", "Signer's name"),
            Rest("dns.rrsig.signature", "Signature"),
        ],
        47 => &[
            Name("dns.nsec.next_domain_name", "Next Domain Name"),
            Rest("dns.data", "Types that exist"),
        ],
        48 | 60 => &[
            Short("dns.dnskey.flags", "Flags"),
            Byte("dns.dnskey.protocol", "Protocol"),
            Byte("dns.dnskey.algorithm", "Algorithm"),
            Rest("dns.dnskey.public_key", "Public Key"),
        ],
        52 => &[
            Byte("dns.tlsa.certificate_usage", "Certificate Usage"),
            Byte("dns.tlsa.selector", "Selector"),
            Byte("dns.tlsa.matching_type", "Matching Type"),
            Rest(
                "dns.tlsa.certificate_association_data",
                "Certificate Association Data",
            ),
        ],
        64 | 65 => &[
            Short("dns.svcb.svcpriority", "SvcPriority"),
            Name("dns.svcb.targetname", "TargetName"),
        ],
        99 => &[Texts("dns.spf.length", "dns.spf", "SPF")],
        257 => &[
            Byte("dns.caa.flags", "CAA Flags"),
            Text("dns.caa.tag_length", "dns.caa.tag", "Tag"),
            RestText("dns.caa.value", "Value"),
        ],
        _ => &[Rest("dns.data", "Data")],
    }
}
