//! Asks that come again: whoever did not hear the answer asks once more, and nothing is done twice.
//!
//! The answer is written in the step that carries the ask out, so no power failure can part the two.
//! A refusal changes nothing and is not kept: the ask may succeed when it comes again.

use super::effect::Answer;
use super::input::Ask;
use super::refusal::Refusal;
use super::work::{Stop, Work};
use super::{Desk, REPEATS_DROPPED_PER_STEP_MAX, REPEATS_KEPT_MS};
use crate::vault::{Mark, Repeat, Table, VaultError};

impl Desk {
    pub(super) fn once(&mut self, work: &mut Work<'_>, mark: Mark, ask: Ask) -> Result<Answer, Stop> {
        if let Some(known) = work.draft.repeat(&mark.key)?.filter(|known| known.until > work.now) {
            return if known.mark == mark { Ok(told_again(&known)?) } else { Err(Refusal::KeyReused.into()) };
        }
        let answer = self.ask(work, ask)?;
        if is_deed(&answer) {
            let until = work.now.plus(REPEATS_KEPT_MS);
            let answer = borsh::to_vec(&answer).expect("memory takes it");
            work.draft.put(&Repeat { mark, answer, until });
        }
        Ok(answer)
    }

    /// Answers are forgotten when their time is over, a bounded number at a height.
    pub(super) fn drop_old_repeats(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        let old = work.draft.old_repeats(work.now, REPEATS_DROPPED_PER_STEP_MAX)?;
        old.iter().for_each(|repeat| work.draft.delete(repeat));
        Ok(())
    }
}

/// Whether something was done. What is only to be signed is made anew: it names the time.
const fn is_deed(answer: &Answer) -> bool {
    use Answer::{SignAcceptance, SignDigest, SignIntent, SignTravel};
    !matches!(answer, SignIntent(_) | SignDigest(_) | SignAcceptance(..) | SignTravel(_))
}

fn told_again(known: &Repeat) -> Result<Answer, VaultError> {
    let damaged = VaultError::Damaged { table: Table::Repeats, field: "answer" };
    borsh::from_slice(&known.answer).map_err(|_| damaged)
}
