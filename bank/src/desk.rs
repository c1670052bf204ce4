//! The desk: what a bank does for its customers and what it tells the other banks about it.
//!
//! ```text
//!   customers' asks ----.                            .--> Persist (first; what follows waits for it)
//!   intents, notices ----> Desk::step(scene, seed, --+--> transactions to sign and submit
//!   facts, heights -----'        input, effects)     `--> gossip, answers, news for customers
//! ```
//!
//! A step reads the vault and the ledger, writes one [`Draft`](crate::vault::Draft) and decides. It never
//! waits and never fails: a refused ask changes nothing and is answered with a [`Refusal`]; a damaged or
//! missing vault ends in [`Effect::Fault`] and changes nothing either. The shell performs the effects of
//! a step in order, before the next step. What costs time (Argon2id, a day's tags) is made outside and
//! handed in.
//!
//! A transfer's money is held from the step that makes its intent until the step that learns its end:
//! settled, failed, rejected, cancelled or expired by the time of the chain. A bank that has let go of a
//! hold must not approve that transfer any more: [`Objections`] are for its policy.
//!
//! Rooms: `customers`, `logins`, `factors`, `erasing`, `clerk` (cash and freezes), `compliance` (risk rules), `sessions`,
//! `sending`, `instructions` (payments by file), `receiving`, `following` (what became of transfers),
//! `repeating` (nothing open is forgotten), `notice` (how banks show that they know a receiver),
//! `objections` (what the bank must not approve), `consents` (what other banks are told), `ledger` (what the desk must know), `once`
//! (asks that come again are carried out once), `travel` (accounts in foreign money), `arriving` (what becomes of those).

mod arriving;
mod clerk;
mod compliance;
mod consents;
mod customers;
mod effect;
mod erasing;
mod factors;
mod following;
mod input;
mod instructions;
mod ledger;
mod logins;
mod notice;
mod objections;
mod once;
mod receiving;
mod refusal;
mod repeating;
mod sending;
mod sessions;
#[cfg(test)]
mod tests;
mod travel;
mod work;

pub use effect::{Answer, Effect};
pub use input::{Ask, Counter, Fact, Input, Recipient};
pub use ledger::LedgerView;
pub use notice::{acceptance_proof, rejection_proof};
pub use objections::Objections;
pub use refusal::Refusal;
pub use work::Scene;

use crate::Entropy;
use crate::pseudonym::TagBook;
use crate::risk::RiskRules;
use crate::vault::{Deadline, Retention, Shelf, Side, TravelEnd, VaultError};
use factors::use_code;
use idx_types::{AccountHandle, BankCode, BankId, ChainId, NetworkDay, TimestampMs, Transaction, TxId};
use sending::note;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use travel::Departure;
use work::{Stop, Work};

/// Most accounts a customer can have at one bank.
pub const ACCOUNTS_PER_CUSTOMER_MAX: usize = 100;

/// Most logins that somebody can have at a time; the oldest end for new ones.
pub const LOGINS_PER_HOLDER_MAX: usize = 16;

/// Most contacts a customer can have.
pub const CONTACTS_PER_CUSTOMER_MAX: usize = 1_000;

/// Most banks that may be told of one customer; those whose time is over go for new ones.
pub const CONSENTS_PER_CUSTOMER_MAX: usize = 16;

/// Most open intents of one account.
pub const HOLDS_PER_ACCOUNT_MAX: u64 = 1_000;

/// Most intents that wait for one customer's choice.
pub const WAITING_PER_CUSTOMER_MAX: usize = 1_000;

/// Most intents kept whose session the ledger does not show yet; the oldest go first.
pub const EARLY_INTENTS_MAX: usize = 1_000;

/// Shortest life that a sender can give a transfer: what is shorter is over before anybody can choose.
pub const SEND_LIFE_MS_MIN: u64 = 5_000;

/// A session that is opened later than this before midnight is the next day's: today's might reach the
/// ledger too late for the payment that waits for it.
pub const SESSION_LEAST_MS: u64 = 30_000;

/// Most transfers that one step lets expire.
pub const EXPIRED_PER_STEP_MAX: usize = 500;

/// Most old month keys, and most old sessions, that one step deletes.
pub const DROPPED_PER_STEP_MAX: usize = 1_000;

/// A session's opening that is not on the ledger after this long is submitted again.
pub const RESUBMIT_AFTER_MS: u64 = 60_000;

/// An open transfer is sent to the other banks again after this long.
pub const SHOW_AGAIN_AFTER_MS: u64 = 300_000;

