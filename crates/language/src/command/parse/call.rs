//! Words as values, and the call form: modules, functions, methods, packet layers. The catalog's say is in `binding`.

use super::absent::{instead_of_function, instead_of_member};
use super::{Argument, Parsed, Parser, binding, c};
use crate::catalog::constant::{constant, constants};
use crate::catalog::parameter::Kind;
use crate::catalog::verb::{Spelling, VERBS, Verb};
use crate::command::ast::{Call, Expr, Layer};
use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::function::{
    FUNCTIONS, FunctionEntry, KEYWORDS, LAYERS, MODULES, Style, function_named, function_of,
    method_named,
};
use crate::command::lexer::{Lexeme, Place, begins_word};
use std::ops::Range;

/// Arguments of functions that may also be given by name, where Python's documentation does.
const FUNCTION_KEYWORDS: &[&str] = &["byteorder", "encoding", "length", "sep", "maxsplit"];

impl<'a> Parser<'a> {
    /// A word as a value; it was read.
    pub(super) fn word(&mut self, word: &'a str, span: Range<usize>) -> Parsed<Expr> {
        match word {
            "True" => return Ok(Expr::Bool(true)),
            "False" => return Ok(Expr::Bool(false)),
            "None" => return Ok(Expr::None),
            "_" => return Ok(Expr::Last),
            _ => {}
        }
        if KEYWORDS.contains(&word) {
            let error =
                Diagnostic::new(span, format!("unexpected {}", quoted(word))).expecting("a value");
            return Err(match word {
                "not" => error.helping("put brackets round it: (not x)"),
                _ => error.helping(
                    "this word belongs to Python programs; `run python3 file.py` runs one",
                ),
            });
        }
        if function_named(word).is_some() {
            self.skip_to_bracket();
        }
        let rest = self.lexer.rest();
        if rest.starts_with('(') {
            return self.called_word(word, &span);
        }
        if rest.starts_with('.') && rest[1..].starts_with(begins_word) {
            if let Some(value) = self.module_member(word, &span)? {
                return Ok(value);
            }
        } else if rest.starts_with('.') && rest[1..].starts_with(['(', '[']) {
            return Err(Diagnostic::new(
                span.end..span.end + 1,
                "a name is missing after the dot",
            ));
        }
        Ok(match constant(word) {
            Some(constant) => Expr::Constant(constant.name.to_owned()),
            None => Expr::Name(word.to_owned()),
        })
    }

    /// Reads over blanks in front of a bracket, as in `len (x)`; between the arguments of the command form they separate two.
    pub(super) fn skip_to_bracket(&mut self) {
        let before = self.lexer.position;
        self.lexer.skip_blanks();
        if self.blanks_separate || !self.lexer.rest().starts_with('(') {
            self.lexer.position = before;
        }
    }

    /// `word(…)`.
    fn called_word(&mut self, word: &str, span: &Range<usize>) -> Parsed<Expr> {
        if LAYERS.contains(&word) {
            return self.layer(word);
        }
        let in_call_form = |verb: &Verb| verb.entry().spelling != Spelling::Command;
        if let Some(verb) = Verb::named(word).filter(in_call_form) {
            let text = self.lexer.rest();
            return self
                .call_arguments()
                .and_then(|arguments| bound(verb, binding::as_named(word, arguments), span))
                .map_err(|error| c::meant(verb, text, error));
        }
        if let Some(entry) = function_named(word) {
            let arguments = self.call_arguments()?;
            return function(entry, arguments, span);
        }
        let names = VERBS
            .iter()
            .filter(|entry| entry.spelling != Spelling::Method)
            .map(|entry| entry.name);
        let functions = FUNCTIONS
            .iter()
            .filter(|entry| entry.style == Style::Function);
        let all = names
            .chain(functions.map(|entry| entry.name))
            .chain(LAYERS.iter().copied());
        let error = Diagnostic::new(span.clone(), format!("unknown function {}", quoted(word)))
            .expecting("a function: `help` lists them");
        Err(match instead_of_function(word) {
            Some(instead) => error.helping(instead),
            None => error.suggesting(word, all),
        })
    }

