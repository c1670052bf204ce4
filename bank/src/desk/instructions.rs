//! Payments that a customer's file orders: each is made once, for ever, however often the file comes.

use super::Desk;
use super::effect::Answer;
use super::input::Recipient;
use super::refusal::Refusal;
use super::work::{Stop, Work};
use crate::vault::{Instruction, Mark};
use idx_types::{AccountHandle, Idx, Paise};

impl Desk {
    /// The order is remembered in the step that makes its transfer. What was refused was not ordered: it
    /// may be paid when the file comes again.
    pub(super) fn instruct(
        &mut self,
        work: &mut Work<'_>,
        mark: Mark,
        (owner, account): (Idx, AccountHandle),
        to: &Recipient,
        amount: Paise,
    ) -> Result<Answer, Stop> {
        if let Some(known) = work.draft.instruction(&owner, &mark)? {
            return if known.mark == mark {
                Ok(Answer::Sent(known.id))
            } else {
                Err(Refusal::KeyReused.into())
            };
        }
        let answer = self.send(work, owner, account, to, (amount, None))?;
        if let Answer::Sent(id) = answer {
            work.draft.put(&Instruction { owner, mark, id, at: work.now });
        }
        Ok(answer)
    }
}
