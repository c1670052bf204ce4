//! What this bank shows to the judge and the custodians of an active order: the transactions with the
//! sealed envelopes that the order covers, whole, sealed to who asks.
//!
//! Nobody has to prove who he is: an answer is of use only to the holder of the key that the ledger has
//! for that reader. What the reader checks is said in [`idx_client::OrderFile`].

use super::Queries;
use super::chain::failed;
use crate::engine::clock;
use crate::keys;
use idx_api::{Answer, QueryError};
use idx_chain::{Deed, Order, OrderStatus, State};
use idx_client::encoding::Hex;
use idx_client::views::{OrderFileView, ReaderView};
use idx_client::{ORDER_FILE_MAX, OrderFile, Shown};
use idx_crypto::HpkePublic;
use idx_storage::Store;
use idx_storage::store::{Cursor, Order as Direction, PageQuery, Subject};
use idx_types::tx::OrderTarget;
use idx_types::{AccountHandle, Height, NetworkDay, OrderId, Outcome, Reason, Transaction, TxId, TxKind};

/// Entries of one page when an opening is looked for.
const PAGE: usize = 64;

/// Most pages; the opening is the first that settled, and few fail before it.
const PAGES_MAX: usize = 16;

/// What the state says of an order and its reader.
struct Asked {
    order: Order,
    as_of: Height,
    day: NetworkDay,
    to: HpkePublic,
}

/// Seals to a reader what an active order is about.
pub(super) fn of(queries: &Queries, order: OrderId, reader: ReaderView) -> Answer<OrderFileView> {
    let asked = queries.ask(move |replica| asked(replica.state(), order, reader))?;
    let Asked { order, as_of, day, to } = asked.map_err(QueryError::Refused)?;
    let file = OrderFile { shown: shown(&queries.store, &order)? };
    let seed = keys::random().map_err(|error| QueryError::Failed(error.to_string()))?;
    let sealed = file.seal(&to, order.id, &seed);
    Ok(OrderFileView { order: Hex(order.id), as_of, day, to: Hex(to), sealed })
}

fn asked(state: &State, id: OrderId, reader: ReaderView) -> Result<Asked, Reason> {
    let order = state.orders().get(&id).ok_or(Reason::UnknownOrder)?;
    check_active(order)?;
    let (tip, escrow) = (state.tip(), state.escrow());
    let day = NetworkDay::of(tip.timestamp);
    let to = match reader {
        ReaderView::Judge => order.asked.answer_key,
        ReaderView::Company => *escrow.company.day_keys.get(&day).ok_or(Reason::BadDayKeys)?,
        ReaderView::Regulator(place) => {
            escrow.regulators.get(usize::from(place)).ok_or(Reason::UnknownHolder)?.hpke_key
        }
    };
    Ok(Asked { order: order.clone(), as_of: tip.height, day, to })
}

/// Between blocks this node's clock counts as well: nothing is shown after the last millisecond.
fn check_active(order: &Order) -> Result<(), Reason> {
    match order.status() {
        OrderStatus::Active if clock() <= order.asked.expires_at => Ok(()),
        OrderStatus::Active | OrderStatus::Expired => Err(Reason::OrderExpired),
        OrderStatus::Released => Err(Reason::OrderReleased),
        OrderStatus::Revoked => Err(Reason::OrderRevoked),
    }
}

fn shown(store: &Store, order: &Order) -> Answer<Vec<Shown>> {
    let mut shown = Vec::new();
    if let OrderTarget::Party(party) = &order.asked.target {
        shown.extend(by_id(store, party.tx)?);
    }
    if let Some(session) = order.asked.target.session() {
        let opens = |kind: &TxKind| matches!(kind, TxKind::OpenSession(open) if open.session == session);
        shown.extend(first(store, Subject::Session(session), opens)?);
    }
    for (answer, accounts) in answers(order) {
        shown.extend(by_id(store, answer)?);
        for handle in accounts {
            shown.extend(opening_of(store, handle)?);
        }
    }
    for share in shares(order) {
        shown.extend(by_id(store, share)?);
    }
    shown.sort_by_key(|one| one.height);
    shown.truncate(ORDER_FILE_MAX);
    Ok(shown)
}

/// The answers of home banks, with the accounts that each names.
fn answers(order: &Order) -> impl Iterator<Item = (TxId, Vec<AccountHandle>)> + '_ {
    order.story().filter_map(|step| match (&step.deed, step.tx) {
        (Deed::Answered { accounts, .. }, Some(tx)) => Some((tx, accounts.iter().copied().collect())),
        _ => None,
    })
}

fn shares(order: &Order) -> impl Iterator<Item = TxId> + '_ {
    order.story().filter(|step| matches!(step.deed, Deed::Shared { .. })).filter_map(|step| step.tx)
}

fn opening_of(store: &Store, account: AccountHandle) -> Answer<Option<Shown>> {
    let opens = |kind: &TxKind| match kind {
        TxKind::OpenAccount(open) => open.handle.shown() == Ok(&account),
        TxKind::OpenTravel(open) => open.handle.shown() == Ok(&account),
        _ => false,
    };
    first(store, Subject::Account(account), opens)
}

fn by_id(store: &Store, id: TxId) -> Answer<Option<Shown>> {
    let found = store.tx(&id).map_err(failed)?;
    Ok(found.map(|(place, tx)| Shown { height: place.height, tx }))
}

/// The first transaction of a subject that took effect and is of this kind.
fn first(store: &Store, subject: Subject, wanted: impl Fn(&TxKind) -> bool) -> Answer<Option<Shown>> {
    let mut after = None;
    for _ in 0..PAGES_MAX {
        let query = PageQuery { after, order: Direction::OldestFirst, limit: PAGE };
        let page = store.txs(subject, &query).map_err(failed)?;
        for entry in &page.entries {
            if let Some(tx) = completed(store, entry)?.filter(|tx| wanted(&tx.body.kind)) {
                return Ok(Some(Shown { height: entry.height, tx }));
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(None)
}

fn completed(store: &Store, at: &Cursor) -> Answer<Option<Transaction>> {
    let Some(tx) = store.tx_at(at.height, at.index).map_err(failed)? else { return Ok(None) };
    let place = store.tx_place(&tx.id()).map_err(failed)?;
    let took_effect = place.is_some_and(|place| {
        (place.height, place.index) == (at.height, at.index) && place.outcome == Outcome::Completed
    });
    Ok(took_effect.then_some(tx))
}