    /// `socket.AF_INET`, `select.poll()`, `struct.pack(…)`; `None` when the word in front is a value after all.
    fn module_member(&mut self, module: &str, module_span: &Range<usize>) -> Parsed<Option<Expr>> {
        let is_module = MODULES.contains(&module);
        if !is_module && !matches!(module, "int" | "bytes") {
            return Ok(None);
        }
        let before = self.lexer.position;
        self.lexer.position += 1;
        let name = self.lexer.word().unwrap_or_default();
        let span = self.lexer.position..self.lexer.position + name.len();
        self.lexer.position += name.len();
        if module_verb(module, name).is_some() || function_of(module, name).is_some() {
            self.skip_to_bracket();
        }
        let found = if self.lexer.rest().starts_with('(') {
            self.module_function(module, module_span, name, span)?
        } else {
            module_value(module, module_span, name, span)?
        };
        if found.is_none() {
            self.lexer.position = before;
        }
        Ok(found)
    }

    /// `select.poll()`: a function of a module, whose brackets follow; `None` when `module` is a variable of that name.
    fn module_function(
        &mut self,
        module: &str,
        module_span: &Range<usize>,
        name: &str,
        span: Range<usize>,
    ) -> Parsed<Option<Expr>> {
        if let Some(entry) = function_of(module, name) {
            let arguments = self.call_arguments()?;
            return function(entry, arguments, &span).map(Some);
        }
        if module == "array" && name == "array" {
            let arguments = self.call_arguments()?;
            return array(arguments, &span).map(Some);
        }
        if let Some(verb) = module_verb(module, name) {
            let arguments = binding::as_named(name, self.call_arguments()?);
            return bound(verb, arguments, &span).map(Some);
        }
        // `socket.close(fd)` is a function of the module; `socket.close()` is a method of a variable of that name.
        if module == "socket"
            && let Some(verb @ (Verb::Close | Verb::Dup)) = Verb::named(name)
        {
            let arguments = self.call_arguments()?;
            if arguments.is_empty() {
                let receiver = Argument {
                    name: None,
                    value: Expr::Name(module.to_owned()),
                    span: module_span.clone(),
                };
                return bound_method(verb, receiver, arguments, name, &span).map(Some);
            }
            return bound(verb, arguments, &span).map(Some);
        }
        let unknown = Verb::named(name).is_none() && method_named(name).is_none();
        let absent = instead_of_member(module, name).is_some() && !self.is_assigned(module);
        if MODULES.contains(&module) && (unknown || absent) {
            let names = VERBS
                .iter()
                .filter(|entry| matches!(entry.spelling, Spelling::Module(of) if of == module))
                .map(|entry| entry.name);
            let message = format!("{module} has no function {} here", quoted(name));
            let error = Diagnostic::new(span, message);
            return Err(match instead_of_member(module, name) {
                Some(instead) => error.helping(instead),
                None => error.suggesting(name, names),
            });
        }
        Ok(None)
    }

    /// True when a name is known to be a variable's.
    fn is_assigned(&self, name: &str) -> bool {
        let known = self.variables.unwrap_or_default().iter();
        known.chain(&self.assigned).any(|known| known == name)
    }

    /// `.name(…)` after a value; the name was read.
    pub(super) fn method(
        &mut self,
        receiver: Argument,
        name: &str,
        span: &Range<usize>,
    ) -> Parsed<Expr> {
        if let Some(verb) = Verb::named(name)
            && takes_receiver(verb)
        {
            let arguments = self.call_arguments()?;
            return bound_method(verb, receiver, arguments, name, span);
        }
        if let Some(entry) = method_named(name) {
            let mut arguments = self.call_arguments()?;
            arguments.insert(0, receiver);
            return function(entry, arguments, span);
        }
        let verbs = VERBS
            .iter()
            .filter(|entry| takes_receiver(entry.verb))
            .map(|entry| entry.name);
        let methods = FUNCTIONS
            .iter()
            .filter(|entry| entry.style == Style::Method);
        if let Some(module) = module_of(&receiver.value)
            && let Some(instead) = instead_of_member(module, name)
        {
            let whole = receiver.span.start..span.end;
            let message = format!("{module} is a module of Python that is not here");
            return Err(Diagnostic::new(whole, message).helping(instead));
        }
        let message = format!("unknown method {}", quoted(name));
        let error = Diagnostic::new(span.clone(), message)
            .expecting("a method of a socket, a file, text or bytes");
        if let Some(entry) = VERBS.iter().find(|entry| entry.name == name)
            && let Spelling::Module(module) = entry.spelling
        {
            return Err(error.helping(format!("it is a function of a module: {module}.{name}(…)")));
        }
        Err(match instead_of_member("socket.socket", name) {
            Some(instead) => error.helping(instead),
            None => error.suggesting(name, verbs.chain(methods.map(|entry| entry.name))),
        })
    }

