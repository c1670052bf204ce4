//! What the desk wishes to be done.

use super::refusal::Refusal;
use crate::vault::{Batch, Erased, Status, Turn, VaultError};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::Hash32;
use idx_types::wire::DeskGossip;
use idx_types::{
    Acceptance, AccountHandle, AccountTold, Consent, Idx, NetworkDay, Rejection, SessionId, Transaction,
    TxBody, TxId,
};
use std::fmt;

/// A wish of the desk; performed in order, one after the other. `Debug` shows which and for nobody.
pub enum Effect {
    /// Write to the vault, durably. What follows waits for it. If it fails, the other effects of the step
    /// are dropped, and so is the desk, which has moved on: open it again over the vault as it is.
    Persist(Batch),
    /// Sign with the bank's consensus key and submit: the opening of an account or a session.
    SignAndSubmit(Box<TxBody>),
    /// Submit an accepted transfer.
    Submit(Box<Transaction>),
    /// Send to all banks.
    Gossip(DeskGossip),
    /// Sign with the bank's consensus key, then gossip as [`Notice::Rejected`](idx_types::Notice::Rejected).
    SignRejection(Rejection),
    /// There are news for a customer. What they are is in the vault by then; this wakes who waits for them.
    Tell {
        /// Whom.
        customer: Idx,
        /// The newest.
        turn: Turn,
    },
    /// Answer an ask, by its token.
    Answer(u64, Result<Answer, Refusal>),
    /// The vault gave no answer; nothing was changed. For the operator: it names no person.
    Fault(VaultError),
    /// Make the tags of a day for all customers, outside, and hand them in as `Input::Tags`.
    PrepareTags(NetworkDay),
}

impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Persist(batch) => write!(f, "Persist({} changes)", batch.changes.len()),
            Self::SignAndSubmit(body) => write!(f, "SignAndSubmit({})", body.kind.name()),
            Self::Submit(transfer) => write!(f, "Submit({:?})", transfer.id()),
            Self::Gossip(DeskGossip::Intent(_)) => f.write_str("Gossip(intent)"),
            Self::Gossip(DeskGossip::Notice(_)) => f.write_str("Gossip(notice)"),
            Self::SignRejection(said) => write!(f, "SignRejection({:?})", said.intent),
            Self::Tell { turn, .. } => {
                write!(f, "Tell({:?}, {})", turn.id, turn.status.map_or("elsewhere", Status::name))
            }
            Self::Answer(token, answer) => write!(f, "Answer({token}, {:?})", answer.as_ref().err()),
            Self::Fault(error) => write!(f, "Fault({error})"),
            Self::PrepareTags(day) => write!(f, "PrepareTags({day:?})"),
        }
    }
}

/// What an ask came to. The vault keeps answers as borsh: new ones go to the end.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Answer {
    /// The customer's IDX.
    Registered(Idx),
    /// The account will be on the ledger once this transaction is final.
    AccountOpening {
        /// Its name there.
        handle: AccountHandle,
        /// The transaction.
        tx: TxId,
    },
    /// The bank's own transaction about an account is on its way.
    Submitted(TxId),
    /// So much of a person was forgotten.
    Erased(Erased),
    /// Contacts are as asked.
    Contacts,
    /// The credential is as asked.
    Credential,
    /// The login holds.
    LoggedIn,
    /// The login is over.
    LoggedOut,
    /// Today's session of the account.
    Session(SessionId),
    /// The transfer's id, and that it is on its way.
    Sent(TxId),
    /// The customer signs himself: the intent, to be sent back as `Ask::SendSigned`.
    SignIntent(Box<TxBody>),
    /// The customer signs himself, to take an intent back: [`Cancellation::digest_of`](idx_types::Cancellation::digest_of), to be sent back with
    /// the same ask.
    SignDigest(Hash32),
    /// The transfer is accepted, rejected or cancelled.
    Done(TxId),
    /// The second factor is as asked.
    Factor,
    /// The flag is no longer open.
    FlagCleared,
    /// What was allowed; the bank signs it whenever it is shown.
    Consent(Consent),
    /// The consent is worth nothing any more.
    ConsentWithdrawn,
    /// What another bank is told; none if there is nothing to tell.
    BalancesTold(Option<Vec<AccountTold>>),
    /// The customer signs himself: this choice for this intent. [`Acceptance::digest`] is what he signs, to
    /// be sent back with the same ask.
    SignAcceptance(TxId, Acceptance),
    /// The customer signs himself: this opening or closing of a travel account. Its id is what he signs, to
    /// be sent back as `Ask::SignTravel`.
    SignTravel(Box<TxBody>),
}
