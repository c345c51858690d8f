//! What segments and datagrams carry: DNS, HTTP, TLS, WebSocket; recognized, shown with their bytes, told in a line.

use crate::application::{name, summary, upgrades};
use crate::decode::decode;
use crate::dissect::{tree, whole_tree};
use crate::headers::{Headers, LinkType, Transport};
use crate::tree::{Field, FieldValue, Layer};

const UDP: u8 = 17;
const TCP: u8 = 6;

/// A packet from 10.0.0.1 to 10.0.0.2 without link header, between these ports.
fn packet(protocol: u8, ports: (u16, u16), payload: &[u8]) -> Vec<u8> {
    let mut upper = ports.0.to_be_bytes().to_vec();
    upper.extend(ports.1.to_be_bytes());
    if protocol == UDP {
        upper.extend((8 + payload.len() as u16).to_be_bytes());
        upper.extend([0, 0]);
    } else {
        upper.extend([0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 1, 0, 0, 0, 0, 0]);
    }
    upper.extend(payload);
    let mut bytes = vec![0x45, 0];
    bytes.extend((20 + upper.len() as u16).to_be_bytes());
    bytes.extend([0, 1, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    bytes.extend(upper);
    bytes
}

fn layers(bytes: &[u8]) -> Vec<Layer> {
    tree(LinkType::RAW, bytes, bytes.len() as u32, false)
}

fn line(bytes: &[u8]) -> Option<(&'static str, String)> {
    let headers = decode(LinkType::RAW, bytes, bytes.len() as u32);
    summary(&headers, &bytes[headers.payload.range()]).map(|(name, line)| (name, line.into_owned()))
}

/// The headers of a segment of a conversation that was upgraded to WebSocket.
fn upgraded(bytes: &[u8]) -> Headers {
    let mut headers = decode(LinkType::RAW, bytes, bytes.len() as u32);
    if let Transport::Tcp(tcp) = &mut headers.transport {
        tcp.websocket = true;
    }
    headers
}

fn find<'a>(fields: &'a [Field], wanted: &str) -> Option<&'a Field> {
    fields.iter().find_map(|field| {
        if field.name == wanted {
            Some(field)
        } else {
            find(&field.children, wanted)
        }
    })
}

fn field(layers: &[Layer], wanted: &str) -> Field {
    layers
        .iter()
        .find_map(|layer| find(&layer.fields, wanted))
        .cloned()
        .unwrap_or_else(|| panic!("no {wanted} in {layers:?}"))
}

fn assert_text(layers: &[Layer], wanted: &str, text: &str) {
    let found = field(layers, wanted).value;
    assert_eq!(found, FieldValue::Text(text.to_owned()), "{wanted}");
}

fn assert_number(layers: &[Layer], wanted: &str, number: u64) {
    let found = field(layers, wanted).value;
    assert_eq!(found, FieldValue::Number(number), "{wanted}");
}

fn names(layers: &[Layer]) -> Vec<&'static str> {
    layers.iter().map(|layer| layer.name).collect()
}

/// A message about the address of example.org: flags, counts of the three sections, then records as they are.
fn message(flags: u16, counts: [u16; 3], records: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x12, 0x34];
    bytes.extend(flags.to_be_bytes());
    bytes.extend([0, 1]);
    for count in counts {
        bytes.extend(count.to_be_bytes());
    }
    bytes.extend(b"\x07example\x03org\x00\x00\x01\x00\x01");
    bytes.extend(records);
    bytes
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xc0, 12];
    bytes.extend(kind.to_be_bytes());
    bytes.extend([0, 1, 0, 0, 0, 60]);
    bytes.extend((data.len() as u16).to_be_bytes());
    bytes.extend(data);
    bytes
}

