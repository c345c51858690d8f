//! One side of a comparison as it is written: fields, functions, slices, calculations, values. Not what kinds they are of, which
//! `typing.rs` finds out: whether `5000` is a port or two bytes depends on what it is compared with.

use super::expression::{Cut, FieldUse, Function, Operator, Reach};
use super::field;
use super::gather::{self, Source};
use super::lexer::Sign;
use super::literal::{Written, number};
use super::parse::Parser;
use super::{FilterError, shown};
use socklab_packets::schema::FieldKind;
use std::ops::Range;

/// How many ranges a slice may join.
const MOST_CUTS: usize = 32;
/// How many signs a filter may calculate with.
const MOST_SIGNS: usize = 200;

/// A piece of one side, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Phrase<'a> {
    /// What it is.
    pub(super) what: What<'a>,
    /// Its place in the text.
    pub(super) span: Range<usize>,
}

/// What a piece of one side is.
#[derive(Clone, Debug)]
pub(super) enum What<'a> {
    /// A field.
    Field(FieldUse),
    /// A value, whose kind depends on what is around it.
    Written(Written<'a>),
    /// Bytes of what stands before the bracket.
    Slice(Box<Phrase<'a>>, Vec<Cut>),
    /// A function and its arguments.
    Call(Function, Vec<Phrase<'a>>),
    /// With a minus in front.
    Negative(Box<Phrase<'a>>),
    /// Two pieces with a sign between.
    Calculation(Operator, Box<(Phrase<'a>, Phrase<'a>)>),
}

impl<'a> Parser<'a> {
    /// Reads one side: bits are taken last, as in C.
    pub(super) fn side(&mut self) -> Result<Phrase<'a>, FilterError> {
        self.calculation(&[(Sign::Mask, Operator::And)], Self::sum)
    }

    fn sum(&mut self) -> Result<Phrase<'a>, FilterError> {
        let signs = [(Sign::Plus, Operator::Plus), (Sign::Minus, Operator::Minus)];
        self.calculation(&signs, Self::product)
    }

    fn product(&mut self) -> Result<Phrase<'a>, FilterError> {
        let signs = [
            (Sign::Times, Operator::Times),
            (Sign::Divide, Operator::Divide),
            (Sign::Modulo, Operator::Modulo),
        ];
        self.calculation(&signs, Self::signed)
    }

    fn calculation(
        &mut self,
        signs: &[(Sign, Operator)],
        part: fn(&mut Self) -> Result<Phrase<'a>, FilterError>,
    ) -> Result<Phrase<'a>, FilterError> {
        let mut left = part(self)?;
        while let Some((_, operator)) = signs.iter().find(|(sign, _)| self.peek() == Some(sign)) {
            let place = self.start();
            self.take();
            self.count_sign(place)?;
            let right = part(self)?;
            left = Phrase {
                span: left.span.start..right.span.end,
                what: What::Calculation(*operator, Box::new((left, right))),
            };
        }
        Ok(left)
    }

    fn count_sign(&mut self, place: usize) -> Result<(), FilterError> {
        self.signs += 1;
        if self.signs > MOST_SIGNS {
            let message = format!("a filter calculates with at most {MOST_SIGNS} signs");
            return Err(FilterError::new(place..place + 1, message));
        }
        Ok(())
    }

    /// A value with any number of plus and minus in front.
    fn signed(&mut self) -> Result<Phrase<'a>, FilterError> {
        let start = self.start();
        let mut negative = false;
        while matches!(self.peek(), Some(Sign::Plus | Sign::Minus)) {
            negative ^= self.peek() == Some(&Sign::Minus);
            self.take();
        }
        let inner = self.sliced()?;
        if !negative {
            return Ok(inner);
        }
        Ok(Phrase {
            span: start..inner.span.end,
            what: What::Negative(Box::new(inner)),
        })
    }

    /// What stands alone, with the slices after it.
    fn sliced(&mut self) -> Result<Phrase<'a>, FilterError> {
        let mut phrase = self.alone()?;
        while self.peek() == Some(&Sign::OpenSlice) {
            let start = self.start();
            self.take();
            let cuts = self.ranges(start, "a range of bytes")?;
            self.count_sign(start)?;
            phrase = Phrase {
                span: phrase.span.start..self.end(),
                what: What::Slice(Box::new(phrase), cuts),
            };
        }
        Ok(phrase)
    }

    fn alone(&mut self) -> Result<Phrase<'a>, FilterError> {
        let start = self.start();
        if self.pass(&Sign::OpenSet) {
            self.deeper(start)?;
            let mut inner = self.side()?;
            if matches!(self.peek(), Some(Sign::Relation(..) | Sign::And | Sign::Or)) {
                let error = self.unexpected("a closing brace");
                return Err(
                    error.help("braces group what is calculated; questions are grouped with ( )")
                );
            }
            self.demand(&Sign::CloseSet, "a closing brace")?;
            self.depth -= 1;
            inner.span = start..self.end();
            return Ok(inner);
        }
        if self.pass(&Sign::Raw) {
            return self.raw(start);
        }
        if self.opens_function() {
            return self.function();
        }
        if self.peek() == Some(&Sign::Word)
            && let Some(found) = self.field()?
        {
            return Ok(Phrase {
                what: What::Field(found),
                span: start..self.end(),
            });
        }
        match self.written() {
            Some((written, span)) => Ok(Phrase {
                what: What::Written(written),
                span,
            }),
            None => Err(self.unexpected("a field or a value")),
        }
    }

    /// A value as it is written; `None`, and nothing is passed, when the next piece is none.
    pub(super) fn written(&mut self) -> Option<(Written<'a>, Range<usize>)> {
        let token = self.token()?;
        let place = token.span.clone();
        let written = match token.sign {
            Sign::Word => Written::Word(self.text(token.span)),
            Sign::Quoted(text) => Written::Quoted(text),
            Sign::Character(byte) => Written::Character(byte),
            _ => return None,
        };
        self.take();
        Some((written, place))
    }

    /// A field, and the layers it is taken from; `None`, and nothing is passed, when the word is the name of none.
    fn field(&mut self) -> Result<Option<FieldUse>, FilterError> {
        let Some(token) = self.token() else {
            return Ok(None);
        };
        let word = self.text(token.span);
        // A dot in front says that a field is meant, where a value could be too.
        let Some(field) = field::find(word.strip_prefix('.').unwrap_or(word)) else {
            return Ok(None);
        };
        self.take();
        let mut found = FieldUse {
            field,
            source: gather::source(field),
            raw: false,
            layers: Vec::new(),
        };
        let start = self.start();
        if self.pass(&Sign::Layer) {
            found.layers = self.layers(start)?;
        }
        Ok(Some(found))
    }

    /// `1` or `[1-2,-1]`; the sign before it stands at `start`.
    fn layers(&mut self, start: usize) -> Result<Vec<Cut>, FilterError> {
        if self.pass(&Sign::OpenSlice) {
            return self.ranges(start, "a range of layers");
        }
        let layer = match self.written() {
            Some((Written::Word(word), _)) => offset(word),
            _ => None,
        };
        let Some(layer) = layer else {
            let end = self.end().max(start + 1);
            return Err(
                FilterError::new(start..end, "# is followed by the number of a layer").help(
                    "for example ip.addr#2 for the second IP header, ip.addr#[-1] for the last",
                ),
            );
        };
        Ok(vec![Cut {
            start: layer,
            reach: Reach::Length(1),
        }])
    }

    /// `@tcp.port`; the sign, which stands at `start`, is passed.
    fn raw(&mut self, start: usize) -> Result<Phrase<'a>, FilterError> {
        let found = if self.peek() == Some(&Sign::Word) && !self.opens_function() {
            self.field()?
        } else {
            None
        };
        let Some(mut found) = found else {
            let error = self.unexpected("a field, as in @tcp.port");
            return Err(error.help("@ gives the bytes of a field, as in @tcp.port == 00:50"));
        };
        let span = start..self.end();
        let reckoned = matches!(
            found.source,
            Source::Labels(_) | Source::Record(_) | Source::Derived(..)
        );
        if reckoned && found.field.kind != FieldKind::Protocol
            || found.field.kind == FieldKind::Label
        {
            let message = format!(
                "{} is computed, so it has no bytes in the packet",
                found.field.name
            );
            return Err(FilterError::new(span, message).help("use it without @"));
        }
        found.raw = true;
        Ok(Phrase {
            what: What::Field(found),
            span,
        })
    }

    /// `len(field)` and the like.
    fn function(&mut self) -> Result<Phrase<'a>, FilterError> {
        let start = self.start();
        let name = match self.written() {
            Some((Written::Word(word), _)) => word,
            _ => "",
        };
        let span = start..self.end();
        let Some((_, function)) = Function::ALL.iter().find(|(known, _)| *known == name) else {
            let names: Vec<&str> = Function::ALL.iter().map(|(name, _)| *name).collect();
            let help = match name.to_ascii_lowercase() {
                small if names.contains(&&*small) => format!("write it in small letters: {small}"),
                _ => format!("the functions are {}", names.join(", ")),
            };
            let message = if field::find(name).is_some() {
                format!("{name} is a field, not a function")
            } else {
                format!("no function {}", shown(name))
            };
            return Err(FilterError::new(span, message).help(help));
        };
        self.deeper(start)?;
        self.take();
        let mut arguments = Vec::new();
        if self.peek() == Some(&Sign::Close) {
            let message = format!("{name}() needs something between the parentheses");
            return Err(FilterError::new(start..self.start() + 1, message)
                .help(format!("for example {}", example(*function))));
        }
        loop {
            arguments.push(self.side()?);
            if !self.pass(&Sign::Comma) {
                break;
            }
        }
        self.demand(&Sign::Close, "a closing parenthesis")?;
        self.depth -= 1;
        Ok(Phrase {
            what: What::Call(*function, arguments),
            span: start..self.end(),
        })
    }

    /// The ranges between brackets; the opening one is passed, and what is at fault begins at `start`.
    fn ranges(&mut self, start: usize, what: &str) -> Result<Vec<Cut>, FilterError> {
        let from = self.end();
        while !matches!(self.peek(), None | Some(Sign::CloseSlice)) {
            self.take();
        }
        let to = self.start();
        self.demand(&Sign::CloseSlice, "a closing bracket")?;
        let mut cuts = Vec::new();
        for range in self.text(from..to).split(',') {
            let range: String = range.chars().filter(|c| !c.is_whitespace()).collect();
            cuts.push(cut(&range).ok_or_else(|| {
                FilterError::new(start..self.end(), format!("not {what}"))
                    .help("[offset:length], [first-last], [offset], [:length] or [offset:]")
            })?);
        }
        if cuts.len() > MOST_CUTS {
            let message = format!("at most {MOST_CUTS} ranges stand between brackets");
            return Err(FilterError::new(start..self.end(), message));
        }
        Ok(cuts)
    }
}

