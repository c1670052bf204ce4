//! Transactions, what became of them, and the proof of it.

use super::kind::TxKindView;
use super::{BankNames, BankTag, OutcomeView, ReasonView, VerdictView};
use crate::encoding::{Bytes, Hex, Nonce, Time};
use idx_crypto::{Hash32, Proof, PublicKey, Signature, leaf_hash, proof_of};
use idx_types::wire::CertifiedHeight;
use idx_types::{Height, Outcome, PrivateHash, PublicHash, Transaction, TxHash, TxId};
use serde::{Deserialize, Serialize};

/// A transaction as it was signed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TransactionView {
    /// What it says: the digest of its body.
    pub id: Hex<TxId>,
    /// These exact bytes: the digest of body and signatures.
    pub hash: Hex<TxHash>,
    /// Format version.
    pub version: u16,
    /// The network.
    pub chain_id: Hex<Hash32>,
    /// When it was made.
    pub created_at: Time,
    /// Until when it may settle.
    pub valid_until: Time,
    /// Tells apart two transactions that say the same thing.
    pub nonce: Nonce,
    /// What it asks; its `kind` is the stable name of the kind.
    pub body: TxKindView,
    /// The banks that must approve.
    pub involved: Vec<BankTag>,
    /// In the order that the kind names its signers.
    pub signatures: Vec<SignatureView>,
    /// Its borsh bytes, as `idx_sendRawTransaction` takes them.
    pub raw: Bytes,
}

/// A signature with its key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SignatureView {
    /// Who signed.
    pub key: Hex<PublicKey>,
    /// Over the id.
    pub signature: Hex<Signature>,
}

impl TransactionView {
    /// The view of a transaction.
    pub fn new(tx: &Transaction, names: &dyn BankNames) -> Self {
        let signatures = tx.signatures.iter();
        Self {
            id: Hex(tx.id()),
            hash: Hex(tx.hash()),
            version: tx.body.version,
            chain_id: Hex(tx.body.chain_id.0),
            created_at: tx.body.created_at.into(),
            valid_until: tx.body.valid_until.into(),
            nonce: Nonce(tx.body.nonce),
            body: TxKindView::new(&tx.body.kind, names),
            involved: tx.body.kind.involved_banks().iter().map(|bank| names.tag(bank)).collect(),
            signatures: signatures
                .map(|s| SignatureView { key: Hex(s.key), signature: Hex(s.signature) })
                .collect(),
            raw: Bytes::of(&tx.redacted()),
        }
    }
}

/// Where a transaction stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TxStatus {
    /// It waits to be ordered, or was put back because a bank was silent.
    Pending,
    /// It took effect.
    Completed,
    /// It will never take effect.
    Failed,
}

/// What became of a transaction. Once the status is not `pending` nothing in it ever changes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReceiptView {
    /// What it says.
    pub id: Hex<TxId>,
    /// Its exact bytes.
    pub hash: Hex<TxHash>,
    /// Where it stands.
    pub status: TxStatus,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonView>,
    /// The height at which it became final.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<Height>,
    /// Its place in the block, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    /// The mined block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<Hex<PublicHash>>,
    /// The private block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_hash: Option<Hex<PrivateHash>>,
    /// The banks that had to approve.
    pub involved: Vec<BankTag>,
    /// What each bank said, by bank number; empty while pending.
    pub verdicts: Vec<BankVerdictView>,
    /// Timestamp of the block that made it final, by the miner's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_at: Option<Time>,
}

/// One bank's word on one transaction.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BankVerdictView {
    /// The bank.
    pub bank: BankTag,
    /// What it said.
    pub verdict: VerdictView,
}

impl ReceiptView {
    /// The receipt of a transaction that is not final.
    pub fn pending(tx: &Transaction, names: &dyn BankNames) -> Self {
        Self {
            id: Hex(tx.id()),
            hash: Hex(tx.hash()),
            status: TxStatus::Pending,
            reason: None,
            height: None,
            index: None,
            block: None,
            private_hash: None,
            involved: tx.body.kind.involved_banks().iter().map(|bank| names.tag(bank)).collect(),
            verdicts: Vec::new(),
            final_at: None,
        }
    }

