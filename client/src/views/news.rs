//! What happens, as customers and their programs are told of it: the payloads of the Socket.IO events,
//! the same in `idx_subscribe`.
//!
//! A customer's own facts are numbered by [`TransferEventView::sequence`] within a stream; those of blocks
//! by their height.

use super::{BankNames, BankTag};
use crate::encoding::{Hex, Time};
use idx_types::wire::CertifiedHeight;
use idx_types::{
    Height, JudgeId, OrderId, Outcome, Paise, PrivateHash, PublicHash, Round, SessionId, Transaction, TxId,
    TxKind, Verdict,
};
use serde::{Deserialize, Serialize};

/// What a turn is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventDirection {
    /// A transfer that the customer sends.
    Sent,
    /// A transfer for him.
    Received,
    /// The opening or closing of a travel account; [`TransferEventView::travel`] says which.
    Travel,
}

/// What was done with a travel account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TravelStep {
    /// Its customer opened it.
    Opening,
    /// Its customer closed it.
    Closing,
    /// Its bank closed it, because its last day was over.
    Expiry,
}

/// A turn of one of a customer's transfers, or what came of opening or closing a travel account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferEventView {
    /// The stream that numbers them: another one once the bank had to make its records anew.
    pub stream: String,
    /// The number of this turn in the stream, from 1, without gaps. All events of one turn have it.
    pub sequence: u64,
    /// The name of the event that is about this turn.
    pub event: String,
    /// The transaction, whole.
    pub tx_hash: TxId,
    /// What it is for the customer.
    pub direction: EventDirection,
    /// Which step it is, if it is of a travel account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub travel: Option<TravelStep>,
    /// What it has become, by the names of the interface (`AWAITING_RECEIVER` and so on); null at a bank
    /// of the receiver where he did not take it.
    pub status: Option<String>,
    /// What it was before.
    pub previous_status: Option<String>,
    /// Why it ended, if not well: a reason of the ledger, or the status.
    pub reason: Option<String>,
    /// The block in which this happened, if it happened in one.
    pub height: Option<Height>,
    /// When the bank learned of it.
    pub time: Time,
    /// What the receiver gets, in the currency of the account that pays; rupees that leave for a travel
    /// account, or come back from it.
    pub amount: Paise,
    /// The session that pays: all that a receiver learns of the sender. Null for an expiry, which the bank
    /// signs.
    pub sender_session_id: Option<SessionId>,
}

/// Shows no transfer and nobody's amount.
impl std::fmt::Debug for TransferEventView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TransferEventView({} ****)", self.sequence)
    }
}

/// Events that a client does not get any more.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MissedView {
    /// Of which stream; `blocks` for those of heights.
    pub stream: String,
    /// The first that is missing.
    pub from: u64,
    /// The last that is missing.
    pub to: u64,
    /// The oldest that is kept.
    pub oldest: u64,
    /// The newest.
    pub last: u64,
}

/// A block was mined; it is not final yet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BlockMinedView {
    /// Its height, by the name of existing clients.
    pub block: Height,
    /// Transactions in it.
    pub txs: u64,
    /// Its height.
    pub height: Height,
    /// Its digest.
    pub hash: Hex<PublicHash>,
    /// Who mined it.
    pub miner: BankTag,
    /// When mining began by the miner's clock.
    pub time: Time,
}

/// What the banks said on a block.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConsensusEventView {
    /// Its height, by the name of existing clients.
    pub block: Height,
    /// Banks whose verdicts are in the certificate.
    pub votes: u64,
    /// Its height.
    pub height: Height,
    /// The block.
    pub hash: Hex<PublicHash>,
    /// The private block that they agreed on.
    pub private_hash: Hex<PrivateHash>,
    /// The round in which they did.
    pub round: Round,
    /// What each said.
    pub verdicts: Vec<VerdictCountView>,
    /// Banks whose precommits made it final.
    pub precommits: u64,
}

/// A bank's verdicts on the transactions of a block.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct VerdictCountView {
    /// The bank.
    pub bank: BankTag,
    /// Transactions that it approved.
    pub approved: u64,
    /// Transactions that it rejected.
    pub rejected: u64,
}

/// A height is final.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BlockFinalizedView {
    /// The height.
    pub height: Height,
    /// The mined block.
    pub hash: Hex<PublicHash>,
    /// The private block.
    pub private_hash: Hex<PrivateHash>,
    /// Transactions in it.
    pub txs: u64,
    /// Of these, settled.
    pub completed: u64,
    /// Of these, failed for good.
    pub failed: u64,
    /// Of these, put back because a bank was silent.
    pub deferred: u64,
    /// Timestamp of the mined block.
    pub time: Time,
}

