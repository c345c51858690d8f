//! Colours and weights that a program gives its text (SGR, ECMA-48 section 8.3.117), read from its sequences and written as one.

/// A colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Ink {
    /// The terminal's own.
    #[default]
    Default,
    /// One of 256, the first sixteen being the terminal's.
    Palette(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// How text looks after some SGR sequences. Blinking and concealed text is shown as text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sgr {
    foreground: Ink,
    background: Ink,
    /// A bit for each code from 1 to 9 that is on.
    weights: u16,
}

/// The codes that switch a weight on: bold, faint, italic, underlined, reversed, crossed out.
const WEIGHTS: [u16; 6] = [1, 2, 3, 4, 7, 9];

impl Sgr {
    /// Takes the parameters of a sequence, what stands between `ESC [` and `m`.
    fn apply(&mut self, parameters: &str) {
        let mut codes = parameters.split([';', ':']).map(|code| {
            code.parse::<u16>()
                .unwrap_or(u16::from(!code.is_empty()) * 999)
        });
        while let Some(code) = codes.next() {
            match code {
                0 => *self = Self::default(),
                21 | 22 => self.weights &= !(1 << 1 | 1 << 2),
                23..=29 => self.weights &= !(1 << (code - 20)),
                30..=37 => self.foreground = Ink::Palette((code - 30) as u8),
                38 => self.foreground = extended(&mut codes).unwrap_or(self.foreground),
                39 => self.foreground = Ink::Default,
                40..=47 => self.background = Ink::Palette((code - 40) as u8),
                48 => self.background = extended(&mut codes).unwrap_or(self.background),
                49 => self.background = Ink::Default,
                90..=97 => self.foreground = Ink::Palette((code - 90 + 8) as u8),
                100..=107 => self.background = Ink::Palette((code - 100 + 8) as u8),
                code if WEIGHTS.contains(&code) => self.weights |= 1 << code,
                _ => {}
            }
        }
    }

    /// The sequence that makes text look so, beginning from plain text.
    pub fn ansi(self) -> String {
        let mut codes: Vec<String> = WEIGHTS
            .iter()
            .filter(|code| self.weights & (1 << **code) != 0)
            .map(u16::to_string)
            .collect();
        codes.extend(self.foreground.code(3));
        codes.extend(self.background.code(4));
        if codes.is_empty() {
            String::new()
        } else {
            format!("\u{1b}[{}m", codes.join(";"))
        }
    }

    /// The colour of the text as one of the terminal's first sixteen; `None` for its own and for others.
    pub fn color(self) -> Option<u8> {
        match self.foreground {
            Ink::Palette(number) if number < 16 => Some(number),
            _ => None,
        }
    }

    /// True for bold text.
    pub fn is_bold(self) -> bool {
        self.weights & (1 << 1) != 0
    }

    /// Takes the sequence that begins a text; what follows it, or `None` where no SGR sequence begins.
    pub fn take<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let (parameters, after) = sequence(text)?;
        self.apply(parameters);
        Some(after)
    }
}

impl Ink {
    /// The parameters that set it; `kind` is 3 for the foreground, 4 for the background.
    fn code(self, kind: u8) -> Option<String> {
        match self {
            Self::Default => None,
            Self::Palette(number @ 0..8) => Some(format!("{kind}{number}")),
            Self::Palette(number) => Some(format!("{kind}8;5;{number}")),
            Self::Rgb(red, green, blue) => Some(format!("{kind}8;2;{red};{green};{blue}")),
        }
    }
}

/// What follows 38 or 48: `5;N` or `2;R;G;B`.
fn extended(codes: &mut impl Iterator<Item = u16>) -> Option<Ink> {
    let mut byte = || codes.next().and_then(|code| u8::try_from(code).ok());
    match byte()? {
        5 => byte().map(Ink::Palette),
        2 => Some(Ink::Rgb(byte()?, byte()?, byte()?)),
        _ => None,
    }
}

/// The parameters of the SGR sequence that begins a text, and what follows it.
fn sequence(text: &str) -> Option<(&str, &str)> {
    let body = text.strip_prefix("\u{1b}[")?;
    let end = body.find(|next: char| !(next.is_ascii_digit() || matches!(next, ';' | ':')))?;
    let after = body[end..].strip_prefix('m')?;
    Some((&body[..end], after))
}
