//! From what a judge knows (a payment and its side, a session, a person) to what an order names.

use super::JudgeError;
use crate::doors::Doors;
use idx_client::views::TransactionView;
use idx_crypto::HpkePublic;
use idx_genesis::SoundGenesis;
use idx_types::tx::{ORDER_BANKS_MAX, OrderTarget, Party, PartySought, PersonSought};
use idx_types::{BankCode, BankId, Idx, SessionId, Transaction, TxId, TxKind};
use std::collections::BTreeMap;

/// Whose identity a judge wants to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TargetWish {
    /// A side of a transfer.
    Party {
        /// The transfer.
        tx: TxId,
        /// The side.
        party: Party,
    },
    /// A session.
    Session(SessionId),
    /// A person.
    Person(PersonWish),
}

/// A person, and the banks that are asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonWish {
    /// Who.
    pub idx: Idx,
    /// The banks; all of genesis if there are none.
    pub banks: Vec<BankCode>,
}

/// A transaction by its id, as signed: other bytes have another id.
async fn transaction(doors: &Doors, id: TxId) -> Result<Option<Transaction>, JudgeError> {
    let found = doors.any(|door| door.transaction(id)).await?;
    let read = |view: TransactionView| borsh::from_slice::<Transaction>(&view.raw.0).ok();
    Ok(found.and_then(read).filter(|tx| tx.id() == id))
}

/// A side of a transfer. That the session stands there, home bank and custodians check by themselves.
pub(super) async fn party(doors: &Doors, id: TxId, party: Party) -> Result<OrderTarget, JudgeError> {
    let tx = transaction(doors, id).await?.ok_or(JudgeError::NoTransfer(id))?;
    let (session, bank) = side(&tx.body.kind, party).ok_or(JudgeError::NoTransfer(id))?;
    Ok(OrderTarget::Party(PartySought { tx: id, party, session, bank }))
}

/// Session and home bank at a side of a transfer; the receiver's once there is one.
pub fn side(kind: &TxKind, party: Party) -> Option<(SessionId, BankId)> {
    match (kind, party) {
        (TxKind::Transfer(transfer), Party::Sender) => Some((transfer.from, transfer.from_bank)),
        (TxKind::Transfer(transfer), Party::Receiver) => {
            transfer.accepted.as_ref().map(|accepted| (accepted.to, accepted.to_bank))
        }
        _ => None,
    }
}

/// A session with the bank that opened it.
pub(super) async fn session(doors: &Doors, session: SessionId) -> Result<OrderTarget, JudgeError> {
    let page = doors.any(|door| door.session_transactions(session, None)).await?;
    for id in page.items {
        if let Some(Transaction { body, .. }) = transaction(doors, id.0).await?
            && let TxKind::OpenSession(open) = &body.kind
            && open.session == session
        {
            return Ok(OrderTarget::Session { session, bank: open.bank });
        }
    }
    Err(JudgeError::NoSession)
}

/// A person, sealed to each bank that is asked. The banks' keys are those of genesis: a node's word for
/// one would be enough to learn whom the judge seeks.
pub(super) fn person(
    wish: &PersonWish,
    genesis: &SoundGenesis,
    blind: &[u8; 32],
    seed: &[u8; 32],
) -> Result<OrderTarget, JudgeError> {
    let all = || genesis.body().banks.iter().map(|entry| entry.code.clone()).collect();
    let codes = if wish.banks.is_empty() { all() } else { wish.banks.clone() };
    if codes.len() > ORDER_BANKS_MAX {
        return Err(JudgeError::Unsound("an order asks at most 8 banks: name them, or make two orders"));
    }
    let keys = codes.iter().map(|code| key_of(genesis, code)).collect::<Result<BTreeMap<_, _>, _>>()?;
    Ok(OrderTarget::Person(PersonSought::new(wish.idx, &keys, blind, seed)))
}

fn key_of(genesis: &SoundGenesis, code: &BankCode) -> Result<(BankId, HpkePublic), JudgeError> {
    let no_bank = || JudgeError::NoBank(code.to_string());
    let (id, entry) = genesis.bank(code.as_str()).ok_or_else(no_bank)?;
    Ok((id, HpkePublic::new(entry.hpke_key.0).map_err(|_| no_bank())?))
}
