//! What the operator's clerks ask of the desk, for customers who stand before them.

use super::params::params;
use super::{Arguments, Pending};
use crate::context::Context;
use crate::error::RpcError;
use crate::jsonrpc::Json;
use crate::rest;
use crate::teller::{AccountStanding, Teller};
use idx_bank::desk::{Answer, Ask, Counter, Recipient, Refusal};
use idx_bank::vault::{BankAccount, Credential, Incoming, Outgoing, Status};
use idx_bank::{AccountNumber, BadInput};
use idx_client::encoding::{Hex, Time};
use idx_client::views::{
    ContactView, CustomerTransferView, Direction, OpeningView, StandingState, StandingView,
};
use idx_types::tx::Transfer;
use idx_types::{AccountHandle, Idx, Paise, TimestampMs, Transaction, TxId, TxKind};
use serde::{Serialize, de::DeserializeOwned};
use std::cmp::Reverse;
use std::future::Future;
use std::sync::Arc;

params! {
    /// Who becomes a customer.
    NewCustomer { pan_card: String, rbi_number: String, full_name: String }
    /// A customer.
    OfCustomer { idx: Idx }
    /// An account that a customer shall have; the bank makes a number if none is given.
    NewAccount { idx: Idx, number: Option<String> }
    /// Cash for an account.
    CashFor { number: String, amount: Paise }
    /// A freeze of an account.
    FreezeOf { number: String, reason: u16 }
    /// An account.
    OfNumber { number: String }
    /// A contact of a customer.
    NewContact { idx: Idx, nickname: String, contact: Idx }
    /// The name of a contact.
    OfContact { idx: Idx, nickname: String }
    /// A payment, to a contact or to an IDX.
    Payment {
        idx: Idx,
        number: String,
        amount: Paise,
        nickname: Option<String>,
        to: Option<Idx>,
        valid_for_ms: Option<u64>,
    }
    /// A transfer that a customer receives, and the account he chooses.
    Choice { idx: Idx, id: Hex<TxId>, number: String }
    /// A transfer of a customer.
    OfTransfer { idx: Idx, id: Hex<TxId> }
}

/// Runs a method over the desk.
pub(super) fn with<P, R, F>(
    context: Arc<Context>,
    arguments: Arguments,
    method: fn(Arc<Context>, Arc<dyn Teller>, P) -> F,
) -> Pending
where
    P: DeserializeOwned + Send + 'static,
    R: Serialize + 'static,
    F: Future<Output = Result<R, RpcError>> + Send + 'static,
{
    Box::pin(async move {
        let params = arguments.read_unrepeated()?;
        let teller = context.deps.teller.clone();
        let teller = teller.ok_or_else(|| RpcError::desk(Refusal::VaultUnavailable))?;
        let answer: R = method(Arc::clone(&context), teller, params).await?;
        let json: Json = context.json(&answer)?;
        Ok(json)
    })
}

impl RpcError {
    fn input(bad: BadInput) -> Self {
        Self::params(bad)
    }
}

async fn ask(teller: &Arc<dyn Teller>, ask: Ask) -> Result<Answer, RpcError> {
    teller.ask(ask).await.map_err(RpcError::desk)
}

/// The transaction or transfer that an answer names.
async fn ask_id(teller: &Arc<dyn Teller>, what: Ask) -> Result<Hex<TxId>, RpcError> {
    match ask(teller, what).await? {
        Answer::Sent(id) | Answer::Done(id) | Answer::Submitted(id) => Ok(Hex(id)),
        Answer::SignIntent(_) | Answer::SignDigest(_) | Answer::SignAcceptance(..) => {
            Err(RpcError::desk(Refusal::SignatureNeeded))
        }
        _ => Err(RpcError::busy("the desk gave another answer")),
    }
}

/// The account with this number.
pub(super) async fn account_of(
    context: &Arc<Context>,
    teller: &Arc<dyn Teller>,
    number: &str,
) -> Result<BankAccount, RpcError> {
    let (number, teller): (AccountNumber, _) = (number.parse().map_err(RpcError::input)?, teller.clone());
    let found = Arc::clone(context).read(move |_| Ok(teller.account_of(&number)?)).await?;
    found.ok_or_else(|| RpcError::desk(Refusal::UnknownAccount))
}

/// Its name on the ledger.
async fn handle_of(
    context: &Arc<Context>,
    teller: &Arc<dyn Teller>,
    number: &str,
) -> Result<AccountHandle, RpcError> {
    Ok(account_of(context, teller, number).await?.handle)
}

