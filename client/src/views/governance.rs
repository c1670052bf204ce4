//! Parameters, proposals and evidence.

use super::bank::ValidatorView;
use super::{BankNames, BankTag};
use crate::encoding::{Bytes, Hex};
use idx_crypto::{Hash32, PublicKey};
use idx_types::tx::Change;
use idx_types::{Currency, Evidence, Height, Judge, JudgeId, Offence, Paise, Params, Regulator, Round, TxId};
use serde::{Deserialize, Serialize};

/// The parameters in force, and what follows from them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ParametersView {
    /// The next height, for which they hold.
    pub height: Height,
    /// Every parameter by its name.
    pub parameters: Params,
    /// Leading zero bits asked for at that height.
    pub difficulty: u8,
    /// Banks that must approve a transaction.
    pub approval_quorum: u16,
    /// Precommits that make a height final.
    pub agreement_quorum: u16,
}

/// Where a proposal stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    /// Banks may vote.
    Open,
    /// Enough banks are for it; it takes effect at its height.
    Passed,
    /// It is in force.
    Effective,
    /// It can no longer pass, or its height came before enough votes.
    Refused,
}

/// A change before the banks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProposalView {
    /// The id of the `Propose` transaction.
    pub id: Hex<TxId>,
    /// Who proposed it.
    pub proposer: BankTag,
    /// What it changes.
    pub change: ChangeView,
    /// Height at which it was put.
    pub opened_at: Height,
    /// From which height it holds, if it passes.
    pub effective_at: Height,
    /// Where it stands.
    pub state: ProposalState,
    /// The votes so far, by bank number.
    pub ballots: Vec<BallotView>,
}

/// One bank's vote on a proposal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BallotView {
    /// The bank.
    pub bank: BankTag,
    /// For or against.
    pub approve: bool,
}

/// What a proposal changes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChangeView {
    /// New values of the parameters.
    Params {
        /// All of them.
        parameters: Params,
    },
    /// A bank joins.
    AddBank {
        /// The bank.
        bank: ValidatorView,
    },
    /// A bank leaves.
    RemoveBank {
        /// The bank.
        bank: BankTag,
    },
    /// A judge may order.
    RegisterJudge {
        /// The judge.
        judge: Judge,
    },
    /// A judge orders no more.
    RetireJudge {
        /// The judge.
        judge: JudgeId,
    },
    /// Another regulator holds halves.
    AddRegulator {
        /// The regulator.
        regulator: Regulator,
    },
    /// The private chain gets a new key.
    RotatePrivateKey,
    /// Rates are published with another key.
    SetRatePublisher {
        /// The key.
        key: Hex<PublicKey>,
    },
}

impl ChangeView {
    /// The view of a change.
    pub fn new(change: &Change, names: &dyn BankNames) -> Self {
        match change {
            Change::Params(parameters) => Self::Params { parameters: (**parameters).clone() },
            Change::AddBank(add) => Self::AddBank { bank: (&add.bank).into() },
            Change::RemoveBank(bank) => Self::RemoveBank { bank: names.tag(*bank) },
            Change::RegisterJudge(judge) => Self::RegisterJudge { judge: (**judge).clone() },
            Change::RetireJudge(judge) => Self::RetireJudge { judge: *judge },
            Change::AddRegulator(one) => Self::AddRegulator { regulator: (**one).clone() },
            Change::RotatePrivateKey => Self::RotatePrivateKey,
            Change::SetRatePublisher(key) => Self::SetRatePublisher { key: Hex(*key) },
        }
    }
}

/// In which kind of message a bank contradicted itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffenceKind {
    /// Two votes.
    Votes,
    /// Two proposals.
    Proposals,
    /// Two mined headers.
    Headers,
    /// Two verdicts.
    Verdicts,
}

impl OffenceKind {
    const fn of(evidence: &Evidence) -> Self {
        match evidence {
            Evidence::Votes(..) => Self::Votes,
            Evidence::Proposals(..) => Self::Proposals,
            Evidence::Headers(..) => Self::Headers,
            Evidence::Verdicts(..) => Self::Verdicts,
        }
    }

    /// The kind with the number that an [`Offence`] carries.
    pub const fn of_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Votes),
            1 => Some(Self::Proposals),
            2 => Some(Self::Headers),
            3 => Some(Self::Verdicts),
            _ => None,
        }
    }
}

/// Two messages of one bank that contradict each other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EvidenceView {
    /// The digest that names it.
    pub hash: Hex<Hash32>,
    /// The kind of both messages.
    pub kind: OffenceKind,
    /// Who contradicted himself, where; absent if the two do not contradict each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<OffencePlace>,
    /// Both signed messages in borsh.
    pub raw: Bytes,
}

/// Who contradicted himself, where.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OffencePlace {
    /// The bank.
    pub bank: BankTag,
    /// The height of both messages.
    pub height: Height,
    /// Their round; 0 for verdicts.
    pub round: Round,
}

impl OffencePlace {
    fn new(offence: &Offence, names: &dyn BankNames) -> Self {
        Self { bank: names.tag(offence.bank), height: offence.height, round: offence.round }
    }
}

impl EvidenceView {
    /// The view of evidence.
    pub fn new(evidence: &Evidence, names: &dyn BankNames) -> Self {
        Self {
            hash: Hex(evidence.hash()),
            kind: OffenceKind::of(evidence),
            place: evidence.offence().map(|offence| OffencePlace::new(&offence, names)),
            raw: Bytes::of(evidence),
        }
    }
}

/// A contradiction on record in the ledger.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EvidenceRecordView {
    /// Who contradicted himself, where.
    pub place: OffencePlace,
    /// In which kind of message.
    pub kind: OffenceKind,
    /// The transaction that reported it, where the node keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_in: Option<Hex<TxId>>,
    /// The height of that transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_at: Option<Height>,
    /// What the bank lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slashed: Option<Paise>,
}

impl EvidenceRecordView {
    /// The record of an offence; `None` if its kind has no such number. The node fills in the rest.
    pub fn new(offence: &Offence, names: &dyn BankNames) -> Option<Self> {
        Some(Self {
            place: OffencePlace::new(offence, names),
            kind: OffenceKind::of_number(offence.kind)?,
            reported_in: None,
            reported_at: None,
            slashed: None,
        })
    }
}

/// All money of one currency; the two amounts are equal at every height.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CurrencyTotalView {
    /// Which.
    pub currency: Currency,
    /// What genesis issued.
    pub issued: Paise,
    /// All balances, added up now.
    pub counted: Paise,
}

/// All money, by currency.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TotalsView {
    /// After which height.
    pub as_of: Height,
    /// Every currency of which there is any.
    pub currencies: Vec<CurrencyTotalView>,
}
