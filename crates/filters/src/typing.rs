//! What kind each piece of a filter is of, and each value read as the kind it is compared with. Not the reading of pieces, which is
//! `phrase.rs`.

use super::calculate::{calculated, negative};
use super::expression::{Expression, Function, Operator};
use super::field;
use super::literal::Written;
use super::parse::Parser;
use super::phrase::{Phrase, What, example};
use super::value::Literal;
use super::{FilterError, shown};
use socklab_packets::schema::FieldKind;
use std::ops::Range;

/// The kind that a value is wanted of, and the text of what it is compared with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Want<'a> {
    pub(super) kind: FieldKind,
    pub(super) beside: &'a str,
}

/// An expression and the kind of its values.
pub(super) type Typed = (Expression, FieldKind);

/// The kind of a phrase as far as the fields in it tell; `None` of values alone.
pub(super) fn hint(phrase: &Phrase<'_>) -> Option<FieldKind> {
    match &phrase.what {
        What::Field(used) if used.raw && used.field.kind != FieldKind::Protocol => {
            Some(FieldKind::Bytes)
        }
        What::Field(used) => Some(used.field.kind),
        What::Written(_) => None,
        What::Slice(..) => Some(FieldKind::Bytes),
        What::Call(Function::Len | Function::Count, _) => Some(FieldKind::Number(64)),
        What::Call(Function::Upper | Function::Lower | Function::Text, _) => Some(FieldKind::Text),
        What::Call(_, arguments) => match &arguments[..] {
            [one] => hint(one),
            many => many.iter().find_map(hint).map(wide),
        },
        What::Negative(inner) => hint(inner).map(wide),
        What::Calculation(_, sides) => hint(&sides.0).or_else(|| hint(&sides.1)).map(wide),
    }
}

/// A number that was calculated is not bound to the bits of a field.
fn wide(kind: FieldKind) -> FieldKind {
    match kind {
        FieldKind::Number(_) => FieldKind::Number(64),
        other => other,
    }
}

