//! What each kind of transaction asks of the ledger: one room a kind.
//!
//! A kind reads the draft and answers with a [`Plan`] or a reason. It cannot change anything, so a
//! refused transaction leaves no trace.

mod ballot;
mod close_account;
mod deposit;
mod evidence;
mod freeze;
mod open_account;
mod open_session;
mod propose;
mod transfer;
mod unfreeze;
mod withdraw;

use crate::draft::Draft;
use crate::fees::FeeQuote;
use crate::posting::Entry;
use crate::registries::OpenProposal;
use idx_crypto::Envelope;
use idx_types::{
    Account, AccountHandle, AccountKind, Bank, BankId, Concealed, FreezeState, NetworkDay, Offence, Paise,
    PreparedTx, Reason, Session, TimestampMs, TxId, TxKind, TxSignature,
};

/// What carrying a transaction out comes to.
pub(crate) struct Plan {
    /// Add up to zero in every currency.
    pub entries: Vec<Entry>,
    /// What else is written down.
    pub record: Record,
    /// What it pays to miner and banks.
    pub fee: FeeQuote,
}

/// What a transaction writes down besides balances.
pub(crate) enum Record {
    Nothing,
    Account(Account),
    Close(u64),
    Session(Session),
    Freeze(u64, FreezeState),
    Proposal(Box<OpenProposal>),
    Ballot { proposal: TxId, bank: BankId, approve: bool },
    Offence(Offence),
}

impl Plan {
    fn record(record: Record) -> Self {
        Self { entries: Vec::new(), record, fee: FeeQuote::default() }
    }

    fn entries(entries: Vec<Entry>) -> Self {
        Self { entries, record: Record::Nothing, fee: FeeQuote::default() }
    }
}

/// Checks a transaction against the draft and works out its effect.
pub(crate) fn plan(draft: &Draft<'_>, tx: &PreparedTx) -> Result<Plan, Reason> {
    let (body, by) = (&tx.tx.body, tx.tx.signatures.as_slice());
    if by.len() != body.kind.signatures_needed() {
        return Err(Reason::WrongSigner);
    }
    match &body.kind {
        TxKind::OpenAccount(ask) => open_account::plan(draft, ask, by, body.created_at),
        TxKind::CloseAccount(ask) => close_account::plan(draft, ask, by),
        TxKind::OpenSession(ask) => open_session::plan(draft, ask, by, body.created_at),
        TxKind::Deposit(ask) => deposit::plan(draft, ask, by),
        TxKind::Withdraw(ask) => withdraw::plan(draft, ask, by),
        TxKind::Transfer(ask) => transfer::plan(draft, ask, by, body.created_at),
        TxKind::Freeze(ask) => freeze::plan(draft, ask, by),
        TxKind::Unfreeze(ask) => unfreeze::plan(draft, ask, by),
        TxKind::Propose(ask) => propose::plan(draft, ask, by, tx.id),
        TxKind::Ballot(ask) => ballot::plan(draft, ask, by),
        TxKind::Evidence(ask) => evidence::plan(draft, ask, by),
    }
}

/// The bank of this height that must have signed, if its key is the signer's.
fn signed_by_bank<'a>(draft: &Draft<'a>, bank: BankId, by: &[TxSignature]) -> Result<&'a Bank, Reason> {
    let bank = draft.base.bank(bank)?;
    match by.first() {
        Some(signature) if signature.key == bank.consensus_key => Ok(bank),
        _ => Err(Reason::WrongSigner),
    }
}

/// An open customer account that this bank keeps, with its number.
fn customer_account<'a>(
    draft: &'a Draft<'_>,
    bank: BankId,
    handle: &AccountHandle,
) -> Result<(u64, &'a Account), Reason> {
    let (index, account) = draft.account(handle).ok_or(Reason::UnknownAccount)?;
    if account.home_bank != bank {
        return Err(Reason::WrongHomeBank);
    }
    if account.kind != AccountKind::Customer {
        return Err(Reason::WrongAccountKind);
    }
    if account.closed_at.is_some() { Err(Reason::AccountClosed) } else { Ok((index, account)) }
}

/// Like [`customer_account`], and it may move money.
fn moving_account<'a>(
    draft: &'a Draft<'_>,
    bank: BankId,
    handle: &AccountHandle,
) -> Result<(u64, &'a Account), Reason> {
    let (index, account) = customer_account(draft, bank, handle)?;
    if account.freeze == FreezeState::Free { Ok((index, account)) } else { Err(Reason::AccountFrozen) }
}

/// Whether an identity is sealed for its home bank and the escrow of the day it was made.
fn check_identity(
    draft: &Draft<'_>,
    bank: &Bank,
    identity: &Concealed<Envelope>,
    created_at: TimestampMs,
) -> Result<(), Reason> {
    let (envelope, day) = (identity.shown()?, NetworkDay::of(created_at));
    Ok(draft.registries().escrow.check_envelope(envelope, &bank.hpke_key.0, day)?)
}

/// Whether a deposit or withdrawal of this amount is within the limits.
fn check_cash(draft: &Draft<'_>, amount: Paise) -> Result<(), Reason> {
    if amount == Paise::ZERO {
        return Err(Reason::AmountTooSmall);
    }
    if amount > draft.base.params.max_transfer { Err(Reason::AmountTooLarge) } else { Ok(()) }
}
