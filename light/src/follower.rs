//! Follows a chain, height by height, by certificates alone.

use crate::approval;
use crate::error::FollowError;
use crate::header::Parent;
use crate::proof::{self, Trusted};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::Verifier;
use idx_types::block::{BLOCK_VERSION, body_hash, outcomes_hash, tx_root};
use idx_types::params::PROTOCOL_VERSION;
use idx_types::{
    ApprovalScope, BankId, ChainId, Decision, Height, InvolvedBanks, NextRules, ObservedHeight, Outcome,
    Params, PreparedTx, PrivateHash, PublicHash, TimestampMs, TxHash, ValidatorSet,
};

/// Where a follower stands: all that it needs to go on. Who keeps one trusts it like a genesis.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Checkpoint {
    /// The network.
    pub chain_id: ChainId,
    /// The last height followed; 0 before any.
    pub height: Height,
    /// Its public block; zero before any.
    pub public_hash: PublicHash,
    /// Its private block; zero before any.
    pub private_hash: PrivateHash,
    /// Its time: the chain's clock.
    pub time: TimestampMs,
    /// The banks of the next height.
    pub banks: ValidatorSet,
    /// The parameters of the next height.
    pub params: Params,
}

/// A transaction of a followed height.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    /// Its place in the block, from 0.
    pub place: u32,
    /// The transaction in public form, with its id and hash.
    pub tx: PreparedTx,
    /// What became of it. A deferred one may come again in a later height.
    pub outcome: Outcome,
}

/// What a followed height says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    /// The height.
    pub height: Height,
    /// The chain's time at it.
    pub time: TimestampMs,
    /// Who mined it.
    pub miner: BankId,
    /// Whether other banks or parameters rule from the next height on.
    pub rules_changed: bool,
    /// Its transactions in order.
    pub transactions: Vec<Fact>,
}

/// Believes genesis or a checkpoint, and of every later height only what its certificates prove.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Follower {
    at: Checkpoint,
}

impl Follower {
    /// Begins before the first height, with what the signed genesis file says.
    pub const fn genesis(chain_id: ChainId, time: TimestampMs, banks: ValidatorSet, params: Params) -> Self {
        let (height, public_hash, private_hash) = (Height::GENESIS, PublicHash::ZERO, PrivateHash::ZERO);
        Self { at: Checkpoint { chain_id, height, public_hash, private_hash, time, banks, params } }
    }

    /// Goes on from where another follower stood.
    pub const fn from_checkpoint(at: Checkpoint) -> Self {
        Self { at }
    }

