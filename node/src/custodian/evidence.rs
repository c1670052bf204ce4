//! Which envelopes an order covers, by transactions that are proven to have taken effect.

use crate::docket::Story;
use crate::judge::side;
use idx_bank::rebuild::PrivateRecord;
use idx_types::tx::{OrderTarget, PartySought};
use idx_types::{AccountHandle, BankId, Height, SessionId, Transaction, TxId, TxKind};
use std::fmt;

/// What is not shown or not there yet. An order waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No node shows anything that is proven.
    Unshown,
    /// The transfer that the order names.
    Transfer,
    /// The opening of the session.
    Session,
    /// An answer of a home bank, as it stands on the chain.
    Answer,
    /// The opening of an account that a bank named.
    Account,
    /// No home bank has answered yet.
    Unanswered,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unshown => "no node shows what is proven",
            Self::Transfer => "the transfer is not shown",
            Self::Session => "the opening of the session is not shown",
            Self::Answer => "the answer of a home bank is not shown",
            Self::Account => "the opening of an account is not shown",
            Self::Unanswered => "no home bank has answered yet",
        })
    }
}

/// The envelopes that an order covers; `None` if it names a session that does not stand where it says.
///
/// # Errors
/// [`Missing`] names what is not among the proven transactions.
pub fn covered(story: &Story, proven: &[Transaction]) -> Result<Option<Vec<PrivateRecord>>, Missing> {
    match &story.asked.target {
        OrderTarget::Party(sought) => {
            let kind = &by_id(proven, sought.tx).ok_or(Missing::Transfer)?.body.kind;
            let PartySought { party, session, bank, .. } = *sought;
            if side(kind, party) != Some((session, bank)) {
                return Ok(None);
            }
            session_of(proven, session, bank).map(|one| Some(vec![one]))
        }
        OrderTarget::Session { session, bank } => {
            session_of(proven, *session, *bank).map(|one| Some(vec![one]))
        }
        OrderTarget::Person(_) => accounts_of(story, proven).map(Some),
    }
}

fn by_id(proven: &[Transaction], id: TxId) -> Option<&Transaction> {
    proven.iter().find(|tx| tx.id() == id)
}

fn session_of(proven: &[Transaction], session: SessionId, bank: BankId) -> Result<PrivateRecord, Missing> {
    let opens =
        |record: &PrivateRecord| record.context.session == Some(session) && record.context.bank == bank;
    records(proven).find(opens).ok_or(Missing::Session)
}

/// Every account that any home bank named, each with its own envelope.
fn accounts_of(story: &Story, proven: &[Transaction]) -> Result<Vec<PrivateRecord>, Missing> {
    let mut all = Vec::new();
    let mut answers = story.answers().peekable();
    if answers.peek().is_none() {
        return Err(Missing::Unanswered);
    }
    for id in answers {
        let TxKind::AnswerOrder(answer) = &by_id(proven, id).ok_or(Missing::Answer)?.body.kind else {
            return Err(Missing::Answer);
        };
        for handle in answer.accounts.shown().map_err(|_| Missing::Answer)? {
            all.push(account_of(proven, answer.bank, handle)?);
        }
    }
    Ok(all)
}

fn account_of(
    proven: &[Transaction],
    bank: BankId,
    handle: &AccountHandle,
) -> Result<PrivateRecord, Missing> {
    let opens = |record: &PrivateRecord| {
        let context = &record.context;
        context.session.is_none() && context.handle == *handle && context.bank == bank
    };
    records(proven).find(opens).ok_or(Missing::Account)
}

/// The height is of no use here: that each took effect is proven.
fn records(proven: &[Transaction]) -> impl Iterator<Item = PrivateRecord> + '_ {
    proven.iter().filter_map(|tx| PrivateRecord::of(Height::GENESIS, tx))
}

#[cfg(test)]
mod tests;
