//! Both spellings of many trees, and that each is read back as the same tree.

use super::{call_form, command_form};
use crate::catalog::constant::constants;
use crate::catalog::parameter::{Group, Kind, Need, Parameter};
use crate::catalog::verb::{VERBS, Verb};
use crate::command::ast::{Action, Call, Command, Expr, Layer, Operator};
use crate::command::function::{FUNCTIONS, KEYWORDS, LAYERS, MODULES};
use crate::command::parse::parse_line;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{
    BoxedStrategy, Just, ProptestConfig, Strategy, any, prop_assert_eq, proptest,
};
use proptest::sample::select;
use proptest::test_runner::TestCaseError;
use socklab_events::value::Address;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

fn check(table: &[(&str, &str, &str)]) {
    for (line, command, call) in table {
        let commands = parse_line(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(command_form(&commands[0]), *command, "{line}");
        assert_eq!(call_form(&commands[0]), *call, "{line}");
    }
}

#[test]
fn the_call_form_is_what_python_documents() {
    check(&[
        (
            "s = socket AF_INET SOCK_STREAM",
            "s = socket AF_INET SOCK_STREAM",
            "s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
        ),
        (
            "bind s 127.0.0.1:5000",
            "bind s 127.0.0.1:5000",
            "s.bind((\"127.0.0.1\", 5000))",
        ),
        ("bind s :5000", "bind s :5000", "s.bind((\"\", 5000))"),
        (
            "connect c [fe80::1%2]:80",
            "connect c [fe80::1%2]:80",
            "c.connect((\"fe80::1\", 80, 0, 2))",
        ),
        ("bind u ./x.sock", "bind u ./x.sock", "u.bind(\"./x.sock\")"),
        ("bind u @name", "bind u @name", "u.bind(\"\\x00name\")"),
        (
            "conn, addr = accept s &",
            "conn, addr = accept s &",
            "conn, addr = s.accept() &",
        ),
        (
            "send s \"hello\\n\"",
            "send s \"hello\\n\"",
            "s.send(b\"hello\\n\")",
        ),
        (
            "setsockopt s SOL_SOCKET SO_REUSEADDR 1",
            "setsockopt s SOL_SOCKET SO_REUSEADDR 1",
            "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)",
        ),
        (
            "sendto u \"x\" :53 MSG_DONTWAIT",
            "sendto u \"x\" :53 MSG_DONTWAIT",
            "u.sendto(b\"x\", socket.MSG_DONTWAIT, (\"\", 53))",
        ),
        (
            "sendmsg u \"x\" SCM_RIGHTS=[s]",
            "sendmsg u \"x\" SCM_RIGHTS=[s]",
            "u.sendmsg([b\"x\"], ancdata=[(socket.SOL_SOCKET, socket.SCM_RIGHTS, [s])])",
        ),
        (
            "r, w, x = select [s, conn] [] [] 1.0",
            "r, w, x = select [s, conn] [] [] 1.0",
            "r, w, x = select.select([s, conn], [], [], 1.0)",
        ),
        ("poll e 1.0", "poll e 1.0", "e.poll(1.0)"),
        ("poll s conn 1.0", "poll s conn 1.0", "poll([s, conn], 1.0)"),
        (
            "register e s EPOLLIN|EPOLLET",
            "register e s EPOLLIN|EPOLLET",
            "e.register(s, select.EPOLLIN|select.EPOLLET)",
        ),
        (
            "f = makefile conn \"rb\"",
            "f = makefile conn \"rb\"",
            "f = conn.makefile(\"rb\")",
        ),
        (
            "recv s flags=MSG_PEEK",
            "recv s flags=MSG_PEEK",
            "s.recv(flags=socket.MSG_PEEK)",
        ),
        ("sleep 200ms", "sleep 200ms", "time.sleep(200ms)"),
        (
            "server> run ls -l",
            "server> run ls -l",
            "server> run(\"ls -l\")",
        ),
        ("run(\"a; b\")", "run(\"a; b\")", "run(\"a; b\")"),
        ("bind 3 :1", "bind 3 :1", "bind(3, (\"\", 1))"),
        ("(options)", "(options)", "(options)"),
        (
            "x = socket.gethostname()",
            "x = gethostname",
            "x = socket.gethostname()",
        ),
        (
            "print rc == EINPROGRESS",
            "print rc == EINPROGRESS",
            "print(rc == errno.EINPROGRESS)",
        ),
    ]);
}

#[test]
fn what_is_written_is_safe_to_print() {
    let commands = parse_line("x = 'a\\x1b[31m\\u202e\\0'").unwrap_or_default();
    assert_eq!(command_form(&commands[0]), "x = \"a\\x1b[31m\\u202e\\x00\"");
}

/// The command without its text, which is not part of its meaning.
fn bare(mut command: Command) -> Command {
    command.text.clear();
    if let Action::Repeat(_, body) = &mut command.action {
        for inner in body {
            *inner = bare(inner.clone());
        }
    }
    command
}

fn names() -> BoxedStrategy<String> {
    let taken = |name: &str| {
        KEYWORDS.contains(&name)
            || MODULES.contains(&name)
            || name == "_"
            || name == "expect"
            || LAYERS.contains(&name)
    };
    proptest::prop_oneof![
        9 => "[a-z][a-z0-9_]{0,6}",
        1 => select(vec!["socket_", "options", "data", "poll", "repeat", "Name", "é"]).prop_map(str::to_owned),
    ]
    .prop_filter("a name that is free", move |name| !taken(name))
    .boxed()
}

fn words() -> BoxedStrategy<String> {
    proptest::prop_oneof![
        "[a-z]{1,8}",
        "[ -~]{0,12}",
        "[\\p{Nd}\\p{Nl}\\p{Lo}\\p{Mn}\\p{Zs}]{1,3}",
        any::<String>()
    ]
    .prop_map(|text| text.chars().take(20).collect())
    .boxed()
}

fn numbers() -> BoxedStrategy<Expr> {
    proptest::prop_oneof![
        (0..100_i64).prop_map(Expr::Int),
        any::<i64>().prop_map(Expr::Int),
        any::<f64>()
            .prop_filter("a number", |number| number.is_finite())
            .prop_map(Expr::Float),
        any::<u64>().prop_map(Expr::Duration),
        any::<bool>().prop_map(Expr::Bool),
        Just(Expr::None),
    ]
    .boxed()
}

fn constants_of(group: Group) -> BoxedStrategy<Expr> {
    let names: Vec<&str> = constants()
        .filter(|constant| constant.groups.contains(&group))
        .map(|constant| constant.name)
        .collect();
    let one = select(names).prop_map(|name| Expr::Constant(name.to_owned()));
    one.clone()
        .prop_recursive(3, 4, 2, move |inner| {
            (inner, one.clone()).prop_map(|(left, right)| binary(Operator::Or, left, right))
        })
        .boxed()
}

fn binary(operator: Operator, left: Expr, right: Expr) -> Expr {
    Expr::Binary(operator, Box::new(left), Box::new(right))
}

/// Addresses that stand as a bare word anywhere.
fn endpoints() -> BoxedStrategy<Expr> {
    proptest::prop_oneof![
        (any::<[u8; 4]>(), any::<u16>()).prop_map(|(ip, port)| Expr::Address(Address::Inet(
            SocketAddrV4::new(Ipv4Addr::from(ip), port)
        ))),
        (any::<[u16; 8]>(), any::<u16>(), any::<u32>()).prop_map(|(ip, port, scope)| {
            Expr::Address(Address::Inet6(SocketAddrV6::new(
                Ipv6Addr::from(ip),
                port,
                0,
                scope,
            )))
        }),
        ("(/|\\./|\\.\\./|~/)[a-z0-9_.-]{1,8}")
            .prop_map(|path| Expr::Address(Address::UnixPath(path.into_bytes()))),
        "[a-z0-9_.-]{1,8}".prop_map(|name| Expr::Address(Address::UnixAbstract(name.into_bytes()))),
        ("([a-z][a-z0-9.-]{0,8})?", any::<u16>())
            .prop_map(|(host, port)| Expr::HostPort(host, Some(port))),
        any::<[u8; 4]>().prop_map(|ip| Expr::HostPort(Ipv4Addr::from(ip).to_string(), None)),
        Just(Expr::HostPort("fe80::1%lo".to_owned(), Some(80))),
        Just(Expr::HostPort("fe80::1%lo".to_owned(), None)),
        Just(Expr::HostPort("::1".to_owned(), None)),
    ]
    .boxed()
}

/// Addresses where an address is expected: also what only a tuple or text can say.
fn addresses() -> BoxedStrategy<Expr> {
    let is_ip = |text: &str| {
        text.split('%')
            .next()
            .is_some_and(|ip| ip.parse::<std::net::IpAddr>().is_ok())
    };
    proptest::prop_oneof![
        4 => endpoints(),
        1 => (any::<[u16; 8]>(), any::<u16>(), any::<u32>(), any::<u32>()).prop_map(|(ip, port, flow, scope)| {
            Expr::Address(Address::Inet6(SocketAddrV6::new(Ipv6Addr::from(ip), port, flow, scope)))
        }),
        1 => vec(any::<u8>(), 0..12).prop_map(|bytes| Expr::Address(Address::UnixAbstract(bytes))),
        1 => vec(1..=255_u8, 1..12).prop_map(|bytes| Expr::Address(Address::UnixPath(bytes))),
        1 => Just(Expr::Address(Address::UnixPath(b"10.0.0.2".to_vec()))),
        1 => Just(Expr::Address(Address::UnixUnnamed)),
        1 => (words(), option::of(any::<u16>()))
            .prop_filter("a name", move |(host, _)| !is_ip(host))
            .prop_map(|(host, port)| Expr::HostPort(host, port)),
        1 => names().prop_map(Expr::Name),
        1 => (any::<u32>(), any::<u32>()).prop_map(|(pid, groups)| {
            Expr::Tuple(vec![Expr::Int(pid.into()), Expr::Int(groups.into())])
        }),
        1 => Just(Expr::None),
    ]
    .boxed()
}

fn expressions() -> BoxedStrategy<Expr> {
    let leaf = proptest::prop_oneof![
        3 => numbers(),
        3 => names().prop_map(Expr::Name),
        2 => words().prop_map(Expr::Str),
        2 => vec(any::<u8>(), 0..8).prop_map(Expr::Bytes),
        2 => endpoints(),
        1 => Just(Expr::Last),
        1 => select(constants().map(|constant| constant.name).collect::<Vec<_>>())
            .prop_map(|name| Expr::Constant(name.to_owned())),
        1 => select(vec!["gethostname", "if_nameindex", "socket", "poller"]).prop_map(|name| {
            let verb = Verb::named(name).unwrap_or(Verb::Socket);
            Expr::Call(Box::new(Call { verb, args: vec![None; verb.entry().parameters.len()] }))
        }),
    ];
    let operators = [
        Operator::Or,
        Operator::And,
        Operator::Times,
        Operator::Plus,
        Operator::Minus,
        Operator::Over,
        Operator::Equal,
        Operator::NotEqual,
        Operator::Less,
        Operator::LessEqual,
        Operator::Greater,
        Operator::GreaterEqual,
        Operator::In,
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let boxed = inner.clone().prop_map(Box::new).boxed();
        proptest::prop_oneof![
            3 => (select(operators.to_vec()), boxed.clone(), boxed.clone())
                .prop_map(|(operator, left, right)| Expr::Binary(operator, left, right)),
            1 => vec(inner.clone(), 0..4).prop_map(Expr::List),
            1 => vec(inner.clone(), 0..4).prop_map(Expr::Tuple),
            1 => boxed.clone().prop_map(Expr::Negative),
            1 => boxed.clone().prop_map(Expr::Not),
            1 => (boxed.clone(), boxed.clone()).prop_map(|(value, index)| Expr::Index(value, index)),
            1 => (boxed.clone(), option::of(boxed.clone()), option::of(boxed.clone()))
                .prop_map(|(value, start, end)| Expr::Slice(value, start, end)),
            1 => (boxed.clone(), names().prop_filter("no method", |name| Verb::named(name).is_none()))
                .prop_map(|(value, name)| Expr::Attribute(value, name)),
            1 => (select(FUNCTIONS), vec(inner.clone(), 3)).prop_map(|(entry, mut values)| {
                values.truncate(entry.most.min(entry.least.max(1)).max(entry.least));
                Expr::Function(entry.name.to_owned(), values)
            }).prop_filter("the right count", |value| matches!(value, Expr::Function(name, values)
                if FUNCTIONS.iter().any(|entry| entry.name == name && (entry.least..=entry.most).contains(&values.len())))),
            1 => (select(LAYERS), vec(inner.clone(), 0..2), vec(inner, 0..2)).prop_map(|(name, positional, values)| {
                let named = values.into_iter().zip(["id", "flags"]).map(|(value, name)| (name.to_owned(), value)).collect();
                Expr::Layer(Layer { name: name.to_owned(), positional, named })
            }),
        ]
    })
    .boxed()
}

