//! What each kind of transaction asks of the ledger: one room a kind.
//!
//! A kind reads the draft and answers with a [`Plan`] or a reason. It cannot change anything, so a
//! refused transaction leaves no trace.

mod announce_keys;
mod answer_order;
mod ballot;
mod close_account;
mod close_travel;
mod confirm_opening;
mod court_order;
mod deposit;
mod evidence;
mod forex_rate;
mod freeze;
mod open_account;
mod open_session;
mod open_travel;
mod order_share;
mod propose;
mod refuse_order;
mod release_order;
mod rotate_chain_key;
mod transfer;
mod unfreeze;
mod withdraw;

use crate::draft::Draft;
use crate::fees::FeeQuote;
use crate::orders::{Deed, Order, OrderStep};
use crate::posting::Entry;
use crate::registries::OpenProposal;
use crate::travel::RateBook;
use idx_crypto::{Envelope, HpkePublic, PublicKey};
use idx_types::tx::RotateChainKey;
use idx_types::{
    Account, AccountHandle, AccountKind, Bank, BankId, Concealed, Conversion, Currency, FreezeState, Holder,
    JudgeId, NetworkDay, Offence, OrderId, Paise, PreparedTx, Reason, Session, SessionId, TimestampMs,
    TravelTerms, TxId, TxKind, TxSignature,
};
use std::collections::BTreeMap;

/// What carrying a transaction out comes to.
pub(crate) struct Plan {
    /// Add up to zero in every currency.
    pub entries: Vec<Entry>,
    /// What else is written down.
    pub record: Record,
    /// What it pays to miner and banks, if that is in rupees.
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
    Ballot {
        proposal: TxId,
        bank: BankId,
        approve: bool,
    },
    Offence(Offence),
    /// The account, if any, is frozen.
    Order {
        order: Box<Order>,
        account: Option<u64>,
    },
    /// The accounts are frozen.
    OrderStep {
        order: OrderId,
        step: OrderStep,
        hold: Vec<u64>,
    },
    /// All of them, as they are from now on.
    DayKeys(BTreeMap<NetworkDay, HpkePublic>),
    /// A new epoch of the private chain.
    ChainKey(Box<RotateChainKey>),
    /// All rates of a currency, as they are from now on.
    Rates(Currency, RateBook),
    /// A travel account; its money comes from the nostro account, which holds it.
    Travel {
        account: Box<Account>,
        source: u64,
        nostro: u64,
    },
    /// A travel account closes.
    CloseTravel {
        account: u64,
        source: u64,
        closing: Conversion,
    },
}

impl Plan {
    fn record(record: Record) -> Self {
        Self { entries: Vec::new(), record, fee: FeeQuote::default() }
    }

