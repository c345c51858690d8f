//! Which pieces the data of each type of record has, as a table (the RFC of each type). Reads nothing.

use crate::schema::FieldEntry;
use crate::schema::application::dns;
use Piece::{Byte, Ipv4, Ipv6, Long, Name, Rest, RestAs, RestText, Short, Skip, Text, Texts};

/// One piece of a record's data: what it is, and its field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Piece {
    Name(&'static FieldEntry),
    Byte(&'static FieldEntry),
    Short(&'static FieldEntry),
    Long(&'static FieldEntry),
    Ipv4(&'static FieldEntry),
    Ipv6(&'static FieldEntry),
    /// A text with a byte of length before it: the fields of the length and of the text.
    Text(&'static FieldEntry, &'static FieldEntry),
    /// As many of them as there are.
    Texts(&'static FieldEntry, &'static FieldEntry),
    /// What is left, as bytes.
    Rest(&'static FieldEntry),
    /// What is left, under another label than that of its field.
    RestAs(&'static FieldEntry, &'static str),
    /// What is left, as text.
    RestText(&'static FieldEntry),
    /// So many bytes that have no field here: Wireshark shows them as times, which are a kind of their own.
    Skip(usize),
}

/// The types of records whose data is known, by number.
const PIECES: &[(&[u16], &[Piece])] = &[
    // A
    (&[1], &[Ipv4(dns::A)]),
    // NS
    (&[2], &[Name(dns::NS)]),
    // CNAME
    (&[5], &[Name(dns::CNAME)]),
    // SOA
    (
        &[6],
        &[
            Name(dns::SOA_MNAME),
            Name(dns::SOA_RNAME),
            Long(dns::SOA_SERIAL_NUMBER),
            Long(dns::SOA_REFRESH_INTERVAL),
            Long(dns::SOA_RETRY_INTERVAL),
            Long(dns::SOA_EXPIRE_LIMIT),
            Long(dns::SOA_MINIMUM_TTL),
        ],
    ),
    // PTR
    (&[12], &[Name(dns::PTR_DOMAIN_NAME)]),
    // HINFO
    (
        &[13],
        &[
            Text(dns::HINFO_CPU_LENGTH, dns::HINFO_CPU),
            Text(dns::HINFO_OS_LENGTH, dns::HINFO_OS),
        ],
    ),
    // MX
    (
        &[15],
        &[Short(dns::MX_PREFERENCE), Name(dns::MX_MAIL_EXCHANGE)],
    ),
    // TXT
    (&[16], &[Texts(dns::TXT_LENGTH, dns::TXT)]),
    // AAAA
    (&[28], &[Ipv6(dns::AAAA)]),
    // SRV
    (
        &[33],
        &[
            Short(dns::SRV_PRIORITY),
            Short(dns::SRV_WEIGHT),
            Short(dns::SRV_PORT),
            Name(dns::SRV_TARGET),
        ],
    ),
    // NAPTR
    (
        &[35],
        &[
            Short(dns::NAPTR_ORDER),
            Short(dns::NAPTR_PREFERENCE),
            Text(dns::NAPTR_FLAGS_LENGTH, dns::NAPTR_FLAGS),
            Text(dns::NAPTR_SERVICE_LENGTH, dns::NAPTR_SERVICE),
            Text(dns::NAPTR_REGEX_LENGTH, dns::NAPTR_REGEX),
            Name(dns::NAPTR_REPLACEMENT),
        ],
    ),
    // DNAME
    (&[39], &[Name(dns::DNAME)]),
    // DS and CDS
    (
        &[43, 59],
        &[
            Short(dns::DS_KEY_ID),
            Byte(dns::DS_ALGORITHM),
            Byte(dns::DS_DIGEST_TYPE),
            Rest(dns::DS_DIGEST),
        ],
    ),
    // SSHFP
    (
        &[44],
        &[
            Byte(dns::SSHFP_ALGORITHM),
            Byte(dns::SSHFP_FINGERPRINT_TYPE),
            Rest(dns::SSHFP_FINGERPRINT),
        ],
    ),
    // RRSIG
    (
        &[46],
        &[
            Short(dns::RRSIG_TYPE_COVERED),
            Byte(dns::RRSIG_ALGORITHM),
            Byte(dns::RRSIG_LABELS),
            Long(dns::RRSIG_ORIGINAL_TTL),
            Skip(8),
            Short(dns::RRSIG_KEY_TAG),
            Name(dns::RRSIG_SIGNERS_NAME),
            Rest(dns::RRSIG_SIGNATURE),
        ],
    ),
    // NSEC
    (
        &[47],
        &[
            Name(dns::NSEC_NEXT_DOMAIN_NAME),
            RestAs(dns::DATA, "Types that exist"),
        ],
    ),
    // DNSKEY and CDNSKEY
    (
        &[48, 60],
        &[
            Short(dns::DNSKEY_FLAGS),
            Byte(dns::DNSKEY_PROTOCOL),
            Byte(dns::DNSKEY_ALGORITHM),
            Rest(dns::DNSKEY_PUBLIC_KEY),
        ],
    ),
    // TLSA
    (
        &[52],
        &[
            Byte(dns::TLSA_CERTIFICATE_USAGE),
            Byte(dns::TLSA_SELECTOR),
            Byte(dns::TLSA_MATCHING_TYPE),
            Rest(dns::TLSA_CERTIFICATE_ASSOCIATION_DATA),
        ],
    ),
    // SVCB and HTTPS
    (
        &[64, 65],
        &[Short(dns::SVCB_SVCPRIORITY), Name(dns::SVCB_TARGETNAME)],
    ),
    // SPF
    (&[99], &[Texts(dns::SPF_LENGTH, dns::SPF)]),
    // CAA
    (
        &[257],
        &[
            Byte(dns::CAA_FLAGS),
            Text(dns::CAA_TAG_LENGTH, dns::CAA_TAG),
            RestText(dns::CAA_VALUE),
        ],
    ),
];

/// The data of a record of this type; one piece of bytes where it is not known.
pub(super) fn pieces(kind: u16) -> &'static [Piece] {
    PIECES
        .iter()
        .find(|(kinds, _)| kinds.contains(&kind))
        .map_or(&[Rest(dns::DATA)], |(_, pieces)| *pieces)
}
