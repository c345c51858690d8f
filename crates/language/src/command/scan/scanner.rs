//! The walk over a line that gives its pieces, each with the place it stands at.

use super::arguments::{Arguments, call_of};
use super::{Inside, Piece, Role, Scan, Slot};
use crate::catalog::constant::constant;
use crate::catalog::parameter::{Kind, Parameter};
use crate::catalog::verb::Verb;
use crate::command::function::{KEYWORDS, MODULES, function_named, method_named};
use crate::command::lexer::{Lexeme, Lexer, Place, Token, in_word};

/// An open bracket.
struct Frame {
    closing: &'static str,
    /// The arguments it stands in: its own when it is a verb's call, else those around it.
    arguments: Option<Arguments>,
    is_call: bool,
}

/// The state of a scan.
pub(super) struct Scanner<'a> {
    lexer: Lexer<'a>,
    pieces: Vec<Piece>,
    frames: Vec<Frame>,
    /// The verb of the command form that is being read.
    command: Option<Arguments>,
    at_start: bool,
    /// The piece before ends a value.
    operand_before: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self {
            lexer: Lexer::new(line),
            pieces: Vec::new(),
            frames: Vec::new(),
            command: None,
            at_start: true,
            operand_before: false,
        }
    }

    pub(super) fn finish(mut self) -> Scan {
        let text = self.lexer.text;
        // After a blank the next argument of the command form begins, unless this one takes the rest of the line.
        if self.frames.is_empty()
            && self.operand_before
            && text.ends_with(char::is_whitespace)
            && let Some(command) = &mut self.command
            && !matches!(
                command.kind(),
                Kind::Rest | Kind::Filter | Kind::Topic | Kind::Fields
            )
        {
            command.next();
        }
        Scan {
            end: self.slot(),
            inside: match self.frames.last() {
                None => Inside::Nothing,
                Some(frame) if frame.is_call => Inside::Call,
                Some(_) => Inside::Brackets,
            },
            pieces: self.pieces,
        }
    }

    fn slot(&self) -> Slot {
        if self.at_start {
            return Slot::Start;
        }
        match self.arguments() {
            Some(arguments) => Slot::Argument(arguments.verb, arguments.place()),
            None => Slot::Value,
        }
    }

    /// The arguments that the next piece stands in.
    fn arguments(&self) -> Option<Arguments> {
        self.frames
            .last()
            .map_or(self.command, |frame| frame.arguments)
    }

    /// The arguments that a comma or a name at this place is about; none in a list or tuple.
    fn own_arguments(&mut self) -> Option<&mut Arguments> {
        match self.frames.last_mut() {
            Some(frame) if frame.is_call => frame.arguments.as_mut(),
            Some(_) => None,
            None => self.command.as_mut(),
        }
    }

    fn open(&mut self, closing: &'static str, call: Option<Arguments>) {
        let is_call = call.is_some();
        let arguments = call.or(self.arguments());
        self.frames.push(Frame {
            closing,
            arguments,
            is_call,
        });
    }

    fn push(&mut self, length: usize, role: Role) {
        let start = self.lexer.position;
        self.lexer.position += length;
        let slot = self.slot();
        self.pieces.push(Piece {
            span: start..self.lexer.position,
            role,
            slot,
        });
    }

    /// Reads the prompt in front of a line: `server>`, Python's `>>>`.
    pub(super) fn prompt(&mut self) {
        self.skip_spaces();
        let rest = self.lexer.rest();
        if rest.starts_with(">>> ") || rest.starts_with("... ") {
            self.push(3, Role::Operator);
            self.skip_spaces();
        }
        let rest = self.lexer.rest();
        let end = rest
            .find(|next| !(in_word(next) || next == '-'))
            .unwrap_or(rest.len());
        let after = rest[end..].strip_prefix('>');
        if end > 0
            && after.is_some_and(|after| after.is_empty() || after.starts_with([' ', '\t', '\n']))
        {
            self.push(end + 1, Role::Process);
        }
    }

    fn skip_spaces(&mut self) {
        let rest = self.lexer.rest();
        self.lexer.position += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    /// Reads one piece; false at the end.
    pub(super) fn step(&mut self) -> bool {
        let rest = self.lexer.rest();
        let Some(first) = rest.chars().next() else {
            return false;
        };
        if first == '\n' {
            self.lexer.position += 1;
            if self.frames.is_empty() {
                self.begin();
                self.prompt();
            }
        } else if let Some(length) = self.packet_number() {
            self.operand(length, Role::Number);
        } else if first == '#' {
            let length = rest.find('\n').unwrap_or(rest.len());
            self.push(length, Role::Comment);
        } else if rest.starts_with("\\\r\n") {
            self.lexer.position += 3;
        } else if first.is_whitespace() || rest.starts_with("\\\n") {
            self.lexer.position += if first == '\\' { 2 } else { first.len_utf8() };
        } else if self.frames.is_empty() && matches!(first, ';' | '{' | '}') {
            self.push(1, Role::Operator);
            self.begin();
        } else if self.at_start && self.verb() {
            // The verb was read.
        } else if self.option() {
            // The name of an argument was read.
        } else if self.raw() {
            // Text as it stands was read.
        } else {
            self.token();
        }
        true
    }

    fn begin(&mut self) {
        self.command = None;
        self.at_start = true;
        self.operand_before = false;
    }

    /// Reads the verb of a command form.
    fn verb(&mut self) -> bool {
        if self.lexer.rest().starts_with('?') {
            self.push(1, Role::Verb);
            self.command = Some(Arguments::new(Verb::Help, 0));
            self.at_start = false;
            return true;
        }
        let Some(word) = self.lexer.word() else {
            return false;
        };
        let after = &self.lexer.rest()[word.len()..];
        if word == "repeat" && !after.starts_with(['.', '(', '=']) {
            self.push(word.len(), Role::Verb);
            self.at_start = false;
            return true;
        }
        let next = after.trim_start_matches([' ', '\t']);
        let is_target = word != "expect"
            && (next.starts_with(',') || (next.starts_with('=') && !next.starts_with("==")));
        let Some(verb) =
            Verb::named(word).filter(|_| !is_target && !after.starts_with(['.', '(', '[']))
        else {
            return false;
        };
        self.push(word.len(), Role::Verb);
        self.command = Some(Arguments::new(verb, 0));
        self.at_start = false;
        self.operand_before = false;
        true
    }

    /// Reads `--name` of the command form: its value comes next, unless it is a switch.
    fn option(&mut self) -> bool {
        let Some(mut command) = self.command.filter(|_| self.frames.is_empty()) else {
            return false;
        };
        let blank = self.lexer.text[..self.lexer.position].ends_with(char::is_whitespace);
        let Some(rest) = self.lexer.rest().strip_prefix("--").filter(|_| blank) else {
            return false;
        };
        if rest.starts_with(|next: char| !(next.is_ascii_alphabetic() || next.is_whitespace())) {
            return false;
        }
        if self.operand_before {
            command.next();
        }
        if matches!(
            command.kind(),
            Kind::Rest | Kind::Filter | Kind::Topic | Kind::Fields
        ) {
            return false;
        }
        let length = rest
            .find(|next: char| !(in_word(next) || next == '-'))
            .unwrap_or(rest.len());
        let name = rest[..length].replace('-', "_");
        self.command = Some(command);
        self.push(2 + length, Role::Name);
        let parameters = command.verb.entry().parameters;
        command.named = parameters
            .iter()
            .position(|parameter| parameter.name == name && parameter.kind != Kind::Bool);
        self.command = Some(command);
        self.operand_before = false;
        true
    }

    /// The length of `#4` behind a verb that is about a packet or a topic.
    fn packet_number(&mut self) -> Option<usize> {
        let before = self.lexer.position;
        let first = self.frames.is_empty() && !self.at_start && !self.operand_before;
        if !first || !self.command?.verb.takes_packet_number() {
            return None;
        }
        let number = self.lexer.packet_number();
        self.lexer.position = before;
        number.map(|(_, span)| span.end - before)
    }

    /// Reads what a verb of the command form takes as it stands.
    fn raw(&mut self) -> bool {
        if !self.frames.is_empty() || self.at_start {
            return false;
        }
        let Some(mut command) = self.command else {
            return false;
        };
        if self.operand_before
            && self.lexer.text[..self.lexer.position].ends_with(char::is_whitespace)
        {
            command.next();
        }
        let before = self.lexer.position;
        let length = match command.kind() {
            Kind::Rest | Kind::Filter | Kind::Topic | Kind::Fields => self.lexer.raw_rest().1.len(),
            Kind::Word | Kind::Process | Kind::Host | Kind::Path | Kind::Choice(_)
                if !self.lexer.string_follows() =>
            {
                self.lexer.bare_word().map_or(0, |(word, _)| word.len())
            }
            _ => 0,
        };
        self.lexer.position = before;
        if length == 0 {
            return false;
        }
        self.command = Some(command);
        let is_on = command.kind() == Kind::Host && self.lexer.rest()[..length] == *"on";
        self.push(length, Role::Raw);
        // `process server on …`: the host is still to come.
        self.operand_before = !is_on;
        true
    }

    fn token(&mut self) {
        let place = if self.operand_before {
            Place::Operator
        } else {
            Place::Value
        };
        let mut token = self.peek(place);
        if self.operand_before && self.begins_argument(&token) {
            if let (true, Some(command)) = (self.frames.is_empty(), &mut self.command) {
                command.next();
            }
            self.operand_before = false;
            token = self.peek(Place::Value);
        }
        // At least a character is passed over, if there is one: the look may have read over a continued line to the end.
        let least = self.lexer.rest().chars().next().map_or(0, char::len_utf8);
        let length = token.span.len().max(least);
        match token.lexeme {
            Lexeme::Word(word) => self.word(word),
            Lexeme::Int(_) | Lexeme::Float(_) | Lexeme::Duration(_) => {
                self.operand(length, Role::Number);
            }
            Lexeme::Str(_) | Lexeme::Bytes(_) => self.operand(length, Role::String),
            Lexeme::Address(_) | Lexeme::HostPort(..) => self.operand(length, Role::Address),
            Lexeme::Symbol(symbol) => self.symbol(symbol),
            Lexeme::Value | Lexeme::Newline | Lexeme::End => self.operand(length, Role::Error),
        }
    }

    /// The next token; what cannot be read is an error up to the next blank, or to the end when a quote is open.
    fn peek(&mut self, place: Place) -> Token<'a> {
        let start = self.lexer.position;
        match self.lexer.peek(place) {
            Ok(token) => token,
            Err(error) => {
                self.lexer.position = start;
                let rest = self.lexer.rest();
                let word = rest.find(|next: char| {
                    next.is_whitespace() || matches!(next, ';' | ')' | ']' | ',')
                });
                let end = start + word.unwrap_or(rest.len()).max(1);
                let mut end = end.max(error.span.end).min(self.lexer.text.len());
                while !self.lexer.text.is_char_boundary(end) {
                    end += 1;
                }
                Token {
                    lexeme: Lexeme::Value,
                    span: start..end,
                    blank_before: true,
                }
            }
        }
    }

    /// True when after a value a token begins another one instead of going on with it.
    fn begins_argument(&self, token: &Token<'_>) -> bool {
        let blank = self.lexer.text[..self.lexer.position].ends_with(char::is_whitespace);
        let after = &self.lexer.text[token.span.end..];
        match token.lexeme {
            Lexeme::Value => true,
            Lexeme::Word(word) => !matches!(word, "in" | "not" | "is" | "as"),
            Lexeme::Symbol("[" | "(" | "." | ":" | "@" | "~") => blank,
            Lexeme::Symbol("-" | "/") => {
                blank && !after.starts_with([' ', '\t']) && self.frames.is_empty()
            }
            Lexeme::Symbol("*") => blank && after.starts_with(':'),
            _ => false,
        }
    }

    fn operand(&mut self, length: usize, role: Role) {
        self.at_start = false;
        self.push(length, role);
        self.operand_before = true;
    }

    fn word(&mut self, word: &str) {
        let after = &self.lexer.rest()[word.len()..];
        let after_dot = self.lexer.text[..self.lexer.position].ends_with('.');
        if after.starts_with('=') && !after.starts_with("==") && !self.at_start {
            self.argument_name(word);
            return;
        }
        if matches!(word, "in" | "not" | "is" | "as" | "and" | "or") {
            self.push(word.len(), Role::Operator);
            self.operand_before = false;
            self.at_start = false;
            return;
        }
        let is_called = after.starts_with('(');
        let role = if is_called
            && (Verb::named(word).is_some()
                || function_named(word).is_some()
                || method_named(word).is_some())
        {
            Role::Verb
        } else if constant(word).is_some() || matches!(word, "None" | "True" | "False") {
            Role::Constant
        } else if KEYWORDS.contains(&word) {
            Role::Operator
        } else {
            Role::Name
        };
        let receivers = usize::from(after_dot && !self.receiver_is_module());
        // A command's first word keeps its slot, so that it can still be completed to a verb.
        self.push(word.len(), role);
        self.at_start = false;
        self.operand_before = true;
        if is_called {
            let call =
                Verb::named(word).map(|verb| call_of(verb, receivers, after_dot && receivers == 0));
            self.push(1, Role::Operator);
            self.open(")", call);
            self.operand_before = false;
        }
    }

    /// `name=` of an argument.
    fn argument_name(&mut self, word: &str) {
        self.push(word.len(), Role::Name);
        let place = |arguments: &Arguments| {
            let mut parameters = arguments.verb.entry().parameters.iter();
            parameters.position(|parameter: &Parameter| parameter.name == word)
        };
        if let Some(arguments) = self.own_arguments() {
            arguments.named = place(arguments);
        }
        self.push(1, Role::Operator);
        self.operand_before = false;
        if self.command.is_none() && self.frames.is_empty() {
            self.begin();
        }
    }

    /// True when the word in front of the dot just read is a module's name.
    fn receiver_is_module(&self) -> bool {
        let [.., receiver, _dot] = self.pieces.as_slice() else {
            return false;
        };
        MODULES.contains(&&self.lexer.text[receiver.span.clone()])
    }

    fn symbol(&mut self, symbol: &'static str) {
        let is_assignment = symbol == "=" && self.frames.is_empty() && self.command.is_none();
        self.push(symbol.len(), Role::Operator);
        self.operand_before = false;
        match symbol {
            "(" => self.open(")", None),
            "[" => self.open("]", None),
            ")" | "]" => {
                if self
                    .frames
                    .last()
                    .is_some_and(|frame| frame.closing == symbol)
                {
                    self.frames.pop();
                }
                self.operand_before = true;
            }
            "," => {
                if let Some(arguments) = self.own_arguments() {
                    arguments.next();
                }
            }
            _ if is_assignment => {
                self.begin();
                return;
            }
            _ => {}
        }
        self.at_start = false;
    }
}