    /// Where it stands.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.at
    }

    /// Takes the next height if everything about it holds, and says what is in it. Costs one signature
    /// check for each signature of its transactions, approvals and precommits.
    ///
    /// # Errors
    /// [`FollowError`] names the first link that does not hold; the follower stands where it stood.
    pub fn follow(&mut self, next: &ObservedHeight, verifier: &dyn Verifier) -> Result<Facts, FollowError> {
        self.check_final(next, verifier)?;
        let transactions = transactions_of(next, verifier)?;
        self.check_private(next)?;
        self.check_approvals(next, verifier)?;
        signatures_hold(&transactions, &next.private.outcomes)?;
        let rules = self.rules_after(next)?;
        let facts = Facts {
            height: next.height(),
            time: next.public.header.timestamp,
            miner: next.public.header.miner,
            rules_changed: rules.is_some(),
            transactions: facts(transactions, &next.private.outcomes),
        };
        self.advance(next, rules);
        Ok(facts)
    }

    /// That a quorum made both headers final, and that they come right after the last height.
    fn check_final(&self, next: &ObservedHeight, verifier: &dyn Verifier) -> Result<(), FollowError> {
        let Checkpoint { chain_id, height, public_hash, private_hash, time, ref banks, ref params } = self.at;
        let (version, known) = (params.protocol_version, PROTOCOL_VERSION);
        if version > known {
            return Err(FollowError::Protocol { version, known });
        }
        let parent = Parent { chain_id, height, public_hash, private_hash, time, banks, params };
        parent.admits(&next.public.header).map_err(FollowError::Header)?;
        let quorum = banks.quorums(params.agreement_margin).quorum;
        let trusted = Trusted { chain_id, banks, quorum };
        proof::headers(&trusted, &next.public.header, &next.private.header, &next.commit, verifier)?;
        Ok(())
    }

    /// That every part of the private block is the one its header names.
    fn check_private(&self, next: &ObservedHeight) -> Result<(), FollowError> {
        let (private, said) = (&next.private, &next.private.header);
        let links = [
            (said.version == BLOCK_VERSION, "its version is unknown"),
            (said.certificate_hash == private.certificate.hash(), "its approval certificate is another"),
            (said.outcomes_hash == outcomes_hash(&private.outcomes), "its outcomes are others"),
            (private.outcomes.len() == next.public.transactions.len(), "outcomes and transactions differ"),
            (said.body_hash == body_hash(&private.body), "its sealed body is another"),
            (said.state_root == next.parts.root(), "its state root is not that of the parts"),
            (u64::from(said.mining_ms) <= self.at.params.timeout_cap_ms, "its mining time is out of bounds"),
        ];
        let broken = links.iter().find(|(holds, _)| !holds);
        broken.map_or(Ok(()), |(_, link)| Err(FollowError::Private(link)))
    }

    /// That enough banks spoke on the block, and that each outcome is what their verdicts add up to.
    fn check_approvals(&self, next: &ObservedHeight, verifier: &dyn Verifier) -> Result<(), FollowError> {
        let banks = &self.at.banks;
        let quorum = banks.quorums(self.at.params.approval_margin).quorum;
        let scope = ApprovalScope {
            banks,
            chain_id: self.at.chain_id,
            height: next.height(),
            block: next.private.header.public_hash,
            transactions: next.public.transactions.len(),
            quorum,
        };
        next.private.certificate.check(&scope, verifier)?;
        let involved: Vec<InvolvedBanks> =
            next.public.transactions.iter().map(|tx| tx.body.kind.involved_banks()).collect();
        let decisions = approval::decide(&next.private.certificate, &involved, banks.len(), quorum);
        for (place, (decision, outcome)) in decisions.into_iter().zip(&next.private.outcomes).enumerate() {
            if !follows_from(decision, *outcome) {
                return Err(FollowError::Outcome { place, outcome: *outcome, decision });
            }
        }
        Ok(())
    }

    /// The next height's rules if they are told; they must be if they change, and only then.
    fn rules_after<'a>(&self, next: &'a ObservedHeight) -> Result<Option<&'a NextRules>, FollowError> {
        let (banks, params) = (self.at.banks.hash(), self.at.params.hash());
        let same = next.parts.validators == banks && next.parts.params == params;
        let Some(rules) = &next.rules else {
            return if same { Ok(None) } else { Err(FollowError::Rules("they change, and are not told")) };
        };
        let links = [
            (!same, "they are told, and do not change"),
            (rules.banks.hash() == next.parts.validators, "the state root stands for other banks"),
            (rules.params.hash() == next.parts.params, "the state root stands for other parameters"),
            (rules.params.check().is_ok(), "a parameter is out of its range"),
        ];
        let broken = links.iter().find(|(holds, _)| !holds);
        broken.map_or(Ok(Some(rules)), |(_, link)| Err(FollowError::Rules(link)))
    }

    fn advance(&mut self, next: &ObservedHeight, rules: Option<&NextRules>) {
        self.at.height = next.height();
        self.at.public_hash = next.private.header.public_hash;
        self.at.private_hash = next.commit.value;
        self.at.time = next.public.header.timestamp;
        if let Some(rules) = rules {
            self.at.banks = rules.banks.clone();
            self.at.params = rules.params.clone();
        }
    }
}

/// The block's transactions, which must be those of its root and show nothing that banks conceal.
fn transactions_of(next: &ObservedHeight, verifier: &dyn Verifier) -> Result<Vec<PreparedTx>, FollowError> {
    let transactions = &next.public.transactions;
    if let Some(place) = transactions.iter().position(|tx| !tx.is_redacted()) {
        return Err(FollowError::Transaction { place, what: "it shows what only banks may see" });
    }
    let prepared: Vec<PreparedTx> =
        transactions.iter().map(|tx| PreparedTx::verify(tx.clone(), verifier)).collect();
    let hashes: Vec<TxHash> = prepared.iter().map(|tx| tx.hash).collect();
    if tx_root(&hashes) != next.public.header.tx_root {
        return Err(FollowError::Header("its transactions are others"));
    }
    Ok(prepared)
}

/// What fails may be badly signed: that is why it failed. What took effect must not be.
fn signatures_hold(transactions: &[PreparedTx], outcomes: &[Outcome]) -> Result<(), FollowError> {
    let unsigned =
        |(tx, outcome): (&PreparedTx, &Outcome)| *outcome == Outcome::Completed && !tx.signatures_hold();
    match transactions.iter().zip(outcomes).position(unsigned) {
        Some(place) => Err(FollowError::Transaction { place, what: "it completed without sound signatures" }),
        None => Ok(()),
    }
}

/// What is to pass may still fail when its turn comes, without funds for one.
fn follows_from(decision: Decision, outcome: Outcome) -> bool {
    match decision {
        Decision::Pass => outcome.is_final(),
        Decision::Fail(reason) => outcome == Outcome::Failed(reason),
        Decision::Defer => outcome == Outcome::Deferred,
    }
}

fn facts(transactions: Vec<PreparedTx>, outcomes: &[Outcome]) -> Vec<Fact> {
    let numbered = (0..).zip(transactions).zip(outcomes);
    numbered.map(|((place, tx), outcome)| Fact { place, tx, outcome: *outcome }).collect()
}
