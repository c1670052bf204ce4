//! Tests of the pool, and what they share.

mod model;
mod tables;

use crate::pool::{Pool, PoolLimits};
use idx_crypto::{PublicKey, Signature};
use idx_types::testing::{self, chain_id};
use idx_types::tx::{Ballot, TX_VERSION};
use idx_types::{
    AccountHandle, BankId, Paise, PreparedTx, Reason, SessionId, TimestampMs, Transaction, TxBody, TxId,
    TxKind, TxSignature,
};

pub(super) const HDFC: BankId = BankId(0);
pub(super) const ICICI: BankId = BankId(1);
pub(super) const SBI: BankId = BankId(2);

/// Far more than any test needs.
pub(super) const ROOMY: PoolLimits =
    PoolLimits { transactions_max: 1_000, bytes_max: 1 << 20, per_bank_max: 1_000 };

pub(super) fn transfer(from_bank: BankId, to_bank: BankId) -> TxKind {
    let (from, to) = (SessionId([1; 32]), SessionId([2; 32]));
    TxKind::Transfer(testing::transfer((from, from_bank), (to, to_bank), Paise(100), Paise(2)))
}

pub(super) fn deposit(bank: BankId) -> TxKind {
    TxKind::Deposit(testing::cash(bank, AccountHandle([1; 32]), Paise(100)))
}

pub(super) fn ballot(bank: BankId) -> TxKind {
    TxKind::Ballot(Ballot { bank, proposal: TxId([3; 32]), approve: true })
}

/// A transaction that is valid until the given time, with a number of made-up signatures.
pub(super) fn raw(kind: TxKind, nonce: u64, valid_until: u64, signatures: usize) -> Transaction {
    let (created_at, valid_until) = (TimestampMs(0), TimestampMs(valid_until));
    let body = TxBody { version: TX_VERSION, chain_id: chain_id(), created_at, valid_until, nonce, kind };
    let signature = TxSignature { key: PublicKey([1; 32]), signature: Signature([1; 64]) };
    Transaction { body, signatures: vec![signature; signatures] }
}

/// The same, taken as verified.
pub(super) fn tx(kind: TxKind, nonce: u64, valid_until: u64) -> PreparedTx {
    PreparedTx::vouch(raw(kind, nonce, valid_until, 1))
}

pub(super) fn nobody(_: BankId) -> bool {
    false
}

/// A pool without tight limits that holds these.
pub(super) fn pool_of(txs: &[PreparedTx]) -> Pool {
    let mut pool = Pool::new(ROOMY);
    for tx in txs {
        assert_eq!(pool.insert(tx.clone()), Ok(()));
    }
    pool
}
