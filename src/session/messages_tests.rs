//! The queues of messages that wait.

use super::*;

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
