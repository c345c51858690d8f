//! A plot as plain data: axes with units, and what is to be drawn between them. Not how it is drawn (`render`).

/// A plot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plot {
    /// What it shows: `c → conn: sequence numbers`.
    pub title: String,
    /// From left to right: always a time.
    pub x: Axis,
    /// From below to above.
    pub y: Axis,
    /// What is drawn; what comes later covers what came before.
    pub series: Vec<Series>,
    /// What is to be said below it: what is missing and why, what a mark means.
    pub notes: Vec<String>,
}

/// An axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// What it counts: `sequence number`.
    pub label: String,
    /// In what: `bytes`, `ms`.
    pub unit: &'static str,
    /// True when equal distances are equal ratios.
    pub logarithmic: bool,
}

impl Axis {
    /// What stands beside it: what it counts, in what, and that it is no even one.
    pub fn title(&self) -> String {
        let mut title = self.label.clone();
        if !self.unit.is_empty() && self.unit != self.label {
            title.push_str(", ");
            title.push_str(self.unit);
        }
        if self.logarithmic {
            title.push_str(", logarithmic");
        }
        title
    }
}

/// Things of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The name in the legend.
    pub name: String,
    /// How they are drawn.
    pub shape: Shape,
    /// What they are: decides colour and sign.
    pub role: Role,
    /// Where they are, in the order of time.
    pub marks: Vec<Mark>,
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A value that holds until the next.
    Steps,
    /// An upright bar from `y` to `top`.
    Bars,
    /// A point.
    Points,
}

/// What a series stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// What the plot is about.
    Main,
    /// What it is measured against.
    Second,
    /// A limit.
    Limit,
    /// What was sent again.
    Again,
    /// What the wire lost.
    Lost,
    /// What arrived beyond a hole (SACK).
    Beyond,
}

/// One thing of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mark {
    /// Its time, in the unit of the axis.
    pub x: f64,
    /// Its value, in the unit of the axis.
    pub y: f64,
    /// The upper end of a bar; elsewhere the same as `y`.
    pub top: f64,
}

impl Mark {
    /// A value at a time.
    pub fn at(x: f64, y: f64) -> Self {
        Self { x, y, top: y }
    }

    /// A bar.
    pub fn bar(x: f64, y: f64, top: f64) -> Self {
        Self { x, y, top }
    }
}

impl Plot {
    /// The smallest and the largest time; `None` when nothing is drawn.
    pub fn x_range(&self) -> Option<(f64, f64)> {
        range(self.marks().map(|mark| (mark.x, mark.x)))
    }

    /// The smallest and the largest value.
    pub fn y_range(&self) -> Option<(f64, f64)> {
        range(self.marks().map(|mark| (mark.y, mark.top)))
    }

    fn marks(&self) -> impl Iterator<Item = &Mark> {
        self.series.iter().flat_map(|series| &series.marks)
    }
}

fn range(pairs: impl Iterator<Item = (f64, f64)>) -> Option<(f64, f64)> {
    pairs.reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)))
}
