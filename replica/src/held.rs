//! How much a mind keeps because of what others sent it, against the bounds of `room` and `future`;
//! for checkers.

use crate::future;
use crate::replica::Replica;
use crate::room::{
    EARLY_VERDICTS_PER_BANK_MAX, OFFENCES_PER_BANK_MAX, PER_ROUND_MAX, ROUNDS_AHEAD, ROUNDS_BEHIND,
};
use idx_types::Round;
use std::collections::BTreeMap;

/// Lengths of the lists that peers can fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Banks of the height.
    pub banks: usize,
    /// Mined blocks.
    pub blocks: usize,
    /// Mined blocks of the round that has most.
    pub blocks_of_a_round: usize,
    /// Proposals of the round that has most.
    pub proposals_of_a_round: usize,
    /// Candidates.
    pub candidates: usize,
    /// Proposals that wait for their block.
    pub waiting: usize,
    /// Verdicts on blocks that have not come.
    pub early_verdicts: usize,
    /// Offences reported.
    pub reported: usize,
    /// Messages of heights to come.
    pub future: usize,
}

impl Replica {
    /// What is kept now.
    #[doc(hidden)]
    pub fn held(&self) -> Held {
        let book = &self.book;
        let rounds = book.blocks.values().map(|entry| entry.round());
        Held {
            banks: self.state.validators().len(),
            blocks: book.blocks.len(),
            blocks_of_a_round: most_of_one(rounds),
            proposals_of_a_round: most_of_one(book.proposals.keys().map(|(round, _, _)| *round)),
            candidates: book.candidates.len(),
            waiting: book.waiting.len(),
            early_verdicts: book.early_verdicts.len(),
            reported: book.reported.len(),
            future: self.future.len(),
        }
    }
}

fn most_of_one(rounds: impl Iterator<Item = Round>) -> usize {
    let mut counts = BTreeMap::<Round, usize>::new();
    rounds.for_each(|round| *counts.entry(round).or_default() += 1);
    counts.into_values().max().unwrap_or_default()
}

impl Held {
    /// Whether every list is within its bound. A round may hold, beside its own few, what an honest
    /// bank stands behind: no more values than there are banks to vote for one, twice.
    ///
    /// # Errors
    /// Names the list that is too long.
    pub fn check(&self) -> Result<(), String> {
        let rounds = (ROUNDS_BEHIND + ROUNDS_AHEAD + 1) as usize;
        let of_a_round = PER_ROUND_MAX + 2 * self.banks;
        let table = [
            ("mined blocks", self.blocks, rounds * of_a_round),
            ("mined blocks of a round", self.blocks_of_a_round, of_a_round),
            ("proposals of a round", self.proposals_of_a_round, of_a_round),
            ("candidates", self.candidates, rounds * of_a_round),
            ("waiting proposals", self.waiting, rounds * of_a_round),
            ("early verdicts", self.early_verdicts, self.banks * EARLY_VERDICTS_PER_BANK_MAX),
            ("reported offences", self.reported, self.banks * OFFENCES_PER_BANK_MAX),
            ("messages of heights to come", self.future, future::MESSAGES_MAX),
        ];
        match table.iter().find(|(_, held, most)| held > most) {
            Some((what, held, most)) => Err(format!("{held} {what} are kept, at most {most} may be")),
            None => Ok(()),
        }
    }
}