/// How long the answer to an ask that may come again is kept.
pub const REPEATS_KEPT_MS: u64 = 86_400_000;

/// Most kept answers that one step forgets.
pub const REPEATS_DROPPED_PER_STEP_MAX: usize = 200;

/// Most travel accounts that a bank opens or closes at a time.
pub const JOURNEYS_MAX: usize = 1_000;

/// Most openings and closings that wait for a customer's signature, beside those.
pub const UNSIGNED_JOURNEYS_MAX: usize = 1_000;

/// Most expired travel accounts that one step looks at.
pub const HOME_CALLED_PER_STEP_MAX: usize = 200;

/// An expired travel account that the ledger would not close is tried again after this long.
pub const HOME_CALLED_AGAIN_MS: u64 = 900_000;

/// Most transfers that one step shows again.
pub const SHOWN_PER_STEP_MAX: usize = 200;

/// Which bank this is.
#[derive(Debug, Clone)]
pub struct Home {
    /// The network.
    pub chain_id: ChainId,
    /// Its number.
    pub bank: BankId,
    /// Its short name.
    pub code: BankCode,
    /// How long it keeps the keys of session ids.
    pub retention: Retention,
    /// What it finds remarkable.
    pub risk: RiskRules,
}

/// The mind of a bank's own side. All that must not be lost is in the vault; what is here can be made
/// again from it.
pub struct Desk {
    home: Home,
    tags: TagBook,
    /// Transfers that wait for their session here to be on the ledger, and since when.
    waiting: BTreeMap<(TxId, Side), TimestampMs>,
    /// Open transfers that are shown again, and when.
    again: BTreeSet<(TimestampMs, TxId, Side)>,
    /// Travel accounts that are being opened or closed, and when that was tried last.
    journeys: BTreeMap<TxId, TimestampMs>,
    /// Those of them that wait for their customer's signature.
    unsigned: BTreeSet<TxId>,
    /// Expired travel accounts whose closing was submitted, and when.
    called: BTreeMap<AccountHandle, TimestampMs>,
    /// Where to go on with expired travel accounts.
    called_to: Option<TravelEnd>,
    /// Intents for customers whose session the ledger does not show yet.
    early: VecDeque<Transaction>,
    /// The newest day whose tags were asked for.
    tags_asked: NetworkDay,
    /// The last day on which nothing was left that the retention does not cover.
    dropped_on: NetworkDay,
}

impl Desk {
    /// A desk over a vault: reads which transfers are open.
    ///
    /// # Errors
    /// [`VaultError`] if the vault is damaged or the machine fails.
    pub fn open(home: Home, tags: TagBook, shelf: &Shelf<'_>) -> Result<Self, VaultError> {
        let (mut waiting, mut again) = (BTreeMap::new(), BTreeSet::new());
        for Deadline { id, side, .. } in shelf.open_transfers()? {
            let waits = match side {
                Side::Sender => shelf.outgoing(&id)?.is_some_and(|sent| !sent.gossiped),
                Side::Receiver => shelf.incoming(&id)?.is_some_and(|t| t.handle.is_some() && !t.submitted),
            };
            if waits {
                waiting.insert((id, side), TimestampMs(0));
            } else {
                again.insert((TimestampMs(0), id, side));
            }
        }
        let (early, never, called) = (VecDeque::new(), NetworkDay(0), BTreeMap::new());
        let under_way = shelf.journeys()?;
        let unsigned = under_way.iter().filter(|journey| journey.tx.signatures.is_empty());
        let unsigned = unsigned.map(|journey| journey.id).collect();
        let journeys = under_way.iter().map(|journey| (journey.id, TimestampMs(0))).collect();
        let (tags_asked, dropped_on) = (never, never);
        let called_to = None;
        Ok(Self {
            home,
            tags,
            waiting,
            again,
            journeys,
            unsigned,
            called,
            called_to,
            early,
            tags_asked,
            dropped_on,
        })
    }

    /// Decides about one input. `seed` is 32 bytes of fresh entropy. Effects are to be performed in
    /// order, before the next step.
    pub fn step(&mut self, scene: &Scene<'_>, seed: [u8; 32], input: Input, out: &mut Vec<Effect>) {
        let mut work = Work::new(scene, Entropy::new(seed));
        let token = match &input {
            Input::Ask(token, _) => Some(*token),
            _ => None,
        };
        let stop = self.decide(&mut work, input).and_then(|()| work.keep_news()).err();
        match (stop, token) {
            (None, _) => work.finish(out),
            (Some(Stop::Refused(refusal)), Some(token)) => out.push(Effect::Answer(token, Err(refusal))),
            (Some(Stop::Refused(_)), None) => {}
            (Some(Stop::Vault(error)), token) => {
                out.push(Effect::Fault(error));
                out.extend(token.map(|token| Effect::Answer(token, Err(Refusal::VaultUnavailable))));
            }
        }
    }