    /// What stands between the brackets of a call, brackets included.
    pub(super) fn call_arguments(&mut self) -> Parsed<Vec<Argument>> {
        let opening = self.lexer.position..self.lexer.position + 1;
        self.lexer.position += 1;
        self.bracketed(opening, ")", false, |parser| {
            let mut arguments: Vec<Argument> = Vec::new();
            loop {
                let token = parser.peek(Place::Operator)?;
                match token.lexeme {
                    Lexeme::Symbol(")") => return Ok(arguments),
                    Lexeme::Symbol("*" | "**") if !parser.lexer.rest().starts_with("*:") => {
                        return Err(Diagnostic::new(
                            token.span,
                            "arguments are written out one by one",
                        ));
                    }
                    _ => {}
                }
                let name = parser.argument_name(true);
                if name.is_none() && arguments.last().is_some_and(|last| last.name.is_some()) {
                    return Err(Diagnostic::new(
                        token.span,
                        "an argument without a name after one with a name",
                    )
                    .helping("arguments by name come last"));
                }
                let start = parser.lexer.position;
                let value = parser.expression()?;
                let span = parser.span_from(start);
                arguments.push(Argument { name, value, span });
                if !parser.take_symbol(",")? {
                    return Ok(arguments);
                }
            }
        })
    }

    /// Reads `name=` (with blanks round the sign only where they are allowed).
    pub(super) fn argument_name(&mut self, blanks: bool) -> Option<(String, Range<usize>)> {
        let before = self.lexer.position;
        let word = self.lexer.word()?;
        self.lexer.position += word.len();
        let end = self.lexer.position;
        if blanks {
            self.lexer.skip_blanks();
        }
        let rest = self.lexer.rest();
        if rest.starts_with('=') && !rest.starts_with("==") {
            self.lexer.position += 1;
            self.lexer.skip_blanks();
            return Some((word.to_owned(), before..end));
        }
        self.lexer.position = before;
        None
    }

    fn layer(&mut self, name: &str) -> Parsed<Expr> {
        let mut layer = Layer {
            name: name.to_owned(),
            positional: Vec::new(),
            named: Vec::new(),
        };
        for argument in self.call_arguments()? {
            match argument.name {
                Some((name, span)) => {
                    if layer.named.iter().any(|(given, _)| *given == name) {
                        return Err(Diagnostic::new(
                            span,
                            format!("{} is given twice", quoted(&name)),
                        ));
                    }
                    layer.named.push((name, argument.value));
                }
                None => layer.positional.push(argument.value),
            }
        }
        Ok(Expr::Layer(layer))
    }
}

/// A verb's call as a value.
fn bound(verb: Verb, arguments: Vec<Argument>, span: &Range<usize>) -> Parsed<Expr> {
    let arguments = binding::in_table_order(verb, arguments, 0);
    let call: Call = binding::bind(verb, arguments, span)?;
    Ok(Expr::Call(Box::new(call)))
}

/// The same with the first argument in front of the dot.
fn bound_method(
    verb: Verb,
    receiver: Argument,
    arguments: Vec<Argument>,
    name: &str,
    span: &Range<usize>,
) -> Parsed<Expr> {
    let mut all = vec![receiver];
    all.extend(arguments);
    let all = binding::as_named(name, all);
    let arguments = binding::in_table_order(verb, all, 1);
    let call = binding::bind(verb, arguments, span)?;
    Ok(Expr::Call(Box::new(call)))
}

