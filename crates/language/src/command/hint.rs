//! What is still to be typed: the rest of the verb's signature, shown behind the cursor.

use super::scan::{Inside, Role, Slot, scan};
use super::signature::parameter_text;
use super::wire::suggest::shape;
use crate::catalog::parameter::{Kind, Need};
use crate::catalog::verb::Verb;

/// The rest of the signature at the end of the line: `address`, `[backlog=SOMAXCONN]`; `None` when there is none or the
/// cursor (a byte offset) is not at the end.
pub fn hint(line: &str, cursor: usize) -> Option<String> {
    if cursor != line.len() {
        return None;
    }
    let scan = scan(line);
    let last = scan.pieces.last()?;
    if matches!(last.role, Role::Error | Role::Comment) || scan.inside == Inside::Brackets {
        return None;
    }
    let in_call = scan.inside == Inside::Call;
    let after_blank = last.span.end < line.len();
    let text = &line[last.span.clone()];
    let Slot::Argument(verb, place) = scan.end else {
        return None;
    };
    if verb == Verb::Wire && last.role == Role::Raw && !in_call {
        let lead = if after_blank { "" } else { " " };
        return shape(text).map(|shape| format!("{lead}{shape}"));
    }
    let parameters = verb.entry().parameters;
    let kind = place.map(|place| parameters[place].kind);
    // What takes the rest of the line has begun, so nothing follows it.
    let takes_all = matches!(
        kind,
        Some(Kind::Rest | Kind::Filter | Kind::Topic | Kind::Fields)
    );
    if last.role == Role::Raw && last.slot == scan.end && takes_all {
        return None;
    }
    let fresh = if in_call {
        text == "(" || text == ","
    } else {
        after_blank || last.role == Role::Verb
    };
    if last.role == Role::Operator && !fresh {
        return None;
    }
    let next = match place {
        Some(place) if fresh => place,
        Some(place) if parameters[place].need == Need::Variadic => return None,
        Some(place) => place + 1,
        None => parameters.len(),
    };
    let rest: Vec<String> = parameters[next.min(parameters.len())..]
        .iter()
        .map(parameter_text)
        .collect();
    if in_call {
        let lead = match text {
            "," if !after_blank => " ",
            _ if fresh || rest.is_empty() => "",
            _ => ", ",
        };
        return Some(format!("{lead}{})", rest.join(", ")));
    }
    let lead = if after_blank { "" } else { " " };
    (!rest.is_empty()).then(|| format!("{lead}{}", rest.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_the_signature_follows_the_cursor() {
        for (line, expected) in [
            ("listen", Some(" socket [backlog=SOMAXCONN]")),
            ("listen ", Some("socket [backlog=SOMAXCONN]")),
            ("listen s", Some(" [backlog=SOMAXCONN]")),
            ("listen s ", Some("[backlog=SOMAXCONN]")),
            ("listen s 5", None),
            ("bind s ", Some("address")),
            ("x = 5; bind s ", Some("address")),
            ("server> conn, addr = accept ", Some("socket [flags=0]")),
            ("s.listen(", Some("[backlog=SOMAXCONN])")),
            (
                "s.setsockopt(SOL_SOCKET,",
                Some(" optname, value, [optlen=0])"),
            ),
            (
                "s.setsockopt(SOL_SOCKET, ",
                Some("optname, value, [optlen=0])"),
            ),
            (
                "s.setsockopt(SOL_SOCKET",
                Some(", optname, value, [optlen=0])"),
            ),
            ("s.accept(", Some("[flags=0])")),
            ("s.bind((\"\", ", None),
            ("packets ", Some("[filter=all]")),
            ("packets tcp", None),
            ("packets tcp ", None),
            ("expect errno ", None),
            ("sysctl tcp_sack ", Some("[value=show]")),
            ("wire ", Some("[rule=list]")),
            (
                "wire delay",
                Some(" 50ms [jitter 10ms] [next N | 2nd] [from HOST] [where FILTER]"),
            ),
            ("wire drop next where ", Some("FILTER")),
            ("wire drop next from client ", Some("[where FILTER]")),
            ("wire dr", None),
            ("lis", None),
            ("send s \"x", None),
            ("", None),
            ("close s # x", None),
        ] {
            assert_eq!(hint(line, line.len()).as_deref(), expected, "{line:?}");
        }
    }

    #[test]
    fn nothing_is_hinted_in_the_middle_of_a_line() {
        assert_eq!(hint("listen s", 6), None);
    }
}
