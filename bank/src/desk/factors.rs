//! Second factors: made, confirmed by a first code, used once a code, taken away.
//!
//! The shell checks codes against the secret and says of which time step a good one is; that no step is
//! used twice is decided here.

use super::Desk;
use super::customers::customer;
use super::effect::Answer;
use super::refusal::Refusal;
use super::work::{Stop, Work};
use crate::Secret32;
use crate::vault::{Holder, SecondFactor};
use idx_types::Idx;

impl Desk {
    /// A new one takes the place of one that was never confirmed.
    pub(super) fn enroll_factor(
        &self,
        work: &mut Work<'_>,
        owner: Idx,
        secret: Secret32,
    ) -> Result<Answer, Stop> {
        customer(work, &owner)?;
        if work.draft.second_factor(&owner)?.is_some_and(|known| known.active) {
            return Err(Refusal::FactorActive.into());
        }
        work.draft.put(&SecondFactor { owner, secret, active: false, last_step: 0 });
        Ok(Answer::Factor)
    }

    pub(super) fn confirm_factor(&self, work: &mut Work<'_>, owner: Idx, step: u64) -> Result<Answer, Stop> {
        let factor = work.draft.second_factor(&owner)?.ok_or(Refusal::NoFactor)?;
        if factor.active {
            return Err(Refusal::FactorActive.into());
        }
        work.draft.put(&SecondFactor { active: true, last_step: step, ..factor });
        Ok(Answer::Factor)
    }

    pub(super) fn remove_factor(
        &self,
        work: &mut Work<'_>,
        owner: Idx,
        step: Option<u64>,
    ) -> Result<Answer, Stop> {
        let factor = work.draft.second_factor(&owner)?.ok_or(Refusal::NoFactor)?;
        if step.is_some_and(|step| step <= factor.last_step) {
            return Err(Refusal::CodeUsed.into());
        }
        work.draft.delete(&factor);
        Ok(Answer::Factor)
    }
}

/// Uses up the code of a time step, if the holder has a second factor.
pub(super) fn use_code(work: &mut Work<'_>, holder: &Holder, step: Option<u64>) -> Result<(), Stop> {
    let Holder::Customer(owner) = holder else { return Ok(()) };
    let Some(factor) = work.draft.second_factor(owner)?.filter(|factor| factor.active) else { return Ok(()) };
    let step = step.ok_or(Refusal::CodeNeeded)?;
    if step <= factor.last_step {
        return Err(Refusal::CodeUsed.into());
    }
    work.draft.put(&SecondFactor { last_step: step, ..factor });
    Ok(())
}
