//! Who mines: stake-weighted round robin over the banks of a height (document 2.1).
//!
//! The miner of round 0 follows Webster's sequence (the Sainte-Lague method of apportionment): on a
//! time line on which a cycle lasts 1, a bank of weight `w` has its turns at `1/2w, 3/2w, 5/2w ...`;
//! all banks' turns in order of time, then of bank number, are the miners of heights 0, 1, 2 ...
//!
//! ```text
//! weights A 2, B 1:   A(1/4) B(1/2) A(3/4) | A(5/4) B(3/2) A(7/4) | ...
//! equal weights:      plain turns by (height + round) mod n
//! ```
//!
//! - **Fair.** At time `t` a bank has had `round(w t)` turns, so after any number `s` of heights its
//!   turns differ from its share of `s` by at most `1/2` plus half the number of banks times its
//!   share. In a cycle of as many heights as the weights add up to it has exactly its weight.
//! - **Failover makes progress.** Later rounds of a height are plain turns among the banks with
//!   stake, beginning with the miner of round 0: two rounds in a row never elect one bank, if there
//!   are two to elect, and as many rounds as there are banks with stake elect each of them once.
//! - **No memory.** A turn depends on nothing but height and stakes, so a node that joined yesterday
//!   elects the same bank as one that was there from genesis (fault 15).
//!
//! Banks without stake have no turns, unless no bank has stake.

use idx_types::{BankId, Height, Round, ValidatorSet};

/// Bits of the greatest weight. Greater stakes are shifted down together, which moves a share by
/// less than one part in 2^31 and keeps every product below within 128 bits.
const WEIGHT_BITS: u32 = 32;

/// A bank with its weight, and the turns it has had.
struct Turns {
    bank: BankId,
    weight: u128,
    taken: u128,
}

impl Turns {
    /// Whether this bank's next turn is before the other's. Times `(2 taken + 1) / 2 weight` are
    /// compared without division; of equal times the lower bank number, which comes first, stays.
    fn is_before(&self, other: &Self) -> bool {
        (2 * self.taken + 1) * other.weight < (2 * other.taken + 1) * self.weight
    }
}

/// The bank that mines in this round of this height. Total: any set, height and round has a miner.
///
/// Takes a fraction of a microsecond for six banks; quadratic in the number of banks.
pub fn miner(banks: &ValidatorSet, height: Height, round: Round) -> BankId {
    let mut turns = weigh(banks);
    let first = first_miner(&mut turns, height);
    let count = turns.len() as u64;
    let place = (first as u64 + u64::from(round.0)) % count;
    turns[place as usize].bank
}

/// The banks that have turns, by number, with weights of at most [`WEIGHT_BITS`] bits.
fn weigh(banks: &ValidatorSet) -> Vec<Turns> {
    let greatest = banks.banks().iter().map(|bank| bank.stake.0).max().unwrap_or(0);
    let shift = (u64::BITS - greatest.leading_zeros()).saturating_sub(WEIGHT_BITS);
    let has_turns = |stake: u64| stake > 0 || greatest == 0;
    let weight = |stake: u64| u128::from((stake >> shift).max(1));
    banks
        .banks()
        .iter()
        .filter(|bank| has_turns(bank.stake.0))
        .map(|bank| Turns { bank: bank.id, weight: weight(bank.stake.0), taken: 0 })
        .collect()
}

/// The place in `turns` of the miner of round 0.
///
/// Jumps to the time `t = early / cycle`, at which each bank has had `round(w t)` turns, together
/// `early` give or take half a turn a bank. `early` is half a turn a bank below the wanted number, so
/// the jump never goes too far, and leaves at most one turn a bank to take one by one.
fn first_miner(turns: &mut [Turns], height: Height) -> usize {
    let cycle: u128 = turns.iter().map(|t| t.weight).sum();
    let wanted = u128::from(height.0) % cycle;
    let early = wanted.saturating_sub(turns.len().div_ceil(2) as u128);
    for bank in turns.iter_mut() {
        bank.taken = (2 * bank.weight * early + cycle) / (2 * cycle);
    }
    let taken: u128 = turns.iter().map(|t| t.taken).sum();
    for _ in taken..wanted {
        let next = next_turn(turns);
        turns[next].taken += 1;
    }
    next_turn(turns)
}

fn next_turn(turns: &[Turns]) -> usize {
    let mut next = 0;
    for place in 1..turns.len() {
        if turns[place].is_before(&turns[next]) {
            next = place;
        }
    }
    next
}

#[cfg(test)]
mod tests;
