//! What went along with a message (SCM_RIGHTS, SCM_CREDENTIALS), read from the line of its call. Not the messages themselves.

use crate::event::CallEvent;

/// The ancillary data of sendmsg and recvmsg as the call's line shows it, without what was quoted: payload may look like anything.
fn control(call: &CallEvent) -> Option<String> {
    let text = call.args.get(1).filter(|_| call.name.ends_with("msg"))?;
    let (mut bare, mut quoted, mut escaped) = (String::new(), false, false);
    for character in text.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if !quoted => bare.push(character),
            _ => {}
        }
    }
    let start = bare.find("msg_control=[")?;
    Some(bare[start..].to_owned())
}

/// The descriptors that went along (SCM_RIGHTS), as numbers of the process that made the call.
pub(super) fn rights(call: &CallEvent) -> Vec<i32> {
    let control = control(call).unwrap_or_default();
    let mut found = Vec::new();
    for part in control.split("SCM_RIGHTS, cmsg_data=[").skip(1) {
        let list = part.split(']').next().unwrap_or_default();
        found.extend(
            list.split(',')
                .filter_map(|fd| fd.trim().parse::<i32>().ok()),
        );
    }
    found
}

/// The credentials that went along (SCM_CREDENTIALS): `pid=7, uid=0, gid=0`.
pub(super) fn credentials(call: &CallEvent) -> Option<String> {
    let control = control(call)?;
    let (_, rest) = control.split_once("SCM_CREDENTIALS, cmsg_data={")?;
    Some(rest.split('}').next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, text: &str) -> CallEvent {
        CallEvent {
            fd: Some(4),
            result: 1,
            ..crate::event::sample::call(name, &["4", text, "0"])
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
}
