//! What calls say in their ancillary data, and the queues of messages that wait.

use super::*;

fn call(name: &str, text: &str) -> CallEvent {
    CallEvent {
        process: "lab".to_owned(),
        host: "lab".to_owned(),
        command: 1,
        job: 0,
        thread: 0,
        name: name.to_owned(),
        args: vec!["4".to_owned(), text.to_owned(), "0".to_owned()],
        fd: Some(4),
        result: 1,
        errno: None,
        data: None,
        peer: None,
        local: None,
        out: String::new(),
        made: Vec::new(),
        times: 1,
        blocked: false,
        start_ns: 0,
        end_ns: 0,
    }
}

#[test]
fn descriptors_and_credentials_are_read_from_the_call_and_never_from_its_payload() {
    for (text, fds, from) in [
        (
            r#"{msg_iov=[{iov_base="x", iov_len=1}], msg_control=[{cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[3, 5]}]}"#,
            vec![3, 5],
            None,
        ),
        (
            r#"{msg_iov=[{iov_base="msg_control=[{cmsg_type=SCM_RIGHTS, cmsg_data=[9]", iov_len=1}]}"#,
            vec![],
            None,
        ),
        (
            r#"{msg_iov=[{iov_base="\"", iov_len=1}], msg_control=[{cmsg_level=SOL_SOCKET, cmsg_type=SCM_CREDENTIALS, cmsg_data={pid=7, uid=0, gid=0}}]}"#,
            vec![],
            Some("pid=7, uid=0, gid=0"),
        ),
    ] {
        let call = call("sendmsg", text);
        assert_eq!(rights(&call), fds, "{text}");
        assert_eq!(credentials(&call).as_deref(), from, "{text}");
    }
    let plain = call("send", "msg_control=[{SCM_RIGHTS, cmsg_data=[1]");
    assert!(rights(&plain).is_empty());
}

fn transfer(length: u64, flags: &str) -> Transfer {
    Transfer {
        party: 1,
        process: "lab".to_owned(),
        call: "recv(5)".to_owned(),
        command: 1,
        sends: false,
        at: 0,
        length,
        data: vec![b'x'; usize::try_from(length).expect("it is small")],
        flags: flags.to_owned(),
        peer: None,
        start_ns: 0,
        end_ns: 0,
    }
}

#[test]
fn a_stream_gives_bytes_across_writes_and_a_look_takes_none() {
    let mut messages = Messages::default();
    let queue = Some(Queue::Of(7));
    for length in [3, 4] {
        messages.wrote(queue, &End::default(), length);
    }
    let mut read = |length, flags| messages.read(queue, &transfer(length, flags)).0;
    assert!(read(2, "MSG_PEEK").looked);
    let first = read(5, "0");
    assert_eq!((first.of, first.waiting), (vec![1, 2], 2));
    let second = read(2, "0");
    assert_eq!((second.of, second.waiting), (vec![2], 0));
    assert!(read(1, "0").of.is_empty());
}

#[test]
fn a_message_is_read_once_whatever_the_buffer() {
    let mut messages = Messages::default();
    let queue = Some(Queue::For(7));
    for length in [5, 4] {
        messages.wrote(queue, &End::default(), length);
    }
    let first = messages.read(queue, &transfer(2, "0")).0;
    assert_eq!((first.of, first.cut), (vec![1], 3));
    let second = messages.read(queue, &transfer(4, "0")).0;
    assert_eq!((second.of, second.cut), (vec![2], 0));
}

#[test]
fn netlink_messages_are_named_by_their_protocol_counted_and_one_alone_is_told() {
    let message = |kind: u16, body: &[u8]| {
        let mut bytes = (16 + body.len() as u32).to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend([2, 0, 7, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend(body);
        bytes
    };
    let mut link = vec![0; 16];
    link.extend([7, 0, 3, 0, b'l', b'o', 0, 0, 8, 0, 4, 0]);
    link.extend(1500_u32.to_ne_bytes());
    let links = [message(16, &link), message(16, &link), message(3, &[0; 4])].concat();
    for (bytes, protocol, expected) in [
        (
            &message(16, &link),
            Some("NETLINK_ROUTE"),
            "RTM_NEWLINK (MULTI) IFLA_IFNAME lo IFLA_MTU 1500",
        ),
        (
            &links,
            Some("0"),
            "2 × RTM_NEWLINK (MULTI), NLMSG_DONE (MULTI)",
        ),
        (
            &message(20, &[]),
            Some("NETLINK_SOCK_DIAG"),
            "SOCK_DIAG_BY_FAMILY (MULTI)",
        ),
        (&message(20, &[]), None, "type 20 (MULTI)"),
        (&vec![1, 2, 3], Some("0"), ""),
    ] {
        let protocol = protocol.map(str::to_owned);
        let parts = netlink_parts(bytes, protocol.as_ref());
        assert_eq!(parts.join(", "), expected);
    }
}

#[test]
fn what_nobody_reads_is_forgotten_with_the_messages_and_a_queue_that_was_read_is_gone() {
    let mut messages = Messages::default();
    for socket in 0..3 * MESSAGES as u32 {
        messages.wrote(Some(Queue::For(socket)), &End::default(), 1);
    }
    assert!(messages.unread.len() <= 2 * MESSAGES);
    messages.unread.clear();
    messages.wrote(Some(Queue::For(7)), &End::default(), 5);
    messages.read(Some(Queue::For(7)), &transfer(5, "0"));
    assert!(messages.unread.is_empty());
}