#[test]
fn a_query_and_its_response_read_as_wiresharks_info_column() {
    let records = [record(1, &[192, 0, 2, 1]), record(5, b"\x03www\xc0\x0c")].concat();
    for (flags, counts, records, expected) in [
        (
            0x0100,
            [0; 3],
            &[][..],
            "Standard query 0x1234 A example.org",
        ),
        (
            0x8180,
            [2, 0, 0],
            &records,
            "Standard query response 0x1234 A example.org A 192.0.2.1 CNAME www.example.org",
        ),
        (
            0x8183,
            [0; 3],
            &[],
            "Standard query response 0x1234 No such name A example.org",
        ),
    ] {
        let bytes = packet(UDP, (53, 40000), &message(flags, counts, records));
        assert_eq!(line(&bytes), Some(("DNS", expected.to_owned())));
    }
}

#[test]
fn records_are_fields_with_their_bytes() {
    let all = [
        record(16, b"\x02hi\x05there"),
        record(15, b"\x00\x0a\x04mail\xc0\x0c"),
        record(33, b"\x00\x01\x00\x02\x13\x88\xc0\x0c"),
        record(28, &[0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]),
    ]
    .concat();
    let bytes = packet(UDP, (53, 40000), &message(0x8180, [4, 0, 0], &all));
    let layers = layers(&bytes);
    assert_eq!(names(&layers), ["ip", "udp", "dns"]);
    assert_text(&layers, "dns.qry.name", "example.org");
    assert_eq!(field(&layers, "dns.qry.name").span.start, 28 + 12);
    assert_text(&layers, "dns.txt", "hi");
    assert_text(&layers, "dns.mx.mail_exchange", "mail.example.org");
    assert_text(&layers, "dns.srv.target", "example.org");
    assert_number(&layers, "dns.srv.port", 5000);
    let address = field(&layers, "dns.aaaa").value;
    assert_eq!(
        address,
        FieldValue::Ipv6("fd00::9".parse().expect("address"))
    );
}

#[test]
fn a_message_over_tcp_has_its_length_before_it() {
    let message = message(0x0100, [0; 3], &[]);
    let mut payload = (message.len() as u16).to_be_bytes().to_vec();
    payload.extend(message);
    let layers = layers(&packet(TCP, (40000, 53), &payload));
    assert_eq!(names(&layers), ["ip", "tcp", "dns"]);
    assert_number(&layers, "dns.length", 29);
    assert_eq!(field(&layers, "dns.length").span.start, 40);
}

#[test]
fn what_is_wrong_with_a_message_is_said_and_ends_it() {
    let loops = [&message(0x8180, [1, 0, 0], &[])[..], &[0xc0, 29], &[0; 10]].concat();
    let bytes = packet(UDP, (53, 40000), &loops);
    let mark = field(&layers(&bytes), "_ws.malformed");
    assert_eq!(mark.meaning, "dns: a name is not as RFC 1035 demands");
    let told = line(&bytes).expect("still DNS").1;
    assert!(told.ends_with("[Malformed Packet]"), "{told}");
    let short = record(1, &[192, 0]);
    let bytes = packet(UDP, (53, 40000), &message(0x8180, [1, 0, 0], &short));
    let mark = field(&layers(&bytes), "_ws.malformed");
    assert_eq!(
        mark.meaning,
        "dns: the data is shorter than its type demands"
    );
}

#[test]
fn a_request_and_a_response_have_their_lines_and_header_fields() {
    let request = b"GET /a?b HTTP/1.1\r\nHost: example.org\r\nUser-Agent: x\r\nX-Other: y\r\n\r\n";
    let bytes = packet(TCP, (40000, 8080), request);
    let expected = "GET /a?b HTTP/1.1".to_owned();
    assert_eq!(line(&bytes), Some(("HTTP", expected)));
    let shown = layers(&bytes);
    assert_eq!(names(&shown), ["ip", "tcp", "http"]);
    assert_text(&shown, "http.request.method", "GET");
    assert_text(&shown, "http.request.uri", "/a?b");
    assert_text(&shown, "http.host", "example.org");
    assert_eq!(field(&shown, "http.request.uri").span.start, 44);
    let answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello";
    let shown = layers(&packet(TCP, (8080, 40000), answer));
    assert_eq!(names(&shown), ["ip", "tcp", "http", "data"]);
    assert_number(&shown, "http.response.code", 404);
    assert_text(&shown, "http.response.phrase", "Not Found");
    assert_number(&shown, "http.content_length", 5);
}