fn data() -> BoxedStrategy<Expr> {
    let bytes = proptest::prop_oneof![
        vec(any::<u8>(), 0..8).prop_map(Expr::Bytes),
        words().prop_map(|text| Expr::Bytes(text.into_bytes())),
    ];
    let layer = select(LAYERS).prop_map(|name| {
        Expr::Layer(Layer {
            name: name.to_owned(),
            positional: Vec::new(),
            named: vec![("id".to_owned(), Expr::Int(1))],
        })
    });
    proptest::prop_oneof![
        bytes.clone(),
        names().prop_map(Expr::Name),
        (bytes.clone(), 0..9000_i64).prop_map(|(left, count)| binary(
            Operator::Times,
            left,
            Expr::Int(count)
        )),
        (bytes.clone(), names()).prop_map(|(left, right)| binary(
            Operator::Plus,
            left,
            Expr::Name(right)
        )),
        (layer, bytes).prop_map(|(left, right)| binary(Operator::Over, left, right)),
    ]
    .boxed()
}

/// What a parameter of this kind holds after parsing.
fn of_kind(verb: Verb, parameter: &'static Parameter) -> BoxedStrategy<Expr> {
    let named = || names().prop_map(Expr::Name).boxed();
    let time = || {
        numbers()
            .prop_filter("a time", |value| !matches!(value, Expr::Bool(_)))
            .boxed()
    };
    match parameter.kind {
        Kind::Socket | Kind::Waitable | Kind::File => proptest::prop_oneof![
            5 => named(),
            1 => (0..9_i64).prop_map(Expr::Int),
            1 => Just(Expr::Last),
            1 => (named(), 0..9_i64).prop_map(|(pair, index)| Expr::Index(Box::new(pair), Box::new(Expr::Int(index)))),
        ]
        .boxed(),
        Kind::Sockets => proptest::prop_oneof![named(), vec(named(), 0..3).prop_map(Expr::List)].boxed(),
        Kind::Address => addresses(),
        Kind::Data if verb == Verb::Write => words().prop_map(Expr::Str).boxed(),
        Kind::Data => data(),
        Kind::Buffers => proptest::prop_oneof![named(), vec(data(), 0..3).prop_map(Expr::List)].boxed(),
        Kind::Ancillary => Just(Expr::List(vec![Expr::Tuple(vec![
            Expr::Constant("IPPROTO_IP".to_owned()),
            Expr::Constant("IP_TTL".to_owned()),
            Expr::Int(9),
        ])]))
        .boxed(),
        Kind::Int => proptest::prop_oneof![any::<i64>().prop_map(Expr::Int), named()].boxed(),
        Kind::Bool => any::<bool>().prop_map(Expr::Bool).boxed(),
        Kind::Seconds => time(),
        Kind::Constant(group) => proptest::prop_oneof![constants_of(group), (0..99_i64).prop_map(Expr::Int)].boxed(),
        Kind::Text => proptest::prop_oneof![words().prop_map(Expr::Str), named()].boxed(),
        Kind::OptionValue | Kind::Any => expressions(),
        Kind::Choice(choices) => select(choices).prop_map(|word| Expr::Str(word.to_owned())).boxed(),
        Kind::Word | Kind::Process | Kind::Host | Kind::Path | Kind::Filter | Kind::Topic => {
            proptest::prop_oneof![words(), Just("on".to_owned()), "[a-z/._-]{1,9}"].prop_map(Expr::Str).boxed()
        }
        Kind::Fields => "[a-z][a-z0-9_]{0,5}([.][a-z]{1,5})?"
            .prop_filter("no operator", |text| !matches!(text.as_str(), "is" | "in" | "and" | "or" | "not"))
            .prop_map(Expr::Str)
            .boxed(),
        Kind::Rest if verb == Verb::Expect => select(vec!["ok", "errno EPIPE", "= 4", "packet tcp.len in {1..5}", "x == \"a;b\""])
            .prop_map(|text| Expr::Str(text.to_owned()))
            .boxed(),
        Kind::Rest if verb == Verb::Wire => select(vec!["clear", "loss 10%", "drop next where frame contains \"a;b\"", "cut from lab"])
            .prop_map(|text| Expr::Str(text.to_owned()))
            .boxed(),
        Kind::Rest if verb == Verb::Step => select(vec!["server", "server 3", "server.4 until recv", "until ECONNRESET"])
            .prop_map(|text| Expr::Str(text.to_owned()))
            .boxed(),
        Kind::Rest if verb == Verb::Go => Just(Expr::Str("server".to_owned())).boxed(),
        Kind::Rest if verb == Verb::Import => Just(Expr::Str("socket, select".to_owned())).boxed(),
        Kind::Rest => words().prop_map(Expr::Str).boxed(),
        Kind::Job => (0..9_i64).prop_map(Expr::Int).boxed(),
        Kind::Conversation => proptest::prop_oneof![named(), (0..9_i64).prop_map(Expr::Int), endpoints()].boxed(),
    }
}

