//! Court orders, for whoever reads them at a bank: auditors, judges' clerks, regulators.
//!
//! ```text
//!   judge, offline --signed order--> judges' clerk --submit--> the ledger's rules --> pool --> the banks
//!                                                                                               |
//!   judge, offline <--sealed answer-- judges' clerk <--execute-- both halves are on the chain <-'
//! ```
//!
//! The bank's node sees no key of a judge and no identity: what enters is signed, what leaves is sealed to
//! the order's answer key. Everything else that is told here is public on the chain, and names no person.
//! Rooms: `judges`, `orders` (submit, look), `awaited` (what an order still needs), `execute`, `trail`.

mod awaited;
pub(super) mod execute;
pub(super) mod judges;
pub(super) mod orders;
pub(super) mod trail;

use super::body::Field;
use super::error::{ApiError, Code};
use super::history::bad_query;
use super::route::Call;
use crate::context::Context;
use crate::deps::{Answer, QueryError};
use crate::methods::submit::{decode, submitted};
use idx_client::encoding::{Bytes, Time};
use idx_types::{Height, OrderId, Transaction, TxId};

/// A signed transaction as the command line prints it.
pub(crate) struct SignedHex(pub Transaction);

impl Field for SignedHex {
    const RULE: &'static str = "a signed transaction in borsh: 0x and lower-case hex digits";
    const SCHEMA: &'static str = r#"{"type":"string","pattern":"^0x([0-9a-f]{2})+$"}"#;

    fn read(json: &str) -> Option<Self> {
        let bytes: Bytes = serde_json::from_str(json).ok()?;
        decode(&bytes.0).ok().map(Self)
    }
}

/// The order that the path names.
fn order_of(call: &Call) -> Result<OrderId, ApiError> {
    let text = call.path.first().map(String::as_str).unwrap_or_default();
    let id = super::fields::transfer_id(text).ok_or(Code::NotFound)?;
    Ok(OrderId(id.0))
}

/// Hands a transaction in that the ledger would take now; what it would not take reaches no pool.
async fn hand_in(call: &Call, tx: Transaction) -> Result<TxId, ApiError> {
    let submit = &call.rest.context.deps.submit;
    let (_, said) = submit.simulate(tx.clone()).await?;
    said.map_err(|reason| ApiError::from(crate::deps::Refusal::from(reason)))?;
    Ok(submitted(&call.rest.context, tx).await?)
}

/// When a height was mined; `None` if this node keeps it no more.
fn time_of(context: &Context, height: Height) -> Answer<Option<Time>> {
    match context.deps.queries.certified(height) {
        Ok(found) => Ok(found.map(|found| found.public.header.timestamp.into())),
        Err(QueryError::NotKept(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A value of the query that is read by its rule.
fn query_as<T: std::str::FromStr>(call: &Call, name: &'static str) -> Result<Option<T>, ApiError> {
    let read = |text: &str| text.parse().map_err(|_| bad_query(name));
    call.query_text(name).map(read).transpose()
}

/// A whole number of the query.
fn query_number(call: &Call, name: &'static str) -> Result<Option<u64>, ApiError> {
    let read = |text: &str| super::fields::whole(text).ok_or_else(|| bad_query(name));
    call.query_text(name).map(read).transpose()
}