/// `socket.AF_INET`: a value of a module; `None` when `module` is a variable of that name.
fn module_value(
    module: &str,
    module_span: &Range<usize>,
    name: &str,
    span: Range<usize>,
) -> Parsed<Option<Expr>> {
    if MODULES.contains(&module) {
        if let Some(constant) = constant(name) {
            return Ok(Some(Expr::Constant(constant.name.to_owned())));
        }
        let capitals =
            |next: char| next.is_ascii_uppercase() || next == '_' || next.is_ascii_digit();
        if name.contains('_') && name.chars().all(capitals) {
            let message = format!("{} is not a constant of {module}", quoted(name));
            let error = Diagnostic::new(span, message);
            return Err(if name.starts_with("SIO_") || name.starts_with("RCVALL_") {
                error.helping(
                    "only Windows has it; on Linux an AF_PACKET socket receives every packet",
                )
            } else {
                error.suggesting(name, constants().map(|constant| constant.name))
            });
        }
    }
    if module == "socket" && name == "has_ipv6" {
        return Ok(Some(Expr::Bool(true)));
    }
    // `socket` is often a variable's name too, and `timeout` is then asked of a socket.
    if name != "timeout"
        && let Some(instead) = instead_of_member(module, name)
    {
        let message = format!("{} of {module} is not here", quoted(name));
        return Err(Diagnostic::new(span, message).helping(instead));
    }
    if module_verb(module, name).is_some() {
        return Err(Diagnostic::new(
            module_span.start..span.end,
            format!("{} is a function: it needs brackets", quoted(name)),
        )
        .helping(format!("write {module}.{name}()")));
    }
    Ok(None)
}

/// The verb that is a function of this module: `select.poll()` makes a poll object.
fn module_verb(module: &str, name: &str) -> Option<Verb> {
    if module == "select" && name == "poll" {
        return Some(Verb::Poller);
    }
    if matches!((module, name), ("sys", "exit")) {
        return Some(Verb::Quit);
    }
    Verb::named(name)
        .filter(|verb| matches!(verb.entry().spelling, Spelling::Module(of) if of == module))
}

/// The word in front of the first dot: `concurrent` of `concurrent.futures`.
fn module_of(value: &Expr) -> Option<&str> {
    match value {
        Expr::Name(name) => Some(name),
        Expr::Attribute(inner, _) => module_of(inner),
        _ => None,
    }
}

/// True for a verb that can be written behind its first argument: a method, or what takes a socket first.
fn takes_receiver(verb: Verb) -> bool {
    let entry = verb.entry();
    entry.spelling == Spelling::Method
        || entry.parameters.first().is_some_and(|first| {
            matches!(
                first.kind,
                Kind::Socket | Kind::Waitable | Kind::Conversation | Kind::File
            )
        })
}

fn function(entry: &FunctionEntry, arguments: Vec<Argument>, span: &Range<usize>) -> Parsed<Expr> {
    if let Some((name, span)) = arguments
        .iter()
        .filter_map(|argument| argument.name.clone())
        .find(|(name, _)| !FUNCTION_KEYWORDS.contains(&name.as_str()))
    {
        let message = format!("{} takes no argument {}", quoted(entry.name), quoted(&name));
        return Err(Diagnostic::new(span, message));
    }
    let count = arguments.len();
    if count < entry.least || count > entry.most {
        // A method's receiver is not among the arguments a reader counts.
        let hidden = usize::from(entry.style == Style::Method);
        let (least, most) = (entry.least - hidden, entry.most - hidden);
        let expected = if least == most {
            least.to_string()
        } else {
            format!("{least} to {most}")
        };
        let message = format!(
            "{} is given {} arguments",
            quoted(entry.name),
            count.saturating_sub(hidden)
        );
        return Err(Diagnostic::new(span.clone(), message).expecting(expected));
    }
    let values = arguments
        .into_iter()
        .map(|argument| argument.value)
        .collect();
    Ok(Expr::Function(entry.name.to_owned(), values))
}

/// `array.array("i", fds)` is how Python packs descriptors for SCM_RIGHTS; here the list itself says the same.
fn array(arguments: Vec<Argument>, span: &Range<usize>) -> Parsed<Expr> {
    let mut values = arguments.into_iter().map(|argument| argument.value);
    match (values.next(), values.next(), values.next()) {
        (Some(Expr::Str(_)), None, None) => Ok(Expr::List(Vec::new())),
        (Some(Expr::Str(_)), Some(items), None) => Ok(items),
        _ => Err(
            Diagnostic::new(span.clone(), "array takes a type code and a list")
                .expecting("array.array(\"i\", [s])"),
        ),
    }
}