#[test]
fn plain_words_are_no_protocol() {
    for payload in [
        &b"GET"[..],
        b"GET the book\n",
        b"hello",
        b"\x16\x03",
        b"\x16\x03\x01\xff\xff\x01",
        b"\x81\x05hell",
        b"",
        b"\x00",
        b"HTTP",
    ] {
        let bytes = packet(TCP, (40000, 5000), payload);
        let headers = decode(LinkType::RAW, &bytes, bytes.len() as u32);
        assert_eq!(name(&headers, payload), None, "{payload:?}");
    }
}

/// A client hello for example.org in one record.
fn hello() -> Vec<u8> {
    let mut extensions = b"\x00\x00\x00\x10\x00\x0e\x00\x00\x0bexample.org".to_vec();
    extensions.extend(b"\x00\x10\x00\x0e\x00\x0c\x02h2\x08http/1.1");
    extensions.extend(b"\x00\x2b\x00\x03\x02\x03\x04");
    let mut body = vec![3, 3];
    body.extend([7; 32]);
    body.extend([0, 0, 4, 0x13, 0x01, 0xc0, 0x2f, 1, 0]);
    body.extend((extensions.len() as u16).to_be_bytes());
    body.extend(extensions);
    let mut record = vec![22, 3, 1];
    record.extend((4 + body.len() as u16).to_be_bytes());
    record.extend([1, 0]);
    record.extend((body.len() as u16).to_be_bytes());
    record.extend(body);
    record
}

#[test]
fn a_client_hello_tells_the_server_and_what_it_offers() {
    let bytes = packet(TCP, (40000, 4433), &hello());
    let expected = "Client Hello (SNI=example.org)".to_owned();
    assert_eq!(line(&bytes), Some(("TLSv1", expected)));
    let shown = layers(&bytes);
    assert_eq!(names(&shown), ["ip", "tcp", "tls"]);
    let name = "tls.handshake.extensions_server_name";
    assert_text(&shown, name, "example.org");
    assert_text(&shown, "tls.handshake.extensions_alpn_str", "h2");
    let suite = field(&shown, "tls.handshake.ciphersuite");
    assert_eq!(suite.meaning, "TLS_AES_128_GCM_SHA256");
    let version = field(&shown, "tls.handshake.extensions.supported_version");
    assert_eq!(version.meaning, "TLS 1.3");
}

#[test]
fn a_record_that_goes_on_elsewhere_is_shown_as_far_as_it_is_here() {
    let whole = hello();
    for length in 5..whole.len() {
        let shown = layers(&packet(TCP, (40000, 4433), &whole[..length]));
        assert_eq!(names(&shown), ["ip", "tcp", "tls"], "{length} bytes");
        field(&shown, "tls.segments");
    }
}

#[test]
fn records_in_a_row_are_told_in_a_row() {
    let mut payload = b"\x14\x03\x03\x00\x01\x01".to_vec();
    payload.extend(b"\x17\x03\x03\x00\x03abc");
    payload.extend(b"\x15\x03\x03\x00\x02\x01\x00");
    let bytes = packet(TCP, (4433, 40000), &payload);
    let expected =
        "Change Cipher Spec, Application Data, Alert (Level: Warning, Description: Close Notify)";
    assert_eq!(line(&bytes), Some(("TLSv1.2", expected.to_owned())));
}

