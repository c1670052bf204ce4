//! Blocks, their headers, verdicts and certificates.

use super::tx::TransactionView;
use super::{BankNames, BankTag, OutcomeView, VerdictView};
use crate::encoding::{Bytes, Hex, Nonce, Time};
use idx_crypto::{Hash32, Signature};
use idx_types::wire::CertifiedHeight;
use idx_types::{
    BankId, CommitCertificate, Height, PrivateHash, PrivateHeader, PublicHash, PublicHeader, Round, TxHash,
    TxId, ValidatorSet,
};
use serde::{Deserialize, Serialize};

/// The mined header of a height.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HeaderView {
    /// Its digest, which carries the proof of work.
    pub hash: Hex<PublicHash>,
    /// Format version.
    pub version: u16,
    /// The network.
    pub chain_id: Hex<Hash32>,
    /// Its number.
    pub height: Height,
    /// The round in which it was mined.
    pub round: Round,
    /// Who mined it.
    pub miner: BankTag,
    /// The public block before.
    pub parent_public: Hex<PublicHash>,
    /// The private block before.
    pub parent_private: Hex<PrivateHash>,
    /// Merkle root over the transactions' hashes.
    pub tx_root: Hex<Hash32>,
    /// Digest of the banks that rule this height.
    pub validator_set_hash: Hex<Hash32>,
    /// When mining began by the miner's clock.
    pub timestamp: Time,
    /// Leading zero bits asked for.
    pub difficulty: u8,
    /// What the search found.
    pub nonce: Nonce,
    /// Its borsh bytes.
    pub raw: Bytes,
}

impl HeaderView {
    /// The view of a header.
    pub fn new(header: &PublicHeader, names: &dyn BankNames) -> Self {
        Self {
            hash: Hex(header.hash()),
            version: header.version,
            chain_id: Hex(header.chain_id.0),
            height: header.height,
            round: header.round,
            miner: names.tag(header.miner),
            parent_public: Hex(header.parent_public),
            parent_private: Hex(header.parent_private),
            tx_root: Hex(header.tx_root),
            validator_set_hash: Hex(header.validator_set_hash),
            timestamp: header.timestamp.into(),
            difficulty: header.difficulty,
            nonce: Nonce(header.nonce),
            raw: Bytes::of(header),
        }
    }
}

/// A final block.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BlockView {
    /// The mined header.
    pub header: HeaderView,
    /// The private block that settles it.
    pub private_hash: Hex<PrivateHash>,
    /// The round in which the banks agreed on it.
    pub commit_round: Round,
    /// Bytes of its transactions in borsh, in the form that the node holds: an observer's is shorter.
    pub transaction_bytes: u64,
    /// What it orders.
    pub transactions: Vec<Hex<TxHash>>,
    /// One outcome for each transaction.
    pub outcomes: Vec<OutcomeView>,
    /// The transactions in full, if asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full: Option<Vec<TransactionView>>,
}

impl BlockView {
    /// The view of a final height; `full` adds the transactions themselves.
    pub fn new(height: &CertifiedHeight, full: bool, names: &dyn BankNames) -> Self {
        let transactions = &height.public.transactions;
        let bytes = transactions.iter().map(|tx| borsh::object_length(tx).unwrap_or(0) as u64).sum();
        let in_full = || transactions.iter().map(|tx| TransactionView::new(tx, names)).collect();
        Self {
            header: HeaderView::new(&height.public.header, names),
            private_hash: Hex(height.commit.value),
            commit_round: height.commit.round,
            transaction_bytes: bytes,
            transactions: transactions.iter().map(|tx| Hex(tx.hash())).collect(),
            outcomes: height.private.outcomes.iter().copied().map(OutcomeView).collect(),
            full: full.then(in_full),
        }
    }
}

/// The header of the private block, on which the banks agreed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PrivateHeaderView {
    /// Its digest: what the banks voted on.
    pub hash: Hex<PrivateHash>,
    /// Format version.
    pub version: u16,
    /// The network.
    pub chain_id: Hex<Hash32>,
    /// Its number.
    pub height: Height,
    /// The public block it settles.
    pub public_hash: Hex<PublicHash>,
    /// The private block before.
    pub parent_private: Hex<PrivateHash>,
    /// Digest of the approval certificate.
    pub certificate_hash: Hex<Hash32>,
    /// Digest of the outcomes.
    pub outcomes_hash: Hex<Hash32>,
    /// Root of the state after this block.
    pub state_root: Hex<Hash32>,
    /// Digest of the encrypted body.
    pub body_hash: Hex<Hash32>,
    /// How long the search took by the miner's word, milliseconds.
    pub mining_ms: u32,
    /// Its borsh bytes.
    pub raw: Bytes,
}