    fn decide(&mut self, work: &mut Work<'_>, input: Input) -> Result<(), Stop> {
        match input {
            Input::Ask(token, ask) => {
                let answer = self.ask(work, ask)?;
                work.effects.push(Effect::Answer(token, Ok(answer)));
                Ok(())
            }
            Input::Intent(intent) => self.intent(work, *intent),
            Input::Notice(notice) => self.notice(work, &notice),
            Input::Fact(id, fact, height) => self.fact(work, id, fact, height),
            Input::Height => self.height(work),
            Input::TagKeys(keys) => {
                self.take_tag_keys(work, keys);
                Ok(())
            }
            Input::Tags(day, tags) => {
                self.tags.put(day, tags);
                Ok(())
            }
        }
    }

    fn ask(&mut self, work: &mut Work<'_>, ask: Ask) -> Result<Answer, Stop> {
        match ask {
            Ask::Register { identity, name, credential, is_listed } => {
                self.screen(work, *identity.idx(), is_listed)?;
                self.register(work, identity, name, credential)
            }
            Ask::ClearFlag { id, by, note } => self.clear_flag(work, id, by, note),
            Ask::OpenAccount { owner, number } => self.open_account(work, owner, number),
            Ask::AddContact { owner, nickname, idx } => self.add_contact(work, owner, nickname, idx),
            Ask::RenameContact { owner, nickname, new } => self.rename_contact(work, owner, &nickname, new),
            Ask::SetCredential { owner, credential } => self.set_credential(work, owner, credential),
            Ask::LogIn { holder, step, id, refresh, until } => {
                use_code(work, &holder, step)?;
                self.log_in(work, holder, id, refresh, until)
            }
            Ask::EnrollFactor { owner, secret } => self.enroll_factor(work, owner, secret),
            Ask::ConfirmFactor { owner, step } => self.confirm_factor(work, owner, step),
            Ask::RemoveFactor { owner, step } => self.remove_factor(work, owner, step),
            Ask::TurnLogin { id, shown, next, until } => self.turn_login(work, id, (shown, next), until),
            Ask::LogOut(id) => self.log_out(work, &id),
            Ask::RemoveContact { owner, nickname } => self.remove_contact(work, owner, &nickname),
            Ask::Erase { owner, keep_since } => Self::erase(work, owner, keep_since),
            Ask::Counter { account, what } => self.counter(work, account, what),
            Ask::OpenSession { owner, account, key } => self.open_session(work, owner, account, key),
            Ask::Instruct { mark, sender, account, to, amount } => {
                self.instruct(work, mark, (sender, account), &to, amount)
            }
            Ask::Send { sender, account, to, amount, life_ms, memo } => {
                let answer = self.send(work, sender, account, &to, (amount, life_ms))?;
                Ok(note(work, sender, answer, memo))
            }
            Ask::SendSigned { to, intent, memo } => self.send_signed(work, to, *intent, memo),
            Ask::Accept { receiver, id, account, signature } => {
                self.accept(work, receiver, id, account, signature)
            }
            Ask::Reject { receiver, id } => self.reject(work, receiver, id),
            Ask::Cancel { sender, id, signature } => self.cancel(work, sender, id, signature),
            Ask::OpenTravel { owner, source, number, foreign_bank, amount, expires_on } => {
                let out = Departure { owner, source, number, foreign_bank, amount, expires_on };
                self.open_travel(work, out)
            }
            Ask::CloseTravel { owner, account } => self.close_travel(work, owner, account),
            Ask::SignTravel { owner, id, signature } => self.sign_travel(work, owner, id, signature),
            Ask::GiveConsent { owner, to, days, own_signature } => {
                self.give_consent(work, owner, to, days, own_signature)
            }
            Ask::WithdrawConsent { owner, id } => self.withdraw_consent(work, owner, id),
            Ask::TellBank { asker, tag } => self.tell_bank(work, asker, &tag),
            Ask::Once(mark, ask) => self.once(work, mark, *ask),
        }
    }
}
