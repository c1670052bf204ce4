//! The gate: checks everything about a peer's message that needs no state but the banks of the
//! height, so that the work can be done outside the mind and in parallel.

use crate::input::{CheckedProposal, Input};
use crate::rules::Rules;
use idx_consensus::mining;
use idx_crypto::Verifier;
use idx_types::block::{BODY_BYTES_MAX, body_hash, tx_root};
use idx_types::planted::{self, Bug};
use idx_types::vote::VoteBundle;
use idx_types::wire::{Announcement, Gossip, ProposalMessage, TX_BATCH_MAX};
use idx_types::{
    ApprovalScope, ChainId, CommitCertificate, ForkProof, Height, NetworkKey, PreparedTx, SignedError,
    Transaction, ValidatorSet, Verified, params::bounds,
};
use std::sync::Arc;

/// The checks for one height. Cheap to clone; the mind gives a new one with every height.
#[derive(Clone)]
pub struct Gate {
    /// The network.
    pub chain_id: ChainId,
    /// The height that is being agreed on.
    pub height: Height,
    /// Its banks.
    pub banks: Arc<ValidatorSet>,
    /// Who rules this height and ruled those before it, to judge commit certificates.
    pub rules: Arc<Rules>,
    /// Banks that an approval certificate needs.
    pub approval_quorum: usize,
    /// The signature scheme.
    pub verifier: Arc<dyn Verifier>,
}

/// What the gate says of an honest message.
#[derive(Debug)]
pub enum Passed {
    /// For the mind.
    Now(Vec<Input>),
    /// Of a height that is over, or of one whose banks are not known here: nothing to do.
    Stale,
}