impl From<&PrivateHeader> for PrivateHeaderView {
    fn from(header: &PrivateHeader) -> Self {
        Self {
            hash: Hex(header.hash()),
            version: header.version,
            chain_id: Hex(header.chain_id.0),
            height: header.height,
            public_hash: Hex(header.public_hash),
            parent_private: Hex(header.parent_private),
            certificate_hash: Hex(header.certificate_hash),
            outcomes_hash: Hex(header.outcomes_hash),
            state_root: Hex(header.state_root),
            body_hash: Hex(header.body_hash),
            mining_ms: header.mining_ms,
            raw: Bytes::of(header),
        }
    }
}

/// Who said what about each transaction of a block.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ApprovalsView {
    /// The height.
    pub height: Height,
    /// The mined block.
    pub block: Hex<PublicHash>,
    /// The columns of the matrix: banks that spoke, with their signatures, by bank number.
    pub banks: Vec<BankVerdictsView>,
    /// Banks of this height that are not in the certificate.
    pub silent: Vec<BankTag>,
    /// The rows of the matrix: one for each transaction, in block order.
    pub rows: Vec<MatrixRowView>,
    /// The borsh bytes of the approval certificate.
    pub raw: Bytes,
}

/// One bank that spoke.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BankVerdictsView {
    /// The bank.
    pub bank: BankTag,
    /// Over all its verdicts on the block.
    pub signature: Hex<Signature>,
}

/// One transaction and what each bank said about it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MatrixRowView {
    /// The transaction.
    pub id: Hex<TxId>,
    /// Numbers of the banks that had to approve it.
    pub involved: Vec<BankId>,
    /// In the order of the columns.
    pub verdicts: Vec<VerdictView>,
    /// What became of it.
    pub outcome: OutcomeView,
}

impl ApprovalsView {
    /// The matrix of a final height; `banks` are those that ruled it, where the node knows them.
    pub fn new(height: &CertifiedHeight, banks: Option<&ValidatorSet>, names: &dyn BankNames) -> Self {
        let certificate = &height.private.certificate;
        let spoke = |bank: BankId| certificate.of(bank).is_some();
        let columns = certificate.verdicts.iter().map(|signed| BankVerdictsView {
            bank: names.tag(signed.message.bank),
            signature: Hex(signed.signature),
        });
        let all = banks.map(ValidatorSet::banks).unwrap_or_default();
        Self {
            height: height.height(),
            block: Hex(certificate.block),
            banks: columns.collect(),
            silent: all.iter().filter(|bank| !spoke(bank.id)).map(|bank| names.tag(bank.id)).collect(),
            rows: (0..height.private.outcomes.len()).filter_map(|i| row(height, i)).collect(),
            raw: Bytes::of(certificate),
        }
    }
}

/// One row of the matrix; `None` where the stored height has no such transaction.
fn row(height: &CertifiedHeight, index: usize) -> Option<MatrixRowView> {
    let tx = height.public.transactions.get(index)?;
    let said = height.private.certificate.verdicts.iter();
    Some(MatrixRowView {
        id: Hex(tx.id()),
        involved: tx.body.kind.involved_banks().iter().collect(),
        verdicts: said.filter_map(|s| s.message.verdicts.get(index).copied()).map(VerdictView).collect(),
        outcome: OutcomeView(*height.private.outcomes.get(index)?),
    })
}

/// The precommits that made a height final.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CommitCertificateView {
    /// The height.
    pub height: Height,
    /// The round in which it was decided.
    pub round: Round,
    /// The private block.
    pub private_hash: Hex<PrivateHash>,
    /// By bank number.
    pub precommits: Vec<PrecommitView>,
    /// The certificate's borsh bytes.
    pub raw: Bytes,
}

/// One bank's precommit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PrecommitView {
    /// The bank.
    pub bank: BankTag,
    /// Over the vote.
    pub signature: Hex<Signature>,
}

impl CommitCertificateView {
    /// The view of a certificate.
    pub fn new(certificate: &CommitCertificate, names: &dyn BankNames) -> Self {
        let precommit = |(bank, signature): &(BankId, Signature)| PrecommitView {
            bank: names.tag(*bank),
            signature: Hex(*signature),
        };
        Self {
            height: certificate.height,
            round: certificate.round,
            private_hash: Hex(certificate.value),
            precommits: certificate.signatures.iter().map(precommit).collect(),
            raw: Bytes::of(certificate),
        }
    }
}
