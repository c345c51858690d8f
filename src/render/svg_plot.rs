//! A plot as a drawing: axes, grid, lines and bars, the name of each line beside its end. Not what is plotted.

use super::plot::paint;
use super::scale::Scale;
use super::styled::Style;
use super::svg::{Anchor, LINE, Svg};
use crate::event::plot::{Plot, Role, Series, Shape};

/// The field between the axes.
const LEFT: f64 = 80.0;
const TOP: f64 = 60.0;
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 360.0;

/// Draws it.
pub fn draw(plot: &Plot) -> Svg {
    let mut svg = Svg::new();
    svg.text((12.0, 24.0), Style::Heading, Anchor::Start, &plot.title);
    let (Some(x), Some(y)) = (plot.x_range(), plot.y_range()) else {
        let words = "nothing to be plotted has been seen yet";
        svg.text((12.0, 48.0), Style::Dim, Anchor::Start, words);
        return svg;
    };
    let field = Field {
        x: Scale::new(x, &plot.x),
        y: Scale::new(y, &plot.y),
        end: x.1,
    };
    field.axes(&mut svg, plot);
    let mut taken: Vec<f64> = Vec::new();
    for series in &plot.series {
        field.series(&mut svg, series);
    }
    for series in plot.series.iter().rev() {
        field.name(&mut svg, series, &mut taken);
    }
    let mut below = TOP + HEIGHT + 58.0;
    for note in &plot.notes {
        svg.text((12.0, below), Style::Dim, Anchor::Start, note);
        below += LINE;
    }
    svg
}

struct Field {
    x: Scale,
    y: Scale,
    /// The last time: lines go on to there.
    end: f64,
}

impl Field {
    fn place(&self, x: f64, y: f64) -> (f64, f64) {
        (
            LEFT + self.x.at(x) * WIDTH,
            TOP + (1.0 - self.y.at(y)) * HEIGHT,
        )
    }

    fn axes(&self, svg: &mut Svg, plot: &Plot) {
        for (value, words) in self.y.ticks(8) {
            let (_, y) = self.place(0.0, value);
            svg.line((LEFT, y), (LEFT + WIDTH, y), Style::Dim, true);
            svg.text((LEFT - 8.0, y + 4.0), Style::Dim, Anchor::End, &words);
        }
        for (value, words) in self.x.ticks(9) {
            let (x, _) = self.place(value, 0.0);
            let foot = TOP + HEIGHT;
            svg.line((x, foot), (x, foot + 5.0), Style::Dim, false);
            svg.text((x, foot + 20.0), Style::Dim, Anchor::Middle, &words);
        }
        svg.rectangle((LEFT, TOP), (WIDTH, HEIGHT), Style::Dim, false);
        let x = plot.x.title();
        let y = plot.y.title();
        svg.text((12.0, TOP - 12.0), Style::Dim, Anchor::Start, &y);
        let foot = TOP + HEIGHT + 38.0;
        svg.text((LEFT + WIDTH, foot), Style::Dim, Anchor::End, &x);
    }

    fn series(&self, svg: &mut Svg, series: &Series) {
        let style = paint(series.role).0;
        match series.shape {
            Shape::Steps => {
                let mut points: Vec<(f64, f64)> = Vec::new();
                for mark in &series.marks {
                    let to = self.place(mark.x, mark.y);
                    if let Some(last) = points.last() {
                        points.push((to.0, last.1));
                    }
                    points.push(to);
                }
                if let Some(last) = points.last().copied() {
                    points.push((self.place(self.end, 0.0).0, last.1));
                }
                svg.path(&points, style);
            }
            Shape::Points => {
                for mark in &series.marks {
                    svg.point(self.place(mark.x, mark.y), style);
                }
            }
            Shape::Bars => {
                for mark in &series.marks {
                    let (from, to) = (self.place(mark.x, mark.y), self.place(mark.x, mark.top));
                    svg.rectangle(
                        (to.0 - 1.5, to.1),
                        (3.0, (from.1 - to.1).max(1.0)),
                        style,
                        true,
                    );
                    match series.role {
                        Role::Lost => svg.cross((to.0, f64::midpoint(from.1, to.1)), style),
                        Role::Again => svg.text((to.0, to.1 - 4.0), style, Anchor::Middle, "R"),
                        _ => {}
                    }
                }
            }
        }
    }

    /// A series' name beside its end, moved until it stands on no other.
    fn name(&self, svg: &mut Svg, series: &Series, taken: &mut Vec<f64>) {
        let Some(last) = series.marks.last() else {
            return;
        };
        let mut y = self.place(last.x, last.top).1 + 4.0;
        while taken.iter().any(|other| (other - y).abs() < LINE - 2.0) {
            y += LINE - 2.0;
        }
        taken.push(y);
        let style = paint(series.role).0;
        svg.text((LEFT + WIDTH + 10.0, y), style, Anchor::Start, &series.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::plot::{Axis, Mark};
    use crate::render::svg::assert_well_formed;

    #[test]
    fn lines_bars_and_points_stand_between_the_axes() {
        let series = |name: &str, shape, role, marks: &[(f64, f64, f64)]| Series {
            name: name.to_owned(),
            shape,
            role,
            marks: marks
                .iter()
                .map(|(x, y, top)| Mark::bar(*x, *y, *top))
                .collect(),
        };
        let plot = Plot {
            title: "c → <conn>: sequence numbers".to_owned(),
            x: Axis {
                label: "time".to_owned(),
                unit: "ms",
                logarithmic: false,
            },
            y: Axis {
                label: "bytes".to_owned(),
                unit: "bytes",
                logarithmic: false,
            },
            series: vec![
                series(
                    "ack",
                    Shape::Steps,
                    Role::Second,
                    &[(0.0, 1.0, 1.0), (9.0, 50.0, 50.0)],
                ),
                series("data", Shape::Bars, Role::Main, &[(1.0, 1.0, 50.0)]),
                series("again", Shape::Bars, Role::Again, &[(5.0, 1.0, 50.0)]),
                series("lost", Shape::Bars, Role::Lost, &[(3.0, 1.0, 50.0)]),
                series("per ACK", Shape::Points, Role::Limit, &[(3.0, 7.0, 7.0)]),
            ],
            notes: vec!["a note".to_owned()],
        };
        let file = draw(&plot).file(&plot.title);
        assert_well_formed(&file);
        insta::assert_snapshot!(file.split_once("</style>").expect("it has ink").1);
    }
}
