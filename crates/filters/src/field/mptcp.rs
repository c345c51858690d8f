//! What the Multipath TCP option has (RFC 8684). The decoding is in `packet/`.

use super::FieldKind::{Boolean, Bytes, Ipv4, Ipv6, Number, Protocol};
use super::{FieldEntry, row};

/// The rows of this part, in any order.
pub(super) const FIELDS: &[FieldEntry] = &[
    row(
        "mptcp.rm_addr.count",
        Number(8),
        "how many addresses are removed",
    ),
    row("tcp.options.mptcp", Protocol, "option: Multipath TCP"),
    row(
        "tcp.options.mptcp.addaddrtrunchmac",
        Number(64),
        "truncated HMAC of an address that is offered",
    ),
    row(
        "tcp.options.mptcp.addrid",
        Number(8),
        "identifier of an address",
    ),
    row(
        "tcp.options.mptcp.backup.flag",
        Number(8),
        "the subflow is only used when no other works",
    ),
    row(
        "tcp.options.mptcp.checksum",
        Number(16),
        "checksum of the mapping",
    ),
    row(
        "tcp.options.mptcp.checksumreq.flags",
        Number(8),
        "checksums are required",
    ),
    row(
        "tcp.options.mptcp.dataack8.flag",
        Number(8),
        "the data acknowledgment has 8 bytes",
    ),
    row(
        "tcp.options.mptcp.dataackpresent.flag",
        Number(8),
        "a data acknowledgment is there",
    ),
    row(
        "tcp.options.mptcp.datafin.flag",
        Number(8),
        "DATA_FIN: the connection has no more data",
    ),
    row(
        "tcp.options.mptcp.datalvllen",
        Number(16),
        "bytes that a mapping covers",
    ),
    row(
        "tcp.options.mptcp.dseqn8.flag",
        Number(8),
        "the data sequence number has 8 bytes",
    ),
    row(
        "tcp.options.mptcp.dseqnpresent.flag",
        Number(8),
        "a mapping is there",
    ),
    row(
        "tcp.options.mptcp.echo",
        Number(8),
        "confirms an address that was offered",
    ),
    row(
        "tcp.options.mptcp.extensibility.flag",
        Number(8),
        "extensibility, always 0",
    ),
    row(
        "tcp.options.mptcp.flag_T.flag",
        Boolean,
        "the reset is of the moment: joining again may work",
    ),
    row("tcp.options.mptcp.flag_U.flag", Boolean, "reserved"),
    row("tcp.options.mptcp.flag_V.flag", Boolean, "reserved"),
    row("tcp.options.mptcp.flag_W.flag", Boolean, "reserved"),
    row(
        "tcp.options.mptcp.flags",
        Number(8),
        "the byte with the flags",
    ),
    row(
        "tcp.options.mptcp.ipv4",
        Ipv4,
        "the address that is offered",
    ),
    row(
        "tcp.options.mptcp.ipv6",
        Ipv6,
        "the address that is offered",
    ),
    row(
        "tcp.options.mptcp.nomoresubflows.flag",
        Number(8),
        "no further subflows to this address and port",
    ),
    row(
        "tcp.options.mptcp.port",
        Number(16),
        "the port that is offered",
    ),
    row(
        "tcp.options.mptcp.rawdataack",
        Number(64),
        "data acknowledgment, as carried",
    ),
    row(
        "tcp.options.mptcp.rawdataseqno",
        Number(64),
        "data sequence number, as carried",
    ),
    row(
        "tcp.options.mptcp.recvkey",
        Number(64),
        "the receiver's key",
    ),
    row(
        "tcp.options.mptcp.recvtok",
        Number(32),
        "the receiver's token: which connection is joined",
    ),
    row("tcp.options.mptcp.reserved", Number(16), "reserved bits"),
    row(
        "tcp.options.mptcp.reserved.flag",
        Number(8),
        "reserved bits",
    ),
    row(
        "tcp.options.mptcp.rst_reason",
        Number(8),
        "why a subflow is reset",
    ),
    row("tcp.options.mptcp.sendhmac", Bytes, "the sender's HMAC"),
    row("tcp.options.mptcp.sendkey", Number(64), "the sender's key"),
    row(
        "tcp.options.mptcp.sendrand",
        Number(32),
        "the sender's random number",
    ),
    row(
        "tcp.options.mptcp.sendtrunchmac",
        Number(64),
        "the sender's HMAC, truncated",
    ),
    row(
        "tcp.options.mptcp.sha1.flag",
        Number(8),
        "HMAC-SHA1 is used",
    ),
    row(
        "tcp.options.mptcp.sha256.flag",
        Number(8),
        "HMAC-SHA256 is used",
    ),
    row(
        "tcp.options.mptcp.subflowseqno",
        Number(32),
        "sequence number in the subflow",
    ),
    row(
        "tcp.options.mptcp.subtype",
        Number(8),
        "subtype: 0 MP_CAPABLE, 1 MP_JOIN, 2 DSS, 3 ADD_ADDR, 4 REMOVE_ADDR, 5 MP_PRIO, 6 MP_FAIL, 7 MP_FASTCLOSE, 8 MP_TCPRST",
    ),
    row(
        "tcp.options.mptcp.version",
        Number(8),
        "version of Multipath TCP",
    ),
];