fn calls() -> BoxedStrategy<Call> {
    (0..VERBS.len())
        .prop_flat_map(|place| {
            let entry = &VERBS[place];
            let args: Vec<BoxedStrategy<Option<Expr>>> = entry
                .parameters
                .iter()
                .map(|parameter| match parameter.need {
                    Need::Required => of_kind(entry.verb, parameter).prop_map(Some).boxed(),
                    Need::Variadic => vec(of_kind(entry.verb, parameter), 0..4)
                        .prop_map(|items| (!items.is_empty()).then_some(Expr::List(items)))
                        .boxed(),
                    Need::Optional(_) | Need::Keyword(_) => {
                        option::of(of_kind(entry.verb, parameter)).boxed()
                    }
                })
                .collect();
            args.prop_map(move |args| Call {
                verb: entry.verb,
                args,
            })
        })
        .boxed()
}

fn commands() -> BoxedStrategy<Command> {
    let prefix = option::of("[a-z][a-z0-9-]{0,5}[a-z]");
    let leaf_action = proptest::prop_oneof![
        4 => calls().prop_map(Action::Call),
        1 => expressions()
            .prop_filter("no call", |value| !matches!(value, Expr::Call(_)))
            .prop_map(Action::Evaluate),
    ];
    let leaf = (
        prefix.clone(),
        vec(names(), 0..3),
        leaf_action,
        any::<bool>(),
    )
        .prop_map(|(process, targets, action, background)| {
            let is_import = matches!(&action, Action::Call(call) if call.verb == Verb::Import);
            Command {
                process,
                // `import` is a statement: it gives no value and runs at once.
                targets: if is_import { Vec::new() } else { targets },
                action,
                background: background && !is_import,
                text: String::new(),
            }
        })
        .boxed();
    let switch = "[a-z][a-z0-9]{0,5}".prop_map(|process| Command {
        process: Some(process),
        targets: Vec::new(),
        action: Action::Switch,
        background: false,
        text: String::new(),
    });
    let simple = proptest::prop_oneof![20 => leaf, 1 => switch].boxed();
    let repeated =
        (prefix, 0..99_i64, vec(simple.clone(), 0..3)).prop_map(|(process, count, body)| Command {
            process,
            targets: Vec::new(),
            action: Action::Repeat(Expr::Int(count), body),
            background: false,
            text: String::new(),
        });
    proptest::prop_oneof![9 => simple, 1 => repeated].boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_in_either_form_is_read_as_the_same_tree(command in commands()) {
        for written in [command_form(&command), call_form(&command)] {
            match parse_line(&written) {
                Ok(read) => {
                    let read: Vec<Command> = read.into_iter().map(bare).collect();
                    prop_assert_eq!(read, vec![command.clone()], "{}", written);
                }
                Err(error) => return Err(TestCaseError::fail(format!("{written}\n{error:?}\n{command:?}"))),
            }
        }
    }
}

#[test]
fn an_abstract_name_of_any_letters_is_written_as_it_is_read() {
    for line in ["@\u{2af}d", "bind s @\u{2af}d", "x = @caf\u{e9}"] {
        let commands = parse_line(line).expect("it parses");
        for form in [command_form(&commands[0]), call_form(&commands[0])] {
            let again = parse_line(&form).unwrap_or_else(|error| panic!("{form}: {error:?}"));
            assert_eq!(again[0].action, commands[0].action, "{form}");
        }
    }
}

#[test]
fn signs_that_could_be_read_are_written_so_that_they_can_be_read_again() {
    for signs in 1..60 {
        let line = format!("print(1 {}y)", "-".repeat(signs));
        match parse_line(&line) {
            Ok(commands) => {
                for command in &commands {
                    for form in [command_form(command), call_form(command)] {
                        assert!(parse_line(&form).is_ok(), "{form} from {line}");
                    }
                }
            }
            Err(_) => assert!(signs > 12, "{line}"),
        }
    }
}