    /// A step of an order, made by this transaction.
    fn step(draft: &Draft<'_>, tx: TxId, order: OrderId, deed: Deed, hold: Vec<u64>) -> Self {
        let step = OrderStep { height: draft.place.height, tx: Some(tx), deed };
        Self::record(Record::OrderStep { order, step, hold })
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
        TxKind::Freeze(ask) => freeze::plan(draft, ask, by, tx.id),
        TxKind::Unfreeze(ask) => unfreeze::plan(draft, ask, by),
        TxKind::Propose(ask) => propose::plan(draft, ask, by, tx.id),
        TxKind::Ballot(ask) => ballot::plan(draft, ask, by),
        TxKind::Evidence(ask) => evidence::plan(draft, ask, by),
        TxKind::CourtOrder(ask) => court_order::plan(draft, ask, by, tx),
        TxKind::ReleaseOrder(ask) => release_order::plan(draft, ask, by, tx.id),
        TxKind::AnswerOrder(ask) => answer_order::plan(draft, ask, by, tx.id),
        TxKind::OrderShare(ask) => order_share::plan(draft, ask, by, tx.id),
        TxKind::RefuseOrder(ask) => refuse_order::plan(draft, ask, by, tx.id),
        TxKind::ConfirmOpening(ask) => confirm_opening::plan(draft, ask, by, tx.id),
        TxKind::AnnounceKeys(ask) => announce_keys::plan(draft, ask, by),
        TxKind::RotateChainKey(ask) => rotate_chain_key::plan(draft, ask, by),
        TxKind::ForexRate(ask) => forex_rate::plan(draft, ask, by),
        TxKind::OpenTravel(ask) => open_travel::plan(draft, ask, by, body.created_at),
        TxKind::CloseTravel(ask) => close_travel::plan(draft, ask, by, body.created_at),
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

/// The active judge of this number, who must have signed.
fn signed_by_judge(draft: &Draft<'_>, judge: JudgeId, by: &[TxSignature]) -> Result<(), Reason> {
    let judge = draft.registries().judges.active(judge)?;
    signed_with(&judge.signing_key, by)
}

/// The custodian who must have signed.
fn signed_by_holder(draft: &Draft<'_>, holder: Holder, by: &[TxSignature]) -> Result<(), Reason> {
    let key = draft.registries().escrow.signing_key(holder).ok_or(Reason::UnknownHolder)?;
    signed_with(&key, by)
}

fn signed_with(key: &PublicKey, by: &[TxSignature]) -> Result<(), Reason> {
    if by.first().is_some_and(|signature| signature.key == *key) { Ok(()) } else { Err(Reason::WrongSigner) }
}

/// The active order of this id.
fn active_order<'a>(draft: &'a Draft<'_>, id: &OrderId) -> Result<&'a Order, Reason> {
    draft.registries().orders.active(id)
}

/// An open account of a customer that this bank keeps, with its number: in rupees or for travel.
fn open_account_of<'a>(
    draft: &'a Draft<'_>,
    bank: BankId,
    handle: &AccountHandle,
) -> Result<(u64, &'a Account), Reason> {
    let (index, account) = kept_account(draft, bank, handle)?;
    if account.closed_at.is_some() { Err(Reason::AccountClosed) } else { Ok((index, account)) }
}

/// A customer's account that this bank keeps or kept: it may be closed.
fn kept_account<'a>(
    draft: &'a Draft<'_>,
    bank: BankId,
    handle: &AccountHandle,
) -> Result<(u64, &'a Account), Reason> {
    let (index, account) = draft.account(handle).ok_or(Reason::UnknownAccount)?;
    if account.home_bank != bank {
        return Err(Reason::WrongHomeBank);
    }
    match account.kind {
        AccountKind::Customer | AccountKind::Travel => Ok((index, account)),
        _ => Err(Reason::WrongAccountKind),
    }
}

/// Like [`open_account_of`], and it may move money.
fn moving_account<'a>(
    draft: &'a Draft<'_>,
    bank: BankId,
    handle: &AccountHandle,
) -> Result<(u64, &'a Account), Reason> {
    let (index, account) = open_account_of(draft, bank, handle)?;
    if account.freeze == FreezeState::Free { Ok((index, account)) } else { Err(Reason::AccountFrozen) }
}

/// Like [`moving_account`], in rupees.
fn rupee_account<'a>(
    draft: &'a Draft<'_>,
    bank: BankId,
    handle: &AccountHandle,
) -> Result<(u64, &'a Account), Reason> {
    let (index, account) = moving_account(draft, bank, handle)?;
    if account.kind == AccountKind::Customer { Ok((index, account)) } else { Err(Reason::WrongAccountKind) }
}

/// Like [`moving_account`], for travel.
fn travel_account<'a>(
    draft: &'a Draft<'_>,
    bank: BankId,
    handle: &AccountHandle,
) -> Result<(u64, &'a Account, &'a TravelTerms), Reason> {
    let (index, account) = moving_account(draft, bank, handle)?;
    let terms = account.terms.as_deref().ok_or(Reason::WrongAccountKind)?;
    Ok((index, account, terms))
}

/// The account of a session of this bank, whose key must have signed before the session's end.
fn session_account(
    draft: &Draft<'_>,
    session: &SessionId,
    bank: BankId,
    by: &[TxSignature],
    created_at: TimestampMs,
) -> Result<AccountHandle, Reason> {
    draft.base.bank(bank)?;
    let session = draft.session(session).ok_or(Reason::UnknownSession)?;
    if session.home_bank != bank {
        return Err(Reason::WrongHomeBank);
    }
    signed_with(&session.key, by)?;
    if created_at >= session.expires_at { Err(Reason::SessionExpired) } else { Ok(session.account) }
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
