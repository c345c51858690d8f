//! One side of a comparison: a field with its slice and mask, or a value as it was written. Not the comparison.

use super::expression::{Cut, Function, Operand, Reach};
use super::field::{self, FieldKind};
use super::gather;
use super::lexer::Sign;
use super::parse::Parser;
use super::value::{Written, number};
use super::{FilterError, shown};
use std::ops::Range;

/// How many ranges a slice may join.
const MOST_CUTS: usize = 32;

/// What stands on one side of a comparison, and where.
#[derive(Clone, Debug)]
pub(super) enum Side<'a> {
    /// A field.
    Operand(Operand, Range<usize>),
    /// A value, whose kind depends on the other side.
    Written(Written<'a>, Range<usize>),
}

impl Operand {
    /// What its values are after slicing and functions.
    pub(super) fn kind(&self) -> FieldKind {
        if self.function.is_some() {
            FieldKind::Number(64)
        } else if self.slice.is_empty() {
            self.field.kind
        } else {
            FieldKind::Bytes
        }
    }

    /// Itself as it would be written in an example.
    pub(super) fn shown(&self) -> String {
        let name = self.field.name;
        let slice = if self.slice.is_empty() { "" } else { "[0]" };
        match self.function {
            Some(Function::Len) => format!("len({name}{slice})"),
            Some(Function::Count) => format!("count({name}{slice})"),
            None => format!("{name}{slice}"),
        }
    }
}

impl<'a> Parser<'a> {
    /// Reads one side.
    pub(super) fn side(&mut self) -> Result<Side<'a>, FilterError> {
        let start = self.start();
        if self.peek() == Some(&Sign::Word)
            && let Some(operand) = self.field()?
        {
            let operand = self.mask(operand)?;
            return Ok(Side::Operand(operand, start..self.end()));
        }
        match self.written() {
            Some((written, place)) => Ok(Side::Written(written, place)),
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

    /// A field, or a function of one; `None`, and nothing is passed, when the word is the name of none.
    fn field(&mut self) -> Result<Option<Operand>, FilterError> {
        let Some(token) = self.token() else {
            return Ok(None);
        };
        let word = self.text(token.span.clone());
        if self.opens_function() {
            return self.function(word, token.span).map(Some);
        }
        let Some(entry) = field::find(word) else {
            return Ok(None);
        };
        self.take();
        let mut operand = Operand {
            field: entry,
            source: gather::source(entry),
            function: None,
            slice: Vec::new(),
            mask: None,
        };
        let start = self.start();
        if self.pass(&Sign::OpenSlice) {
            if !entry.kind.has_bytes() {
                let message = format!(
                    "{} is {}, which has no bytes to slice",
                    entry.name,
                    entry.kind.what()
                );
                return Err(FilterError::new(token.span.start..self.end(), message));
            }
            operand.slice = self.slice(start)?;
        }
        Ok(Some(operand))
    }

    /// `len(field)` and `count(field)`
    fn function(&mut self, name: &str, span: Range<usize>) -> Result<Operand, FilterError> {
        let function = match name {
            "len" => Function::Len,
            "count" => Function::Count,
            _ => {
                let message = format!("no function {}", shown(name));
                return Err(
                    FilterError::new(span, message).help("there are len(field) and count(field)")
                );
            }
        };
        self.take();
        self.take();
        let start = self.start();
        let argument = if self.peek() == Some(&Sign::Word) && !self.opens_function() {
            self.field()?
        } else {
            None
        };
        let Some(mut operand) = argument else {
            return Err(self.unexpected("a field, as in len(tcp.payload)"));
        };
        let name = operand.field.name;
        let unfit = match function {
            Function::Len if !operand.kind().has_bytes() => Some(format!(
                "{name} is {}, which has no length",
                operand.kind().what()
            )),
            Function::Count if !operand.slice.is_empty() => {
                Some("count() counts the values of a field, not of a slice".to_owned())
            }
            _ => None,
        };
        if let Some(message) = unfit {
            return Err(FilterError::new(start..self.end(), message));
        }
        operand.function = Some(function);
        self.demand(&Sign::Close, "a closing parenthesis")?;
        Ok(operand)
    }

    /// `& 0x02`
    fn mask(&mut self, mut operand: Operand) -> Result<Operand, FilterError> {
        if !self.pass(&Sign::Mask) {
            return Ok(operand);
        }
        let sign = self.end() - 1..self.end();
        if !matches!(operand.kind(), FieldKind::Number(_)) {
            let message = format!(
                "{} is {}; & takes bits of a number",
                operand.field.name,
                operand.kind().what()
            );
            return Err(FilterError::new(sign, message).help("and is && or the word and"));
        }
        let place = self.start();
        let mask = match self.written() {
            Some((Written::Word(word), _)) => number(word),
            _ => None,
        };
        let Some(mask) = mask else {
            let end = self.end().max(place);
            return Err(FilterError::new(place..end, "& takes a number")
                .help("for example tcp.flags & 0x02"));
        };
        operand.mask = Some(mask);
        Ok(operand)
    }

    /// The ranges between brackets; the opening one, which stands at `start`, is passed.
    fn slice(&mut self, start: usize) -> Result<Vec<Cut>, FilterError> {
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
                FilterError::new(start..self.end(), "not a range of bytes")
                    .help("[offset:length], [first-last], [offset], [:length] or [offset:]")
            })?);
        }
        if cuts.len() > MOST_CUTS {
            let message = format!("a slice has at most {MOST_CUTS} ranges");
            return Err(FilterError::new(start..self.end(), message));
        }
        Ok(cuts)
    }

    /// What to say of a word, or a value, that stands where a field should.
    pub(super) fn not_a_field(&self, place: &Range<usize>) -> FilterError {
        let text = self.text(place.clone());
        let error = FilterError::new(
            place.clone(),
            format!("no field or protocol {}", shown(text)),
        );
        match field::nearest(text) {
            Some(name) => error.help(format!("did you mean {name}?")),
            None => error.help("for example tcp.port, ip.addr, udp; the fields are listed with the help on filters"),
        }
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