pub(super) async fn register(
    _: Arc<Context>,
    teller: Arc<dyn Teller>,
    new: NewCustomer,
) -> Result<Idx, RpcError> {
    let pan = new.pan_card.parse().map_err(RpcError::input)?;
    let rbi = new.rbi_number.parse().map_err(RpcError::input)?;
    let name = new.full_name.parse().map_err(RpcError::input)?;
    let identity = teller.identify(pan, rbi).await.map_err(RpcError::desk)?;
    let idx = *identity.idx();
    let (name, is_listed) = rest::screened(&teller, name).await.map_err(RpcError::desk)?;
    ask(&teller, Ask::Register { identity, name, credential: Credential::Unset, is_listed }).await?;
    Ok(idx)
}

pub(super) async fn open_account(
    context: Arc<Context>,
    teller: Arc<dyn Teller>,
    new: NewAccount,
) -> Result<OpeningView, RpcError> {
    let number: AccountNumber = match new.number {
        Some(number) => number.parse().map_err(RpcError::input)?,
        None => {
            let teller = teller.clone();
            context.read(move |_| Ok(teller.new_number()?)).await?
        }
    };
    match ask(&teller, Ask::OpenAccount { owner: new.idx, number: number.clone() }).await? {
        Answer::AccountOpening { handle, tx } => {
            Ok(OpeningView { number: number.expose().to_owned(), handle: Hex(handle), tx: Hex(tx) })
        }
        _ => Err(RpcError::busy("the desk gave another answer")),
    }
}

async fn counter(
    context: Arc<Context>,
    teller: Arc<dyn Teller>,
    number: String,
    what: Counter,
) -> Result<Hex<TxId>, RpcError> {
    let account = handle_of(&context, &teller, &number).await?;
    ask_id(&teller, Ask::Counter { account, what }).await
}

pub(super) async fn deposit(
    context: Arc<Context>,
    teller: Arc<dyn Teller>,
    cash: CashFor,
) -> Result<Hex<TxId>, RpcError> {
    counter(context, teller, cash.number, Counter::Deposit(cash.amount)).await
}

pub(super) async fn withdraw(
    context: Arc<Context>,
    teller: Arc<dyn Teller>,
    cash: CashFor,
) -> Result<Hex<TxId>, RpcError> {
    counter(context, teller, cash.number, Counter::Withdraw(cash.amount)).await
}

pub(super) async fn freeze(
    context: Arc<Context>,
    teller: Arc<dyn Teller>,
    freeze: FreezeOf,
) -> Result<Hex<TxId>, RpcError> {
    counter(context, teller, freeze.number, Counter::Freeze(freeze.reason)).await
}

pub(super) async fn unfreeze(
    context: Arc<Context>,
    teller: Arc<dyn Teller>,
    account: OfNumber,
) -> Result<Hex<TxId>, RpcError> {
    counter(context, teller, account.number, Counter::Unfreeze).await
}

pub(super) async fn accounts(
    context: Arc<Context>,
    teller: Arc<dyn Teller>,
    of: OfCustomer,
) -> Result<Vec<StandingView>, RpcError> {
    let standings = context.read(move |_| Ok(teller.accounts(&of.idx)?)).await?;
    Ok(standings.iter().map(standing_view).collect())
}

pub(super) async fn add_contact(
    _: Arc<Context>,
    teller: Arc<dyn Teller>,
    new: NewContact,
) -> Result<bool, RpcError> {
    let nickname = new.nickname.parse().map_err(RpcError::input)?;
    ask(&teller, Ask::AddContact { owner: new.idx, nickname, idx: new.contact }).await?;
    Ok(true)
}

pub(super) async fn remove_contact(
    _: Arc<Context>,
    teller: Arc<dyn Teller>,
    of: OfContact,
) -> Result<bool, RpcError> {
    let nickname = of.nickname.parse().map_err(RpcError::input)?;
    ask(&teller, Ask::RemoveContact { owner: of.idx, nickname }).await?;
    Ok(true)
}

pub(super) async fn contacts(
    context: Arc<Context>,
    teller: Arc<dyn Teller>,
    of: OfCustomer,
) -> Result<Vec<ContactView>, RpcError> {
    let contacts = context.read(move |_| Ok(teller.contacts(&of.idx)?)).await?;
    let view = |contact: &idx_bank::vault::Contact| ContactView {
        nickname: contact.nickname.expose().to_owned(),
        idx: contact.idx,
    };
    Ok(contacts.iter().map(view).collect())
}

