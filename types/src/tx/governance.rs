//! What banks decide together: proposals, ballots, reports of contradictions.

use crate::authority::{Judge, JudgeId};
use crate::bank::Bank;
use crate::escrow::Regulator;
use crate::evidence::Evidence;
use crate::ids::{BankId, Height, TxId};
use crate::params::Params;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::PublicKey;

/// See [`TxKind::Propose`](crate::TxKind::Propose).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Propose {
    /// Who proposes.
    pub bank: BankId,
    /// The change.
    pub change: Change,
    /// From which height it holds, if it passes; later than the height at which it passes.
    pub effective_at: Height,
}

/// A change of the network that four of six banks can make.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum Change {
    /// New values of the chain parameters.
    Params(Box<Params>),
    /// A bank joins. Its stake is paid in from its reserve, which the change funds.
    AddBank(AddBank),
    /// A bank leaves; its accounts stay readable, its customers can no longer pay.
    RemoveBank(BankId),
    /// A judge may order from now on. The number and the keys must be unused for ever.
    RegisterJudge(Box<Judge>),
    /// A judge orders no more, and the judge's live orders end.
    RetireJudge(JudgeId),
    /// Another regulator holds the half of identities that are sealed from now on.
    AddRegulator(Box<Regulator>),
    /// The private chain gets a new key, though no bank joins or leaves.
    RotatePrivateKey,
    /// Rates are published with this key from now on, and with no other. It must be nobody else's.
    SetRatePublisher(PublicKey),
}

/// See [`Change::AddBank`].
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct AddBank {
    /// The bank; its number must be unused for ever, its stake zero (paid in later).
    pub bank: Bank,
}

/// See [`TxKind::Ballot`](crate::TxKind::Ballot).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Ballot {
    /// Who votes.
    pub bank: BankId,
    /// The id of the `Propose` transaction.
    pub proposal: TxId,
    /// For or against.
    pub approve: bool,
}

/// See [`TxKind::Evidence`](crate::TxKind::Evidence).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct ReportEvidence {
    /// Who reports.
    pub bank: BankId,
    /// The two contradicting messages.
    pub evidence: Evidence,
}
