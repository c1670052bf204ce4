//! The write-ahead log of one height: every input the agreement took, in order, and what this bank
//! signed. Replaying it brings a restarted bank back to the very same point, so that it never
//! contradicts itself (document 2.3).

use borsh::{BorshDeserialize, BorshSerialize};
use idx_consensus::agreement::TimeoutId;
use idx_types::wire::{Announcement, ProposalMessage};
use idx_types::{Candidate, Round, SignedVerdicts, SignedVote, Transaction};

/// One step of a height's history.
#[expect(clippy::large_enum_variant, reason = "one lives at a time, on its way to the disk")]
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum JournalEntry {
    /// The quiet time ended, round 0 began.
    Started,
    /// A mined block was complete; the miner's own if the miner is this bank. One flag a
    /// transaction says whether its signatures hold.
    Block {
        /// Header and order.
        announcement: Announcement,
        /// The transactions, in block order.
        transactions: Vec<(Transaction, bool)>,
        /// Whether its timestamp was near this bank's clock when it came.
        timely: bool,
    },
    /// This bank's verdicts.
    OwnVerdicts(SignedVerdicts),
    /// This bank, elected, handed a candidate to the agreement.
    Value(Round, Candidate),
    /// A proposal entered the agreement; this bank's own if it is the proposer.
    Proposal(ProposalMessage, bool),
    /// A vote entered the agreement; this bank's own if it is the voter.
    Vote(SignedVote),
    /// A timeout entered the agreement.
    Timeout(TimeoutId),
}