/// A step of a court order, as everybody may know it: no person, account or session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CourtOrderEventView {
    /// The order.
    pub order: Hex<OrderId>,
    /// The kind of the transaction that made the step, such as `court_order` or `release_order`.
    pub step: String,
    /// Who made the order, where the step names him.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<JudgeId>,
    /// The order's last millisecond, in its first step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
    /// The height in which it settled.
    pub height: Height,
    /// Timestamp of its block.
    pub time: Time,
}

fn count(number: usize) -> u64 {
    number as u64
}

impl BlockMinedView {
    /// The view of a final height's block.
    pub fn of(height: &CertifiedHeight, names: &dyn BankNames) -> Self {
        Self::new(&height.public.header, height.public.transactions.len(), names)
    }

    /// The view of a mined header with so many transactions.
    pub fn new(header: &idx_types::PublicHeader, txs: usize, names: &dyn BankNames) -> Self {
        Self {
            block: header.height,
            txs: count(txs),
            height: header.height,
            hash: Hex(header.hash()),
            miner: names.tag(header.miner),
            time: header.timestamp.into(),
        }
    }
}

impl ConsensusEventView {
    /// The view of a final height.
    pub fn of(height: &CertifiedHeight, names: &dyn BankNames) -> Self {
        let said = &height.private.certificate.verdicts;
        let verdicts = said.iter().map(|signed| {
            let all = &signed.message.verdicts;
            let approved = all.iter().filter(|verdict| **verdict == Verdict::Approve).count();
            let rejected = count(all.len() - approved);
            VerdictCountView { bank: names.tag(signed.message.bank), approved: count(approved), rejected }
        });
        Self {
            block: height.height(),
            votes: count(said.len()),
            height: height.height(),
            hash: Hex(height.private.header.public_hash),
            private_hash: Hex(height.commit.value),
            round: height.commit.round,
            verdicts: verdicts.collect(),
            precommits: count(height.commit.signatures.len()),
        }
    }
}

impl BlockFinalizedView {
    /// The view of a final height.
    pub fn of(height: &CertifiedHeight) -> Self {
        let outcomes = &height.private.outcomes;
        let of = |wanted: fn(&Outcome) -> bool| count(outcomes.iter().filter(|one| wanted(one)).count());
        Self {
            height: height.height(),
            hash: Hex(height.private.header.public_hash),
            private_hash: Hex(height.commit.value),
            txs: count(height.public.transactions.len()),
            completed: of(|outcome| *outcome == Outcome::Completed),
            failed: of(|outcome| matches!(outcome, Outcome::Failed(_))),
            deferred: of(|outcome| *outcome == Outcome::Deferred),
            time: height.public.header.timestamp.into(),
        }
    }
}

impl CourtOrderEventView {
    /// The steps of orders that settled in a height.
    pub fn all_of(height: &CertifiedHeight) -> Vec<Self> {
        (0..height.public.transactions.len()).filter_map(|index| Self::at(height, index)).collect()
    }

    /// The step of an order that the transaction of this index made; `None` if it made none.
    pub fn at(height: &CertifiedHeight, index: usize) -> Option<Self> {
        let settled = height.private.outcomes.get(index) == Some(&Outcome::Completed);
        let tx = height.public.transactions.get(index).filter(|_| settled)?;
        let (order, judge, expires_at) = step_of(tx)?;
        Some(Self {
            order: Hex(order),
            step: tx.body.kind.name().to_owned(),
            judge,
            expires_at,
            height: height.height(),
            time: height.public.header.timestamp.into(),
        })
    }
}

fn step_of(tx: &Transaction) -> Option<(OrderId, Option<JudgeId>, Option<Time>)> {
    match &tx.body.kind {
        TxKind::CourtOrder(order) => {
            Some((OrderId::from(tx.id()), Some(order.judge), Some(order.expires_at.into())))
        }
        TxKind::ReleaseOrder(release) => Some((release.order, Some(release.judge), None)),
        TxKind::AnswerOrder(answer) => Some((answer.order, None, None)),
        TxKind::OrderShare(share) => Some((share.order, None, None)),
        TxKind::RefuseOrder(refusal) => Some((refusal.order, None, None)),
        TxKind::ConfirmOpening(opening) => Some((opening.order, None, None)),
        _ => None,
    }
}
