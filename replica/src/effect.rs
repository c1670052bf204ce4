//! What the mind asks of the world, and what it tells.

use crate::input::RequestId;
use crate::journal::JournalEntry;
use idx_chain::StateDelta;
use idx_consensus::agreement::TimeoutId;
use idx_types::wire::{CertifiedHeight, Gossip, Request, Response};
use idx_types::{
    BankId, Evidence, Height, NetworkKey, PrivateHash, Proposal, PublicHash, PublicHeader, Reason, Round,
    SignedHeader, SignedVerdicts, SignedVote, TxBody, TxId, Verdicts, Vote,
};
use std::sync::Arc;

/// A wish of the core. The shell performs the effects of one step in order, and does not go on to
/// the next before one is done: what follows a [`Effect::SyncJournal`] or [`Effect::Commit`] waits
/// for its fsync.
#[derive(Debug)]
pub enum Effect {
    /// Send to all banks. Best effort.
    Gossip(Gossip),
    /// Ask one peer. Owed: an `Input::Response` or `Input::RequestFailed` with this id.
    Request(NetworkKey, RequestId, Request),
    /// Answer a peer's request, by the ticket it came with.
    Respond(u64, Response),
    /// Run a raw message through the gate again: its height has come. Owed: what the gate lets pass.
    Recheck(NetworkKey, Gossip),
    /// Sign with the bank's consensus key. Owed: an `Input::Signed`.
    Sign(Unsigned),
    /// Append to the journal of this height. The first entry of a height starts a new journal.
    Log(Height, Box<JournalEntry>),
    /// Make all appended entries durable before anything after this leaves.
    SyncJournal,
    /// Search a nonce for this header. Owed: an `Input::Mined`, unless cancelled before.
    Mine(Box<PublicHeader>),
    /// Give up the search, if one runs.
    CancelMining,
    /// Give `Input::Timer` back after so many milliseconds. The same timer set again replaces it.
    SetTimer(TimerId, u64),
    /// Store a final height in one atomic, synced write. Owed: an `Input::Committed`.
    Commit(Box<Finalized>),
    /// Draw 32 random bytes for the key of this epoch of the private chain. Owed: an `Input::KeyDrawn`.
    DrawKey(u32),
    /// Answer a local client's submission, by its token.
    Answer(u64, Result<TxId, Reason>),
    /// Tell whoever listens.
    Publish(Event),
    /// A peer sent what no honest one sends.
    Blame(NetworkKey, &'static str),
    /// Show this to the operator now: the mind takes part no more, and will halt for this when it has
    /// told its peers.
    Warn(HaltReason),
    /// Stop at once and show this to the operator: going on could break a promise.
    Halt(HaltReason),
}

/// A message to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsigned {
    /// A mined header.
    Header(Box<PublicHeader>),
    /// Verdicts on a mined block.
    Verdicts(Verdicts),
    /// A proposal.
    Proposal(Proposal),
    /// A vote.
    Vote(Vote),
    /// A transaction of this bank.
    Transaction(Box<TxBody>),
}

/// What a timer is for. At most one of each runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimerId {
    /// A timeout of the agreement.
    Agreement(TimeoutId),
    /// The quiet time after a height is over: make a block, empty if need be.
    Idle(Height),
    /// The elected miner may try again to make a block.
    MineAgain(Height),
    /// The miner has waited long enough for verdicts.
    Approval(Height, Round),
    /// Look again for missing transactions of mined blocks.
    Fetch(Height),
    /// Tell peers where we stand, sweep the pool, see whether we lag.
    Housekeeping,
}

/// A final height, to be stored as one.
#[derive(Debug, Clone)]
pub struct Finalized {
    /// Blocks and certificate.
    pub certified: Arc<CertifiedHeight>,
    /// What changed in the state.
    pub delta: StateDelta,
}

/// A fact for clients.
#[derive(Debug, Clone)]
pub enum Event {
    /// A transaction entered the pool.
    Pending(TxId),
    /// A mined block arrived or was found here.
    Mined {
        /// Its header.
        header: Arc<SignedHeader>,
        /// Its name.
        hash: PublicHash,
        /// Its transactions.
        transactions: Arc<Vec<TxId>>,
    },
    /// A bank spoke on a mined block.
    Verdicts(Arc<SignedVerdicts>),
    /// A bank voted.
    Vote(Box<SignedVote>),
    /// A height is final and stored.
    Final(Arc<CertifiedHeight>),
    /// The private chain has a new epoch, and this node its key or not: without it the node goes on, and
    /// cannot read the bodies of that epoch.
    ChainKey {
        /// The epoch.
        epoch: u32,
        /// Whether its key is here.
        held: bool,
    },
    /// A bank is found out; the evidence is on its way into a block.
    Contradiction(BankId),
}

/// Why a node stops by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HaltReason {
    /// A quorum certified what these rules refuse.
    #[error(
        "height {height}: the banks certified private block {value}, but this node refuses it ({why}). Compare \
         software versions with the other banks; do not delete any data"
    )]
    RulesDisagree {
        /// Where.
        height: Height,
        /// The certified value.
        value: PrivateHash,
        /// What this node holds against it.
        why: String,
    },
    /// Two certificates that cannot both be of one chain.
    #[error(
        "height {height}: two blocks that exclude each other were certified. {}. The chain has forked: this \
         node signs nothing more. Keep all data, and call the other banks",
        blame(evidence, *liars_min)
    )]
    Fork {
        /// Where the chain forked.
        height: Height,
        /// Who signed both certificates. Only [`Self::Fork::evidence`] says anything against a bank.
        signers: Vec<BankId>,
        /// So many banks have lied at least, whoever they are.
        liars_min: usize,
        /// Two precommits of each bank that signed both certificates in one round; empty if they are of
        /// two rounds, or if only the next height of the other chain was seen.
        evidence: Vec<Evidence>,
    },
    /// The network has moved to rules that this software does not know.
    #[error("height {height} asks for protocol version {version}; this software knows {known}. Upgrade it")]
    UnknownProtocol {
        /// Where.
        height: Height,
        /// Needed.
        version: u16,
        /// Known.
        known: u16,
    },
}

/// Who is to blame, in words that say no more than is known. Two precommits of one round for two values
/// are proof. Two of different rounds are none: a bank rightly signs both if it is shown a newer quorum of
/// prevotes in between, and the banks whose lies made that quorum need not have signed both.
fn blame(evidence: &[Evidence], liars_min: usize) -> String {
    let guilty: Vec<BankId> = evidence.iter().filter_map(|proof| Some(proof.offence()?.bank)).collect();
    if guilty.is_empty() {
        format!(
            "At least {liars_min} banks have lied, but this does not prove which: an honest bank can have \
             signed both certificates, and a lying one need not have. Accuse nobody by it"
        )
    } else {
        format!(
            "{guilty:?} signed both in one round, which no honest bank does: proved, by the evidence that \
             is shown with this"
        )
    }
}