pub(super) async fn send(
    context: Arc<Context>,
    teller: Arc<dyn Teller>,
    payment: Payment,
) -> Result<Hex<TxId>, RpcError> {
    let to = match (payment.nickname, payment.to) {
        (Some(nickname), None) => Recipient::Contact(nickname.parse().map_err(RpcError::input)?),
        (None, Some(idx)) => Recipient::Idx(idx),
        _ => return Err(RpcError::params("give either nickname or to")),
    };
    let account = handle_of(&context, &teller, &payment.number).await?;
    let Payment { idx: sender, amount, valid_for_ms: life_ms, .. } = payment;
    ask_id(&teller, Ask::Send { sender, account, to, amount, life_ms, memo: None }).await
}

pub(super) async fn accept(
    context: Arc<Context>,
    teller: Arc<dyn Teller>,
    choice: Choice,
) -> Result<Hex<TxId>, RpcError> {
    let account = handle_of(&context, &teller, &choice.number).await?;
    ask_id(&teller, Ask::Accept { receiver: choice.idx, id: choice.id.0, account, signature: None }).await
}

pub(super) async fn reject(
    _: Arc<Context>,
    teller: Arc<dyn Teller>,
    of: OfTransfer,
) -> Result<Hex<TxId>, RpcError> {
    ask_id(&teller, Ask::Reject { receiver: of.idx, id: of.id.0 }).await
}

pub(super) async fn cancel(
    _: Arc<Context>,
    teller: Arc<dyn Teller>,
    of: OfTransfer,
) -> Result<Hex<TxId>, RpcError> {
    ask_id(&teller, Ask::Cancel { sender: of.idx, id: of.id.0, signature: None }).await
}

pub(super) async fn transfers(
    context: Arc<Context>,
    teller: Arc<dyn Teller>,
    of: OfCustomer,
) -> Result<Vec<CustomerTransferView>, RpcError> {
    context
        .read(move |_| {
            let sent = teller.sent(&of.idx)?;
            Ok(transfer_views(&sent, &teller.received(&of.idx)?))
        })
        .await
}

/// What a customer sent and was sent, newest first.
pub(super) fn transfer_views(sent: &[Outgoing], received: &[Incoming]) -> Vec<CustomerTransferView> {
    let views = sent.iter().filter_map(sent_view).chain(received.iter().filter_map(received_view));
    let mut views: Vec<CustomerTransferView> = views.collect();
    views.sort_by_key(|view| Reverse(view.history.first().map(|(_, at)| at.0)));
    views
}

fn standing_view(standing: &AccountStanding) -> StandingView {
    StandingView {
        number: standing.account.number.expose().to_owned(),
        handle: Hex(standing.account.handle),
        currency: standing.ledger.as_ref().map(|account| account.currency),
        balance: standing.ledger.as_ref().map_or(Paise::ZERO, |account| account.balance),
        held: standing.held,
        state: StandingState::of(standing.ledger.as_ref()),
    }
}

fn sent_view(sent: &Outgoing) -> Option<CustomerTransferView> {
    let view = transfer_view(&sent.intent, &sent.history)?;
    Some(CustomerTransferView { to: Some(sent.receiver), account: Some(Hex(sent.handle)), ..view })
}

fn received_view(here: &Incoming) -> Option<CustomerTransferView> {
    let view = transfer_view(&here.intent, &here.history)?;
    Some(CustomerTransferView { direction: Direction::Received, account: here.handle.map(Hex), ..view })
}

fn transfer_view(tx: &Transaction, history: &[(Status, TimestampMs)]) -> Option<CustomerTransferView> {
    let TxKind::Transfer(Transfer { from, amount, fee, .. }) = &tx.body.kind else { return None };
    let named = |(status, at): &(Status, TimestampMs)| (status.name().to_owned(), Time(*at));
    Some(CustomerTransferView {
        id: Hex(tx.id()),
        direction: Direction::Sent,
        to: None,
        from_session: *from,
        account: None,
        amount: *amount,
        fee: *fee,
        status: history.last().map(|(status, _)| status.name().to_owned()).unwrap_or_default(),
        history: history.iter().map(named).collect(),
        valid_until: Time(tx.body.valid_until),
    })
}
