//! What the liar says beside what its two twins say: the ready-made attacks of the fault list.

use crate::common::{proposal, signature, value, vote};
use crate::node::Message;
use idx_types::{BankId, Height, Round, Signed, ValidatorSet, VoteKind};
use rand::{Rng, RngExt};

/// A message that no honest bank sends.
pub fn mischief(
    rng: &mut impl Rng,
    banks: &ValidatorSet,
    liar: BankId,
    height: Height,
    round: Round,
) -> Message {
    let kind = if rng.random() { VoteKind::Prevote } else { VoteKind::Precommit };
    let some_value = value(rng.random_range(0..4));
    let far = [u32::MAX, u32::MAX - 1, round.0.saturating_add(rng.random_range(1..1_000_000))];
    match rng.random_range(0..4) {
        // Rounds that nobody is in (faults 21 and 22).
        0 => Message::Vote(vote(height.0, far[rng.random_range(0..3)], kind, Some(some_value), liar.0)),
        // A vote for something that nobody proposed.
        1 => Message::Vote(vote(height.0, round.0, kind, Some(some_value), liar.0)),
        // Not elected, or with a proof of lock from the future.
        2 => {
            let mut message = proposal(banks, height.0, round.0, Some(round.0 + 1), some_value).message;
            message.bank = liar;
            Message::Proposal(Signed { message, signature: signature(liar) })
        }
        // An invalid value, in its turn if it has one.
        _ => {
            let mut message = proposal(banks, height.0, round.0, None, value(0xff)).message;
            message.bank = liar;
            Message::Proposal(Signed { message, signature: signature(liar) })
        }
    }
}