#[test]
fn a_frame_is_unmasked_and_its_packets_are_told() {
    let text = b"42[\"chat\",\"hi\"]";
    let key = [1, 2, 3, 4];
    let mut frame = vec![0x81, 0x80 | text.len() as u8];
    frame.extend(key);
    frame.extend(
        text.iter()
            .zip(key.iter().cycle())
            .map(|(byte, key)| byte ^ key),
    );
    let bytes = packet(TCP, (40000, 8080), &frame);
    assert_eq!(line(&bytes), None, "nobody has upgraded it");
    let headers = upgraded(&bytes);
    let shown = whole_tree(&headers, &bytes, false, None);
    let expected = ["ip", "tcp", "websocket", "engineio", "socketio"];
    assert_eq!(names(&shown), expected);
    assert_text(&shown, "websocket.payload.text", "42[\"chat\",\"hi\"]");
    assert_text(&shown, "socketio.data", "[\"chat\",\"hi\"]");
    assert_eq!(field(&shown, "socketio.type").meaning, "EVENT");
    let expected = "WebSocket Text [FIN] [MASKED] Socket.IO EVENT [\"chat\",\"hi\"]";
    let told = summary(&headers, &bytes[headers.payload.range()]);
    assert_eq!(told, Some(("WebSocket", expected.into())));
}

#[test]
fn frames_are_told_where_a_response_has_upgraded_the_conversation_and_only_whole_ones() {
    for (payload, told) in [
        (&b"\x81\x05hello"[..], Some("WebSocket Text [FIN]")),
        (b"\x82\x05hello", Some("WebSocket Binary [FIN]")),
        (b"\x01\x03hel", Some("WebSocket Text")),
        (b"\x80\x02lo", Some("WebSocket Continuation [FIN]")),
        (b"\x89\0", Some("WebSocket Ping [FIN]")),
        (b"\x81\x06hello", None),
        (b"\x81\x05hello!", None),
        (b"GET / HTTP/1.1\r\n\r\n", None),
    ] {
        let bytes = packet(TCP, (9, 8080), payload);
        let line = summary(&upgraded(&bytes), payload).map(|(_, line)| line.into_owned());
        assert_eq!(line.as_deref(), told, "{payload:?}");
        let plain = line_of_stranger(&bytes);
        assert_ne!(plain, Some("WebSocket"), "{payload:?}");
    }
    for (response, expected) in [
        (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
            true,
        ),
        (
            "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUPGRADE:WebSocket\r\n\r\n",
            true,
        ),
        ("HTTP/1.1 101 x\r\nUpgrade: h2c\r\n\r\n", false),
        ("HTTP/1.1 200 OK\r\nUpgrade: websocket\r\n\r\n", false),
        ("HTTP/1.1 101 x\r\n\r\nUpgrade: websocket\r\n", false),
        ("HTTP/1.1 101", false),
    ] {
        assert_eq!(upgrades(response.as_bytes()), expected, "{response}");
    }
}

fn line_of_stranger(bytes: &[u8]) -> Option<&'static str> {
    line(bytes).map(|(name, _)| name)
}

#[test]
fn of_thousands_of_messages_in_a_segment_the_first_have_layers_and_the_rest_is_data() {
    let query = message(0x0100, [0; 3], &[]);
    let query = [&(query.len() as u16).to_be_bytes()[..], &query].concat();
    for (ports, one, name) in [
        ((9, 80), &b"\x81\x01a"[..], "websocket"),
        ((9, 53), &query, "dns"),
    ] {
        let payload = one.repeat(2000);
        let bytes = packet(TCP, ports, &payload);
        let layers = if name == "dns" {
            layers(&bytes)
        } else {
            whole_tree(&upgraded(&bytes), &bytes, false, None)
        };
        let told = layers.iter().filter(|layer| layer.name == name);
        let last = layers.last().expect("there are layers");
        assert_eq!((told.count(), last.name), (1024, "data"));
        assert_eq!(last.span.len(), one.len() * (2000 - 1024));
    }
}
