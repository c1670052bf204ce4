//! What exactly is final: the banks' agreement on one candidate a height (document 2.3).
//!
//! The state machine is Tendermint (arXiv:1807.04938) by Malachite's core crates, which have a
//! specification and model-based tests. This module does what an engine around such a core owes:
//! it bounds what a bank can make us keep, keeps from the core what it must not see, finds evidence,
//! repeats what may have been lost, and turns votes into certificates.
//!
//! ```text
//!              StartHeight                      StartRounds
//!   (last) ------------------> idle ------------------------------> round 0
//!
//!   round r:  propose --proposal or timeout--> prevote --quorum or timeout--> precommit
//!                                                                                |
//!             quorum of precommits for one known, valid value, of any round      |
//!   decided <--------------------------------------------------------------------+
//!             quorum of other precommits, and timeout;                           |
//!             or `skip` banks seen in a higher round                             |
//!   round r+1, or that one  <----------------------------------------------------+
//! ```
//!
//! **In** goes [`Input`]: only messages whose signatures were checked. **Out** come [`Output`]s:
//! wishes (sign, schedule, send again) and facts (decided, evidence). A wish to sign is not a vote
//! yet: it counts when it comes back as an input, signed and durable. Nothing here reads a clock; a
//! timeout is an input like any other.
//!
//! **Same inputs, same outputs.** After a crash the write-ahead log is replayed into a fresh
//! [`Agreement`], which then is where the old one was; a vote that was wished for and not yet
//! durable is wished for again, the same one. [`VoteGuard`] stands behind that as a second lock.
//!
//! **Bounds.** Of rounds past [`Agreement`] keeps a few dozen, of rounds to come four a bank, of
//! proposals two a round, of offences four a bank; a message beyond them is dropped without a trace.
//! A round is believed in when one honest bank must be in it, so a bank that shouts `round
//! 4294967295` moves nobody (faults 21, 22).

mod bundle;
mod contest;
mod context;
mod duties;
mod evidence;
mod finality;
mod fork;
mod guard;
mod heart;
mod message;
mod proposals;
mod status;
mod timeouts;
mod votes;

pub use fork::{conflicting, fork_evidence};
pub use guard::{GuardError, VoteGuard};
pub use message::{Input, Output, TimeoutId, TimeoutKind};
pub use status::{AgreementStatus, BankVotes, Cast};
pub use timeouts::timeout_ms;

use contest::Contest;
use idx_types::{BankId, ChainId, Height, PrivateHash, Round, SignedProposal, Vote};

/// One bank's side of the agreement, height after height.
pub struct Agreement {
    chain_id: ChainId,
    me: Option<BankId>,
    contest: Option<Contest>,
}

impl Agreement {
    /// Before the first height. `me` is `None` for a node that is no bank: it follows and decides,
    /// and never wishes to sign. So does a bank at a height whose set does not hold it.
    pub const fn new(chain_id: ChainId, me: Option<BankId>) -> Self {
        Self { chain_id, me, contest: None }
    }

    /// Takes one input; appends what follows from it to `out`. Total: whatever the input, it never
    /// panics and never waits.
    pub fn step(&mut self, input: Input, out: &mut Vec<Output>) {
        if let Input::StartHeight { height, banks, quorums } = input {
            self.contest = Some(Contest::new(self.chain_id, self.me, height, banks, quorums));
            return;
        }
        let Some(contest) = &mut self.contest else { return };
        match input {
            Input::StartHeight { .. } => {}
            Input::StartRounds => contest.start_rounds(out),
            Input::Value { round, value } => contest.on_value(round, value, out),
            Input::Proposal { proposal, valid } => contest.on_proposal(&proposal, valid, out),
            Input::Vote(vote) => contest.on_vote(&vote, out),
            Input::Timeout(id) => contest.on_timeout(&id, out),
        }
    }

    /// The height that is being agreed on; 0 before the first one.
    pub fn height(&self) -> Height {
        self.contest.as_ref().map_or(Height::GENESIS, |contest| contest.height)
    }

    /// The round, `None` in the quiet time before round 0.
    pub fn round(&self) -> Option<Round> {
        self.contest.as_ref().and_then(Contest::round)
    }

    /// `idle`, `propose`, `prevote`, `precommit` or `decided`.
    pub fn step_name(&self) -> &'static str {
        self.contest.as_ref().map_or("idle", Contest::step_name)
    }

    /// Whether round 0 of this height has begun.
    pub fn is_started(&self) -> bool {
        self.round().is_some()
    }

    /// The value decided at this height, until the next one begins.
    pub fn decided(&self) -> Option<PrivateHash> {
        self.contest.as_ref().and_then(|contest| contest.decided)
    }

    /// The proposal of the current round, to be sent again with [`Output::Rebroadcast`].
    pub fn proposal(&self) -> Option<SignedProposal> {
        let contest = self.contest.as_ref()?;
        contest.proposals.best_of(contest.round()?).map(|held| held.proposal)
    }

    /// Whether giving this vote would change anything: it concerns this height, is not known yet, and
    /// there is a place for it. Others need neither be logged nor given. The answer to one vote can
    /// change with time, so it must be asked again when the vote is sent again.
    pub fn is_news(&self, vote: &Vote) -> bool {
        self.contest.as_ref().is_some_and(|contest| contest.is_news(vote))
    }

    /// Every bank's votes in the current round, by number.
    pub fn votes_seen(&self) -> Vec<BankVotes> {
        self.contest.as_ref().map_or_else(Vec::new, Contest::votes_seen)
    }

    /// Where the agreement stands, for people; `None` before the first height.
    pub fn status(&self) -> Option<AgreementStatus> {
        self.contest.as_ref().map(Contest::status)
    }
}