impl<'a> Parser<'a> {
    /// What a value beside this phrase is wanted to be.
    pub(super) fn want(&self, phrase: &Phrase<'_>) -> Option<Want<'a>> {
        let beside = self.text(phrase.span.clone());
        hint(phrase).map(|kind| Want { kind, beside })
    }

    /// Finds the kinds within a phrase; a value in it is read as the kind that is wanted.
    pub(super) fn typed(
        &self,
        phrase: &Phrase<'a>,
        want: Option<Want<'a>>,
    ) -> Result<Typed, FilterError> {
        let text = || shown(self.text(phrase.span.clone()));
        match &phrase.what {
            What::Field(used) => {
                let kind = hint(phrase).unwrap_or(used.field.kind);
                Ok((Expression::Field(used.clone()), kind))
            }
            What::Written(written) => {
                let want = want.ok_or_else(|| self.not_a_field(&phrase.span))?;
                let literal = read(written.clone(), want, &phrase.span)?;
                Ok((Expression::Constant(literal), want.kind))
            }
            What::Slice(inner, cuts) => {
                if let What::Written(_) = inner.what {
                    let message = "only what a field holds can be sliced";
                    return Err(FilterError::new(phrase.span.clone(), message)
                        .help("write the bytes that are meant"));
                }
                let (expression, kind) = self.typed(inner, None)?;
                if !kind.has_bytes() {
                    let inner = shown(self.text(inner.span.clone()));
                    let message =
                        format!("{inner} is {}, which has no bytes to slice", kind.what());
                    let error = FilterError::new(phrase.span.clone(), message);
                    return Err(match kind {
                        FieldKind::Number(_) => {
                            error.help(format!("its bits are taken with &, as in {inner} & 0xff"))
                        }
                        _ => error.help("slices are of bytes, text, addresses and protocols"),
                    });
                }
                let slice = Expression::Slice(Box::new(expression), cuts.clone());
                Ok((slice, FieldKind::Bytes))
            }
            What::Call(function, arguments) => self.call(*function, arguments, phrase),
            What::Negative(inner) => {
                let (expression, kind) = self.typed(inner, want)?;
                let constant = match &expression {
                    Expression::Constant(literal) => negative(literal.datum()),
                    _ => None,
                };
                if let Some(literal) = constant {
                    return Ok((Expression::Constant(literal), kind));
                }
                if !matches!(kind, FieldKind::Number(_) | FieldKind::Time) {
                    let message = format!("{} is {}, which has no sign", text(), kind.what());
                    return Err(FilterError::new(phrase.span.clone(), message)
                        .help("a minus stands before a number or a time"));
                }
                Ok((Expression::Negative(Box::new(expression)), wide(kind)))
            }
            What::Calculation(operator, sides) => self.calculated(*operator, sides, want),
        }
    }

    fn calculated(
        &self,
        operator: Operator,
        sides: &(Phrase<'a>, Phrase<'a>),
        want: Option<Want<'a>>,
    ) -> Result<Typed, FilterError> {
        let span = sides.0.span.start..sides.1.span.end;
        let want = self
            .want(&sides.0)
            .or_else(|| self.want(&sides.1))
            .or(want)
            .map(|want| Want {
                kind: wide(want.kind),
                ..want
            });
        let left = self.typed(&sides.0, want)?;
        let right = self.typed(&sides.1, want)?;
        for ((_, kind), phrase) in [(&left, &sides.0), (&right, &sides.1)] {
            if !takes(operator, *kind) {
                return Err(self.not_for(operator, *kind, phrase, &span));
            }
        }
        if !left.1.compares_with(right.1) {
            return Err(self.unlike((&sides.0, left.1), (&sides.1, right.1)));
        }
        let zero = matches!(&right.0, Expression::Constant(literal) if literal.datum().is_zero());
        if zero && matches!(operator, Operator::Divide | Operator::Modulo) {
            return Err(
                FilterError::new(sides.1.span.clone(), "a division by zero has no result")
                    .help("no packet could pass"),
            );
        }
        let kind = wide(left.1);
        if let (Expression::Constant(left), Expression::Constant(right)) = (&left.0, &right.0) {
            let result = calculated(operator, left.datum(), right.datum()).ok_or_else(|| {
                FilterError::new(span, "the result is too big").help("write a smaller number")
            })?;
            return Ok((Expression::Constant(result), kind));
        }
        let sides = Box::new((left.0, right.0));
        Ok((Expression::Calculation(operator, sides), kind))
    }

    fn not_for(
        &self,
        operator: Operator,
        kind: FieldKind,
        phrase: &Phrase<'a>,
        span: &Range<usize>,
    ) -> FilterError {
        let sign = operator.sign();
        let text = shown(self.text(phrase.span.clone()));
        let message = format!(
            "{sign} cannot be used with {text}, which is {}",
            kind.what()
        );
        FilterError::new(span.clone(), message).help(match operator {
            Operator::And => {
                "& takes bits of numbers, addresses and bytes; and between questions is && or the word and"
            }
            Operator::Plus | Operator::Minus => "+ and - are for numbers and times in seconds",
            _ => "numbers alone are multiplied and divided",
        })
    }

    fn call(
        &self,
        function: Function,
        arguments: &[Phrase<'a>],
        phrase: &Phrase<'a>,
    ) -> Result<Typed, FilterError> {
        let name = function.name();
        let fault = |span: &Range<usize>, message: String| {
            FilterError::new(span.clone(), message)
                .help(format!("for example {}", example(function)))
        };
        let many = matches!(function, Function::Max | Function::Min);
        if arguments.len() != 1 && !many {
            let message = format!("{name}() takes one field, not {}", arguments.len());
            return Err(fault(&phrase.span, message));
        }
        let want = arguments.iter().find_map(|argument| self.want(argument));
        let mut expressions = Vec::new();
        let mut kinds = Vec::new();
        for argument in arguments {
            if want.is_none() {
                let text = shown(self.text(argument.span.clone()));
                let error = self.not_a_field(&argument.span);
                let message = format!("{name}() takes a field, and {text} is none");
                return Err(FilterError { message, ..error });
            }
            let want = want.map(|want| Want {
                kind: if many { wide(want.kind) } else { want.kind },
                ..want
            });
            let (expression, kind) = self.typed(argument, want)?;
            let text = shown(self.text(argument.span.clone()));
            if let Some(why) = unfit(function, &expression, kind) {
                return Err(fault(&argument.span, format!("{text} {why}")));
            }
            if let Some((first, before)) = kinds.first()
                && !kind.compares_with(*before)
            {
                return Err(self.unlike((*first, *before), (argument, kind)));
            }
            expressions.push(expression);
            kinds.push((argument, kind));
        }
        let kind = hint(phrase).unwrap_or(FieldKind::Number(64));
        Ok((Expression::Call(function, expressions), kind))
    }

    /// That two pieces are of kinds that cannot be compared.
    pub(super) fn unlike(
        &self,
        left: (&Phrase<'a>, FieldKind),
        right: (&Phrase<'a>, FieldKind),
    ) -> FilterError {
        let text = |phrase: &Phrase<'a>| shown(self.text(phrase.span.clone()));
        let message = format!(
            "{} is {}, {} is {}",
            text(left.0),
            left.1.what(),
            text(right.0),
            right.1.what()
        );
        FilterError::new(left.0.span.start..right.0.span.end, message)
            .help("only what is of the same kind goes together")
    }

    /// What to say of a word, or a value, that stands where a field should.
    pub(super) fn not_a_field(&self, place: &Range<usize>) -> FilterError {
        let text = self.text(place.clone());
        let error = FilterError::new(
            place.clone(),
            format!("no field or protocol {}", shown(text)),
        );
        let minus = text
            .match_indices('-')
            .map(|(at, _)| text.split_at(at))
            .find(|(name, _)| field::find(name).is_some());
        if let Some((name, rest)) = minus {
            let rest = shown(rest.trim_start_matches('-'));
            return error.help(format!("a minus stands between blanks: {name} - {rest}"));
        }
        if let Some(why) = unanswerable(text) {
            return error.help(why);
        }
        if let Some(question) = asking(text) {
            return error.help(format!("it is a value; ask for it, as in {question}"));
        }
        match field::nearest(text.strip_prefix('.').unwrap_or(text)) {
            Some(name) => error.help(format!("did you mean {name}?")),
            None => error
                .help("for example tcp.port, ip.addr, udp; `help filter` shows what can be asked"),
        }
    }
}

/// Why a name that Wireshark knows is no field here, where something else is to be asked.
fn unanswerable(name: &str) -> Option<&'static str> {
    Some(match name {
        "frame.time_delta_displayed" => {
            "what was shown before depends on the filter itself; frame.time_delta is the time since the frame before"
        }
        "dns.time" | "http.time" | "icmp.resptime" => {
            "questions and answers are not paired here; tcp.analysis.ack_rtt, tcp.time_delta and udp.time_delta are known"
        }
        "dns.response_in" | "dns.response_to" | "http.request_in" | "http.response_in"
        | "icmp.resp_in" | "icmp.resp_to" => {
            "questions and answers are not paired here; dns.id, icmp.seq and tcp.stream are the same in both"
        }
        "_ws.col.info" | "_ws.col.Info" | "_ws.col.protocol" | "_ws.col.Protocol" => {
            "filters ask for fields, not for the columns that are shown; search with frame contains \"text\""
        }
        "port" | "host" | "net" | "src" | "dst" | "portrange" => {
            "that is the language of tcpdump; here it is tcp.port == 80, ip.addr == 10.0.0.1, ip.addr == 10.0.0.0/8"
        }
        _ => return None,
    })
}

/// A question about a value that was written alone.
fn asking(text: &str) -> Option<String> {
    let safe = shown(text);
    let word = |kind| Literal::read(Written::Word(text), kind).is_ok();
    if text.starts_with('"') {
        Some(format!("frame contains {safe}"))
    } else if word(FieldKind::Number(16)) {
        Some(format!("tcp.port == {safe}"))
    } else if word(FieldKind::Ipv4) {
        Some(format!("ip.addr == {safe}"))
    } else if word(FieldKind::Ipv6) {
        Some(format!("ipv6.addr == {safe}"))
    } else if word(FieldKind::Mac) {
        Some(format!("eth.addr == {safe}"))
    } else {
        None
    }
}

/// Why a function cannot take a value of this kind; `None` when it can.
fn unfit(function: Function, expression: &Expression, kind: FieldKind) -> Option<String> {
    let what = kind.what();
    let is_field = matches!(expression, Expression::Field(_));
    match function {
        Function::Len if kind.has_bytes() => None,
        Function::Len if is_field && matches!(kind, FieldKind::Number(_)) => None,
        Function::Len => Some(format!("is {what}, which has no length")),
        Function::Count if is_field => None,
        Function::Count => Some("is not a field; count() counts the values of one".to_owned()),
        Function::Upper | Function::Lower if kind == FieldKind::Text => None,
        Function::Upper | Function::Lower => {
            Some(format!("is {what}; capitals and small letters are of text"))
        }
        Function::Text => match kind {
            FieldKind::Number(_) | FieldKind::Ipv4 | FieldKind::Ipv6 | FieldKind::Mac => None,
            FieldKind::Text => Some("is text already".to_owned()),
            _ => Some(format!(
                "is {what}; string() writes out numbers and addresses"
            )),
        },
        Function::Abs => match kind {
            FieldKind::Number(_) | FieldKind::Time => None,
            _ => Some(format!("is {what}, which has no sign")),
        },
        Function::Max | Function::Min => {
            (kind == FieldKind::Label).then(|| "has no value".to_owned())
        }
    }
}

/// True when a sign can stand beside a value of this kind.
fn takes(operator: Operator, kind: FieldKind) -> bool {
    match operator {
        Operator::And => matches!(
            kind,
            FieldKind::Number(_)
                | FieldKind::Bytes
                | FieldKind::Mac
                | FieldKind::Ipv4
                | FieldKind::Ipv6
        ),
        Operator::Plus | Operator::Minus => matches!(kind, FieldKind::Number(_) | FieldKind::Time),
        _ => matches!(kind, FieldKind::Number(_)),
    }
}

/// Reads a value as the kind that is wanted.
fn read(
    written: Written<'_>,
    want: Want<'_>,
    place: &Range<usize>,
) -> Result<Literal, FilterError> {
    let kind = want.kind;
    // A word with a dot in it may have been meant as a field.
    let name = match written {
        Written::Word(word) if word.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            word.contains('.').then(|| field::nearest(word)).flatten()
        }
        _ => None,
    };
    Literal::read(written, kind).map_err(|why| {
        let message = why.unwrap_or_else(|| format!("not {}", kind.what()));
        let help = match name {
            Some(name) => format!("did you mean {name}?"),
            None => format!("for example {} == {}", shown(want.beside), kind.example()),
        };
        FilterError::new(place.clone(), message).help(help)
    })
}
