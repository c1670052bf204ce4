//! A transaction with what is needed of it again and again, worked out once.

use crate::ids::{TxHash, TxId};
use crate::planted::{self, Bug};
use crate::tx::Transaction;
use idx_crypto::Verifier;
use std::sync::Arc;

/// A transaction, its names, its length, and whether its signatures verify. Cheap to clone.
///
/// A node verifies a transaction once, when it first sees it; pool, block and ledger pass this on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PreparedTx {
    /// The transaction itself.
    pub tx: Arc<Transaction>,
    /// Digest of its body.
    pub id: TxId,
    /// Digest of all of it.
    pub hash: TxHash,
    /// Its encoded length in bytes.
    pub len: usize,
    signatures_hold: bool,
}

impl PreparedTx {
    /// Computes names and length and checks every signature against the key beside it.
    pub fn verify(tx: Transaction, verifier: &dyn Verifier) -> Self {
        let names = tx.names();
        let holds = tx.signatures.len() == tx.body.kind.signatures_needed()
            && tx.check_signatures_over(names.0, verifier).is_ok();
        Self::named(tx, names, holds)
    }

    /// For a transaction this node verified before (its own log) or made itself: the caller vouches.
    pub fn vouch(tx: Transaction) -> Self {
        Self::recall(tx, true)
    }

    /// A transaction read back from this node's own journal, with what was found about it then.
    pub fn recall(tx: Transaction, signatures_hold: bool) -> Self {
        let names = tx.names();
        Self::named(tx, names, signatures_hold)
    }

    fn named(tx: Transaction, (id, hash): (TxId, TxHash), signatures_hold: bool) -> Self {
        let len = borsh::object_length(&tx).expect("measuring borsh cannot fail");
        Self { id, hash, len, signatures_hold, tx: Arc::new(tx) }
    }

    /// Whether the number of signatures is right and each verifies. Says nothing about whether the
    /// keys are those that the ledger asks for.
    pub fn signatures_hold(&self) -> bool {
        self.signatures_hold || planted::has(Bug::SignaturesUnchecked)
    }
}
