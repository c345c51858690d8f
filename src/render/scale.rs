//! A scale: values to places between 0 and 1, and the round numbers that are written beside it. Not the axis itself.

use crate::event::plot::Axis;

/// From the smallest to the largest value, evenly or by ratios.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    logarithmic: bool,
}

impl Scale {
    /// A scale that holds the range. An even one begins at zero when that is not far; a range of one value is given room.
    pub fn new(range: (f64, f64), axis: &Axis) -> Self {
        let (mut low, mut high) = range;
        if axis.logarithmic {
            let low = 10_f64.powf(low.max(1e-6).log10().floor());
            let high = 10_f64.powf(high.max(low * 10.0).log10().ceil());
            return Self {
                low,
                high,
                logarithmic: true,
            };
        }
        if low > 0.0 && low < high * 0.6 {
            low = 0.0;
        }
        if high - low < 1e-9 {
            (low, high) = if low == 0.0 {
                (0.0, 1.0)
            } else {
                ((low - low.abs() * 0.5).min(low), low + low.abs() * 0.5)
            };
        }
        Self {
            low,
            high,
            logarithmic: false,
        }
    }

    /// Where a value stands: 0 at the low end, 1 at the high one.
    pub fn at(&self, value: f64) -> f64 {
        let place = if self.logarithmic {
            (value.max(1e-9) / self.low).log10() / (self.high / self.low).log10()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        place.clamp(0.0, 1.0)
    }

    /// Round values with their words, at most about `count`.
    pub fn ticks(&self, count: usize) -> Vec<(f64, String)> {
        if self.logarithmic {
            return self.decades(count);
        }
        let step = round_step((self.high - self.low) / count.max(1) as f64);
        let first = (self.low / step).ceil();
        let last = (self.high / step + 1e-9).floor();
        let steps = (last - first).clamp(0.0, 100.0) as usize;
        (0..=steps)
            .map(|place| {
                let value = (first + place as f64) * step;
                (value, words(value, step))
            })
            .collect()
    }

    fn decades(&self, count: usize) -> Vec<(f64, String)> {
        let (first, last) = (
            self.low.log10().round() as i32,
            self.high.log10().round() as i32,
        );
        let every = ((last - first).unsigned_abs() as usize)
            .div_ceil(count.max(1))
            .max(1);
        (first..=last)
            .step_by(every)
            .map(|power| {
                let value = 10_f64.powi(power);
                (value, words(value, value))
            })
            .collect()
    }
}

/// The next of 1, 2, 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.max(1e-9).log10().floor());
    let times = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|times| times * power >= step * 0.999)
        .unwrap_or(10.0);
    times * power
}

/// A number with as many decimals as its step needs; thousands and millions by their letters.
fn words(value: f64, step: f64) -> String {
    let (value, step, letter) = if value.abs() >= 1e6 {
        (value / 1e6, step / 1e6, "M")
    } else if value.abs() >= 1e4 {
        (value / 1e3, step / 1e3, "k")
    } else {
        (value, step, "")
    };
    let decimals = (-step.max(1e-6).log10()).ceil().clamp(0.0, 6.0) as usize;
    format!("{value:.decimals$}{letter}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(range: (f64, f64), logarithmic: bool, count: usize) -> Vec<String> {
        let axis = Axis {
            logarithmic,
            ..Axis::default()
        };
        let scale = Scale::new(range, &axis);
        scale.ticks(count).into_iter().map(|tick| tick.1).collect()
    }

    #[test]
    fn ticks_are_round_numbers_with_as_many_decimals_as_they_need() {
        for (range, logarithmic, expected) in [
            (
                (0.0, 100.0),
                false,
                vec!["0", "20", "40", "60", "80", "100"],
            ),
            (
                (0.0, 0.5),
                false,
                vec!["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"],
            ),
            ((1.0, 131_000.0), false, vec!["0", "50k", "100k"]),
            ((7.0, 7.0), false, vec!["4", "6", "8", "10"]),
            (
                (0.0, 0.0),
                false,
                vec!["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"],
            ),
            (
                (0.03, 201.0),
                true,
                vec!["0.01", "0.1", "1", "10", "100", "1000"],
            ),
            ((9e5, 3e6), false, vec!["0", "1M", "2M", "3M"]),
        ] {
            assert_eq!(ticks(range, logarithmic, 5), expected, "{range:?}");
        }
    }

    #[test]
    fn places_run_from_zero_to_one_and_never_beyond() {
        let even = Scale::new((0.0, 10.0), &Axis::default());
        for (value, place) in [(-1.0, 0.0), (5.0, 0.5), (99.0, 1.0)] {
            assert!((even.at(value) - place).abs() < 1e-9);
        }
        let ratio = Scale::new(
            (1.0, 100.0),
            &Axis {
                logarithmic: true,
                ..Axis::default()
            },
        );
        assert!((ratio.at(10.0) - 0.5).abs() < 1e-9);
    }
}