/// A call of the function as it may be written.
pub(super) fn example(function: Function) -> &'static str {
    match function {
        Function::Len => "len(tcp.payload) > 100",
        Function::Count => "count(ip.addr) > 2",
        Function::Upper => "upper(http.host) == \"EXAMPLE.COM\"",
        Function::Lower => "lower(http.host) == \"example.com\"",
        Function::Text => "string(ip.src) matches \"1$\"",
        Function::Abs => "abs(tcp.len - 100) < 10",
        Function::Max => "max(tcp.srcport, tcp.dstport) > 1023",
        Function::Min => "min(tcp.srcport, tcp.dstport) < 1024",
    }
}

/// One range: `0:2`, `0-1`, `4`, `:2`, `2:`.
fn cut(range: &str) -> Option<Cut> {
    if let Some((start, length)) = range.split_once(':') {
        let start = if start.is_empty() { 0 } else { offset(start)? };
        let reach = if length.is_empty() {
            Reach::End
        } else {
            Reach::Length(
                usize::try_from(number(length)?)
                    .ok()
                    .filter(|length| *length > 0)?,
            )
        };
        return Some(Cut { start, reach });
    }
    // The first character may be a sign; the dash of a range comes after it.
    let dash = range
        .char_indices()
        .skip(1)
        .find(|(_, c)| *c == '-')
        .map(|(at, _)| at);
    match dash {
        Some(at) => {
            let (start, last) = (offset(&range[..at])?, offset(&range[at + 1..])?);
            if (start < 0) == (last < 0) && last < start {
                return None;
            }
            Some(Cut {
                start,
                reach: Reach::Through(last),
            })
        }
        None => Some(Cut {
            start: offset(range)?,
            reach: Reach::Length(1),
        }),
    }
}

/// A number with a sign, within what a frame can have.
fn offset(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let number = i64::from(u32::try_from(number(digits)?).ok()?);
    Some(sign * number)
}
