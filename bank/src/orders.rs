//! What a bank owes to court orders: for an order about a person, the accounts that it keeps for him.
//!
//! ```text
//!   orders of the ledger --asked, not answered--> IDX (opened with the bank's HPKE key)
//!                                                  |--vault--> accounts --known to the ledger?-->
//!                                   AnswerOrder, its list sealed to the judge's answer key
//! ```
//!
//! The node asks at each height. An order that was answered is no longer owed, so a bank that was down
//! answers when it is back, and one that crashed between making and settling an answer makes another:
//! the ledger takes one. Nothing here is remembered.

use crate::Entropy;
use crate::vault::{Shelf, VaultError};
use idx_crypto::HpkeSecret;
use idx_types::tx::{ANSWER_ACCOUNTS_MAX, AnswerOrder, CourtOrder, OrderTarget, PersonError};
use idx_types::{AccountHandle, BankId, OrderId};
use std::collections::BTreeSet;

/// An active order, as the ledger has it.
#[derive(Debug, Clone, Copy)]
pub struct LiveOrder<'a> {
    /// Its id.
    pub id: OrderId,
    /// What the judge signed.
    pub asked: &'a CourtOrder,
    /// Whether this bank has answered it.
    pub answered: bool,
}

/// What the node must know of the ledger: whether it holds an account of this name as this bank's. An
/// answer with any other would be refused as a whole.
pub trait KnownAccounts {
    /// Whether the ledger knows the account, open or closed.
    fn knows(&self, handle: &AccountHandle) -> bool;
}

impl<F: Fn(&AccountHandle) -> bool> KnownAccounts for F {
    fn knows(&self, handle: &AccountHandle) -> bool {
        self(handle)
    }
}

/// What is owed to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owed {
    /// The answer. `left_off` accounts more are kept for the person than one answer can name: the judge
    /// learns of them by other orders only, so an operator should know.
    Answer {
        /// What the bank is to sign.
        answer: Box<AnswerOrder>,
        /// Accounts beyond [`ANSWER_ACCOUNTS_MAX`].
        left_off: usize,
    },
    /// Whom the judge seeks cannot be read. The bank stays silent: an empty list would be a false answer.
    Unreadable {
        /// The order.
        order: OrderId,
        /// Why.
        why: PersonError,
    },
}

/// The bank that answers.
#[derive(Debug, Clone, Copy)]
pub struct Answering<'a> {
    /// Its number.
    pub bank: BankId,
    /// Opens whom an order seeks.
    pub secret: &'a HpkeSecret,
}

/// What the bank owes to these orders.
///
/// # Errors
/// [`VaultError`] if a record of the vault is damaged or the machine fails.
pub fn owed<'o>(
    orders: impl IntoIterator<Item = LiveOrder<'o>>,
    by: Answering<'_>,
    shelf: &Shelf<'_>,
    ledger: &impl KnownAccounts,
    entropy: &mut Entropy,
) -> Result<Vec<Owed>, VaultError> {
    let mut all = Vec::new();
    for order in orders.into_iter().filter(|order| !order.answered) {
        let OrderTarget::Person(person) = &order.asked.target else { continue };
        match person.open(by.bank, by.secret) {
            Ok(idx) => {
                let kept: Vec<AccountHandle> =
                    shelf.accounts_of(&idx)?.iter().map(|account| account.handle).collect();
                all.push(answer(&order, by.bank, kept, ledger, entropy));
            }
            Err(PersonError::NotForYou) => {}
            Err(why) => all.push(Owed::Unreadable { order: order.id, why }),
        }
    }
    Ok(all)
}

fn answer(
    order: &LiveOrder<'_>,
    bank: BankId,
    kept: Vec<AccountHandle>,
    ledger: &impl KnownAccounts,
    entropy: &mut Entropy,
) -> Owed {
    let known: BTreeSet<AccountHandle> = kept.into_iter().filter(|handle| ledger.knows(handle)).collect();
    let left_off = known.len().saturating_sub(ANSWER_ACCOUNTS_MAX);
    let named = known.into_iter().take(ANSWER_ACCOUNTS_MAX).collect();
    let (blind, seed) = (entropy.draw(), entropy.draw());
    let answer = AnswerOrder::new((bank, order.id), &order.asked.answer_key, named, blind, &seed);
    Owed::Answer { answer: Box::new(answer), left_off }
}

#[cfg(test)]
mod tests;
