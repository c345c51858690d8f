//! Chance that can be repeated: one stream of numbers for each rule, from the wire's seed and the rule's number.

/// A stream of numbers (the SplitMix64 generator: every seed gives a full period of 2^64).
#[derive(Clone, Debug)]
pub struct Dice {
    state: u64,
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Dice {
    /// The stream of a rule.
    pub fn new(seed: u64, rule: u32) -> Self {
        let mut dice = Self { state: seed };
        let start = dice.next();
        Self {
            state: start ^ u64::from(rule).wrapping_mul(STEP),
        }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `limit - 1`, each as likely as the others; 0 for no limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn a_stream_depends_on_the_seed_and_on_the_rule_alone_and_is_even() {
        let draw = |seed, rule| {
            let mut dice = Dice::new(seed, rule);
            (0..10_000).map(|_| dice.below(10)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7, 1), draw(7, 1));
        assert_ne!(draw(7, 1), draw(7, 2));
        assert_ne!(draw(7, 1), draw(8, 1));
        for number in 0..10 {
            let count = draw(7, 1).iter().filter(|found| **found == number).count();
            assert!((900..1100).contains(&count), "{number}: {count}");
        }
    }
}