    /// This receipt with the outcome of a block. A deferred transaction stays pending and keeps the
    /// verdicts, so that one sees who was silent.
    #[must_use]
    pub fn with_outcome(mut self, outcome: Outcome, verdicts: Vec<BankVerdictView>) -> Self {
        (self.status, self.reason) = match outcome {
            Outcome::Completed => (TxStatus::Completed, None),
            Outcome::Failed(reason) => (TxStatus::Failed, Some(reason.into())),
            Outcome::Deferred => (TxStatus::Pending, None),
        };
        self.verdicts = verdicts;
        self
    }

    /// The receipt of the transaction at `index` of a final height; `None` if there is no such one.
    pub fn of_height(height: &CertifiedHeight, index: usize, names: &dyn BankNames) -> Option<Self> {
        let tx = height.public.transactions.get(index)?;
        let outcome = *height.private.outcomes.get(index)?;
        let said = height.private.certificate.verdicts.iter().filter_map(|signed| {
            let verdict = VerdictView(*signed.message.verdicts.get(index)?);
            Some(BankVerdictView { bank: names.tag(signed.message.bank), verdict })
        });
        let receipt = Self::pending(tx, names).with_outcome(outcome, said.collect());
        if !outcome.is_final() {
            return Some(receipt);
        }
        Some(Self {
            height: Some(height.height()),
            index: u32::try_from(index).ok(),
            block: Some(Hex(height.private.header.public_hash)),
            private_hash: Some(Hex(height.commit.value)),
            final_at: Some(height.public.header.timestamp.into()),
            ..receipt
        })
    }

    /// Whether nothing in it will change any more.
    pub const fn is_final(&self) -> bool {
        !matches!(self.status, TxStatus::Pending)
    }
}

/// The answer for one entry of `idx_sendRawTransactions`: the id, or why it was refused.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendResultView {
    /// It is in the pool.
    Accepted(Hex<TxId>),
    /// It is not.
    Refused {
        /// Why.
        reason: ReasonView,
        /// What exactly is wrong, where there is more to say.
        detail: String,
        /// Whether the same bytes may be accepted later.
        retriable: bool,
    },
}

/// What would become of a transaction if it were alone in the next block and every bank approved it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SimulationView {
    /// What it says.
    pub id: Hex<TxId>,
    /// `completed` or `failed`.
    pub status: TxStatus,
    /// Why it would fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonView>,
    /// Whether the same bytes may succeed later.
    pub retriable: bool,
    /// The banks that would have to approve.
    pub involved: Vec<BankTag>,
    /// The newest final height, on which this was tried.
    pub as_of: Height,
}

/// Everything that proves what became of a transaction to someone who knows only the network and its
/// banks; [`crate::verify`] checks it. Bytes are borsh.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TransactionProofView {
    /// The height.
    pub height: Height,
    /// The transaction.
    pub transaction: Bytes,
    /// The path from it to the header's `tx_root`.
    pub path: Proof,
    /// The mined header.
    pub header: Bytes,
    /// The private header.
    pub private_header: Bytes,
    /// All outcomes of the block: their digest is in the private header.
    pub outcomes: Bytes,
    /// The precommits over the private header.
    pub commit_certificate: Bytes,
    /// For the eye: what the proof proves.
    pub outcome: OutcomeView,
}

impl TransactionProofView {
    /// The proof, in public form, for the transaction at `index` of a final height; `None` if there is no such one.
    /// Hashes all transactions of the block.
    pub fn of_height(height: &CertifiedHeight, index: usize) -> Option<Self> {
        let transactions = &height.public.transactions;
        let leaves: Vec<_> = transactions.iter().map(|tx| leaf_hash(&tx.hash().0)).collect();
        Some(Self {
            height: height.height(),
            transaction: Bytes::of(&transactions.get(index)?.redacted()),
            path: proof_of(&leaves, index as u64)?,
            header: Bytes::of(&height.public.header),
            private_header: Bytes::of(&height.private.header),
            outcomes: Bytes::of(&height.private.outcomes),
            commit_certificate: Bytes::of(&height.commit),
            outcome: OutcomeView(*height.private.outcomes.get(index)?),
        })
    }
}