/// Why a message is refused. Honest nodes neither make nor forward such messages.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// A signature or a named bank is wrong.
    #[error("{what} is refused: {why}")]
    Signed {
        /// Kind of message.
        what: &'static str,
        /// What is wrong.
        why: SignedError,
    },
    /// Parts do not belong together.
    #[error("{0}")]
    Inconsistent(&'static str),
    /// The approval certificate does not hold.
    #[error("the approval certificate is refused: {0}")]
    Certificate(#[from] idx_types::verdict::CertificateError),
    /// A commit certificate does not hold.
    #[error("a commit certificate is refused: {0}")]
    Commit(#[from] idx_types::vote::CommitError),
}

impl Refusal {
    /// A short fixed text for reports about the peer.
    pub const fn blame(&self) -> &'static str {
        match self {
            Self::Signed { what, .. } | Self::Inconsistent(what) => what,
            Self::Certificate(_) => "approval certificate",
            Self::Commit(_) => "commit certificate",
        }
    }
}

impl Gate {
    /// Checks one gossiped message from a peer.
    ///
    /// # Errors
    /// [`Refusal`] for what no honest node sends or forwards.
    pub fn check(&self, from: NetworkKey, message: Gossip) -> Result<Passed, Refusal> {
        match self.height_of(&message) {
            Some(height) if height < self.height => return Ok(Passed::Stale),
            Some(height) if height > self.height => {
                return Ok(Passed::Now(vec![Input::Future(from, height, message)]));
            }
            _ => {}
        }
        let inputs = match message {
            Gossip::Transactions(transactions) => vec![self.transactions(transactions)?],
            Gossip::Mined(announcement) => vec![Input::Announcement(self.announcement(*announcement)?)],
            Gossip::Verdicts(verdicts) => vec![Input::Verdicts(self.signed("verdicts", *verdicts)?)],
            Gossip::Proposal(message) => vec![Input::Proposal(Box::new(self.proposal(*message)?))],
            Gossip::Vote(vote) => vec![Input::Vote(self.signed("vote", vote)?)],
            Gossip::Bundle(bundle) => self.bundle(bundle)?,
            Gossip::Fork(proof) => return self.fork(from, proof),
        };
        Ok(Passed::Now(inputs))
    }

    fn height_of(&self, message: &Gossip) -> Option<Height> {
        match message {
            // Proofs are of any height.
            Gossip::Transactions(_) | Gossip::Fork(_) => None,
            Gossip::Mined(announcement) => Some(announcement.header.message.height),
            Gossip::Verdicts(verdicts) => Some(verdicts.message.height),
            Gossip::Proposal(message) => Some(message.proposal.message.height),
            Gossip::Vote(vote) => Some(vote.message.height),
            Gossip::Bundle(bundle) => bundle.votes.first().map(|vote| vote.message.height),
        }
    }

    fn transactions(&self, transactions: Vec<Transaction>) -> Result<Input, Refusal> {
        if transactions.len() > TX_BATCH_MAX {
            return Err(Refusal::Inconsistent("more transactions in one message than allowed"));
        }
        if !transactions.iter().all(|tx| tx.body.kind.is_open()) {
            return Err(Refusal::Inconsistent("transaction without what banks must see"));
        }
        let prepared: Vec<PreparedTx> =
            transactions.into_iter().map(|tx| PreparedTx::verify(tx, &*self.verifier)).collect();
        if prepared.iter().any(|tx| !tx.signatures_hold()) {
            return Err(Refusal::Inconsistent("transaction with a bad signature"));
        }
        Ok(Input::Transactions(prepared))
    }

    fn signed<T: idx_types::Signable>(
        &self,
        what: &'static str,
        signed: idx_types::Signed<T>,
    ) -> Result<Verified<idx_types::Signed<T>>, Refusal> {
        signed
            .verify(self.chain_id, &self.banks, &*self.verifier)
            .map_err(|why| Refusal::Signed { what, why })
    }

    /// Signature, proof of work and transactions' root. What depends on the state is the mind's.
    fn announcement(&self, announcement: Announcement) -> Result<Verified<Announcement>, Refusal> {
        let header = &announcement.header.message;
        if announcement.transactions.len() > bounds::BLOCK_TRANSACTIONS_MAX as usize {
            return Err(Refusal::Inconsistent("mined block with more transactions than allowed"));
        }
        if !mining::work_holds(header) && !planted::has(Bug::WorkUnchecked) {
            return Err(Refusal::Inconsistent("mined header without the work it claims"));
        }
        if tx_root(&announcement.transactions) != header.tx_root {
            return Err(Refusal::Inconsistent("mined header with another transactions' root"));
        }
        self.signed("mined header", announcement.header.clone())?;
        Ok(Verified::vouch(announcement))
    }

    fn proposal(&self, message: ProposalMessage) -> Result<CheckedProposal, Refusal> {
        let proposal = self.signed("proposal", message.proposal)?;
        let announcement = self.announcement(message.announcement)?;
        let (candidate, header) = (message.candidate, &announcement.header.message);
        let block = header.hash();
        let belongs = candidate.id() == proposal.message.value
            && candidate.header.public_hash == block
            && header.height == self.height
            && candidate.header.certificate_hash == candidate.certificate.hash()
            && candidate.body.len() <= BODY_BYTES_MAX
            && candidate.header.body_hash == body_hash(&candidate.body);
        if !belongs {
            return Err(Refusal::Inconsistent("proposal, candidate and mined block do not belong together"));
        }
        let scope = self.approval_scope(block, announcement.transactions.len());
        candidate.certificate.check(&scope, &*self.verifier)?;
        Ok(CheckedProposal { proposal, candidate, announcement })
    }

    /// What an approval certificate of a block of this height must be about.
    pub fn approval_scope(&self, block: idx_types::PublicHash, transactions: usize) -> ApprovalScope<'_> {
        ApprovalScope {
            banks: &self.banks,
            chain_id: self.chain_id,
            height: self.height,
            block,
            transactions,
            quorum: self.approval_quorum,
        }
    }

    /// Only certificates whose banks are known can be judged: a proof of a height to come waits for it, and
    /// one that cannot be judged any more stops nobody and is nobody's fault.
    fn fork(&self, from: NetworkKey, proof: Box<ForkProof>) -> Result<Passed, Refusal> {
        if !proof.contradicts(self.chain_id) {
            return Err(Refusal::Inconsistent("proof of a fork that proves none"));
        }
        let last = proof.last_height();
        if last > self.height {
            return Ok(Passed::Now(vec![Input::Future(from, last, Gossip::Fork(proof))]));
        }
        for certificate in [&proof.one, &proof.other] {
            if !self.holds(certificate)? {
                return Ok(Passed::Stale);
            }
        }
        Ok(Passed::Now(vec![Input::Fork(Box::new(Verified::vouch(*proof)))]))
    }

    /// Whether a quorum of its height signed a certificate; `false` if its banks are not known here.
    fn holds(&self, certificate: &CommitCertificate) -> Result<bool, Refusal> {
        let Some((banks, quorum)) = self.rules.at(certificate.height) else { return Ok(false) };
        certificate.check(self.chain_id, banks, quorum, &*self.verifier)?;
        Ok(true)
    }

    fn bundle(&self, bundle: VoteBundle) -> Result<Vec<Input>, Refusal> {
        if bundle.votes.len() > BUNDLE_VOTES_MAX {
            return Err(Refusal::Inconsistent("bundle with more votes than allowed"));
        }
        if bundle.votes.iter().any(|vote| vote.message.height != self.height) {
            return Err(Refusal::Inconsistent("bundle with votes of several heights"));
        }
        bundle.votes.into_iter().map(|vote| self.signed("vote in a bundle", vote).map(Input::Vote)).collect()
    }
}

/// Most votes in a bundle: four kinds of justification by every bank.
pub const BUNDLE_VOTES_MAX: usize = 4 * idx_types::MAX_BANKS;

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Gate(height {}, {} banks)", self.height, self.banks.len())
    }
}
