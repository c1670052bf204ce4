//! How many banks are enough: the one function from which every threshold comes.

/// Thresholds for a set of `n` equal banks (documents 2.3 and 2.4, expectation 3).
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Quorums {
    /// Banks in the set.
    pub banks: usize,
    /// Votes that decide: any two such groups share more than `lies_tolerated` banks.
    pub quorum: usize,
    /// Votes of a higher round that pull a node forward: at least one is from an honest bank.
    pub skip: usize,
}

impl Quorums {
    /// For `n` banks, of which `f = (n - 1) / 3` may lie, a quorum is `ceil((n + f + 1) / 2)`: 4 of 6.
    /// `margin` raises it (5 of 6 with margin 1), but never so far that all must speak: then one silent
    /// bank would stop the network, and one lost journal would stop it for good.
    pub const fn of(banks: usize, margin: usize) -> Self {
        let lies = banks.saturating_sub(1) / 3;
        let base = (banks + lies + 1).div_ceil(2);
        let raised = base.saturating_add(margin);
        let bearable = banks.saturating_sub(1);
        let quorum = if raised <= bearable {
            raised
        } else if base > bearable {
            base
        } else {
            bearable
        };
        Self { banks, quorum, skip: lies + 1 }
    }

    /// Banks that may lie in any way while two conflicting quorums stay impossible: `2q - n - 1`.
    pub const fn lies_tolerated(&self) -> usize {
        (2 * self.quorum).saturating_sub(self.banks + 1)
    }

    /// Banks that may be silent while the others still reach a quorum.
    pub const fn silence_tolerated(&self) -> usize {
        self.banks - self.quorum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of fault 1 and expectation 3: n, quorum, skip.
    #[test]
    fn table_for_four_to_sixteen_banks() {
        let table = [
            (4, 3, 2),
            (5, 4, 2),
            (6, 4, 2),
            (7, 5, 3),
            (8, 6, 3),
            (9, 6, 3),
            (10, 7, 4),
            (11, 8, 4),
            (12, 8, 4),
            (13, 9, 5),
            (14, 10, 5),
            (15, 10, 5),
            (16, 11, 6),
        ];
        for (n, quorum, skip) in table {
            let q = Quorums::of(n, 0);
            assert_eq!((q.quorum, q.skip), (quorum, skip), "n = {n}");
        }
    }

    /// Exhaustive: any two quorums of n share more banks than may lie (fault 1 and 2).
    #[test]
    fn two_quorums_always_share_an_honest_bank() {
        for n in 1..=40 {
            for margin in 0..=3 {
                let q = Quorums::of(n, margin);
                let lies = (n - 1) / 3;
                assert!(2 * q.quorum > n + lies, "n = {n}, margin = {margin}");
                assert!(q.quorum <= n && q.skip > lies);
            }
        }
    }

    /// Simulator seeds 100 and 257: a bank left a network of six with margin 1, and the five needed
    /// all five.
    #[test]
    fn a_margin_never_asks_for_all_banks() {
        for n in 3..=40 {
            for margin in 0..=40 {
                assert!(Quorums::of(n, margin).silence_tolerated() >= 1, "n = {n}, margin = {margin}");
            }
        }
        assert_eq!(Quorums::of(5, 1).quorum, 4);
        assert_eq!(Quorums::of(6, 9).quorum, 5);
    }

    #[test]
    fn the_fault_table_of_2_4() {
        let default = Quorums::of(6, 0);
        assert_eq!((default.quorum, default.lies_tolerated(), default.silence_tolerated()), (4, 1, 2));
        let raised = Quorums::of(6, 1);
        assert_eq!((raised.quorum, raised.lies_tolerated(), raised.silence_tolerated()), (5, 3, 1));
    }
}
