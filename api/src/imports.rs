//! Payments by file: a pain.001 becomes asks of the desk, one for each transfer, and a report of each.
//!
//! ```text
//!   bytes --Initiation::read--> broken: nothing is paid, one answer with line and reason
//!              |
//!              '-> each transfer --its rules--> known before? --no--> Ask::Instruct --> accepted, or refused
//! ```

use crate::context::Context;
use crate::deps::Answer;
use crate::teller::Teller;
use futures::stream::{self, StreamExt};
use idx_bank::Nickname;
use idx_bank::desk::{Answer as Answered, Ask, Recipient, Refusal};
use idx_bank::pain001::{Broken, CreditTransfer, Initiation, LineFault, Order};
use idx_bank::vault::{BankAccount, Contact, Status};
use idx_client::encoding::Hex;
use idx_client::views::{ImportLineView, ImportState, ImportView};
use idx_types::{Idx, NetworkDay, TxId};
use std::future::Future;
use std::sync::Arc;

/// Asks of one file that wait for the desk at a time: they share its syncs.
const ASKS_MAX: usize = 32;

/// Carries a file out for an account's owner, or says what would become of it.
///
/// # Errors
/// [`Broken`] if the file as a whole is refused; nothing is paid then.
pub(crate) async fn import(
    context: &Arc<Context>,
    teller: &Arc<dyn Teller>,
    account: &BankAccount,
    bytes: &[u8],
    is_dry: bool,
) -> Result<ImportView, Broken> {
    let file = Initiation::read(bytes)?;
    let today = NetworkDay::of(teller.now());
    let order = |transfer| file.order(transfer, &account.number, today);
    let orders: Vec<Result<Order, LineFault>> = file.transfers.iter().map(order).collect();
    let plan = plan(context, teller, account.owner, orders).await;
    let steps: Vec<_> =
        plan.into_iter().map(|step| carry_out(teller.clone(), account, step, is_dry)).collect();
    let done: Vec<State> = stream::iter(steps).buffered(ASKS_MAX).collect().await;
    let lines: Vec<ImportLineView> =
        file.transfers.iter().zip(done).map(|(tx, done)| line(tx, done)).collect();
    let count = |state| lines.iter().filter(|line| line.state == state).count();
    Ok(ImportView {
        message_id: file.message_id.clone(),
        dry_run: is_dry,
        accepted: count(ImportState::Accepted),
        known: count(ImportState::Known),
        ready: count(ImportState::Ready),
        refused: count(ImportState::Refused),
        lines,
    })
}

/// What is to be done for a transfer.
enum Step {
    /// It is decided already.
    Done(State),
    /// The desk shall pay.
    Pay(Order),
}

/// What became of a transfer.
enum State {
    Accepted(TxId),
    Known(TxId, Option<Status>),
    Ready,
    Refused(&'static str, &'static str),
}

const fn refused(refusal: Refusal) -> State {
    State::Refused(refusal.code(), refusal.sentence())
}

/// Looks every order up, in one read of the vault.
async fn plan(
    context: &Arc<Context>,
    teller: &Arc<dyn Teller>,
    owner: Idx,
    orders: Vec<Result<Order, LineFault>>,
) -> Vec<Step> {
    let (count, desk) = (orders.len(), teller.clone());
    let read = Arc::clone(context).read(move |_| {
        let contacts = desk.contacts(&owner)?;
        orders.into_iter().map(|order| Ok(step(&*desk, owner, &contacts, order)?)).collect()
    });
    let unreadable = |_| (0..count).map(|_| Step::Done(refused(Refusal::VaultUnavailable))).collect();
    read.await.unwrap_or_else(unreadable)
}

fn step(
    desk: &dyn Teller,
    owner: Idx,
    contacts: &[Contact],
    order: Result<Order, LineFault>,
) -> Answer<Step> {
    let order = match order {
        Ok(order) => order,
        Err(fault) => return Ok(Step::Done(State::Refused(fault.code(), fault.sentence()))),
    };
    if let Some(known) = desk.instruction(&owner, &order.mark)? {
        let status = desk.outgoing(&known.id)?.map(|sent| sent.status());
        let is_same = known.mark == order.mark;
        let state = if is_same { State::Known(known.id, status) } else { refused(Refusal::KeyReused) };
        return Ok(Step::Done(state));
    }
    Ok(match &order.to {
        Recipient::Contact(name) if !contacts.iter().any(|known| is_named(known, name)) => {
            Step::Done(refused(Refusal::UnknownContact))
        }
        _ => Step::Pay(order),
    })
}

/// Asks the desk, in the order of the file: that is the order in which a balance is used up.
fn carry_out(
    teller: Arc<dyn Teller>,
    account: &BankAccount,
    step: Step,
    is_dry: bool,
) -> impl Future<Output = State> + Send + use<> {
    let (sender, handle) = (account.owner, account.handle);
    async move {
        let Order { to, amount, mark } = match step {
            Step::Done(state) => return state,
            Step::Pay(_) if is_dry => return State::Ready,
            Step::Pay(order) => order,
        };
        match teller.ask(Ask::Instruct { mark, sender, account: handle, to, amount }).await {
            Ok(Answered::Sent(id)) => State::Accepted(id),
            // He signs himself, and a file cannot.
            Ok(_) => refused(Refusal::SignatureNeeded),
            Err(refusal) => refused(refusal),
        }
    }
}

/// Nicknames have no case.
fn is_named(contact: &Contact, name: &Nickname) -> bool {
    contact.nickname.expose().to_lowercase() == name.expose().to_lowercase()
}

fn line(transfer: &CreditTransfer, done: State) -> ImportLineView {
    let (state, id, status, why) = match done {
        State::Accepted(id) => (ImportState::Accepted, Some(id), None, None),
        State::Known(id, status) => (ImportState::Known, Some(id), status, None),
        State::Ready => (ImportState::Ready, None, None, None),
        State::Refused(code, sentence) => (ImportState::Refused, None, None, Some((code, sentence))),
    };
    ImportLineView {
        number: transfer.number,
        line: transfer.line,
        end_to_end_id: transfer.end_to_end_id.clone(),
        amount: transfer.amount.clone().unwrap_or_default(),
        state,
        tx: id.map(Hex),
        status: status.map(|status| status.name().to_owned()),
        code: why.map(|(code, _)| code.to_owned()),
        message: why.map(|(_, sentence)| sentence.to_owned()),
    }
}
