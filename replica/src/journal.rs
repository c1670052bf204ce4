//! The journal of one height: every input the agreement took, in order, and what this bank signed.
//! Replaying it brings a restarted bank back to the very same point, so that it never contradicts
//! itself (document 2.3). It is kept in a write-ahead log; node and simulator both keep it this way.

use crate::input::Start;
use crate::starting::Abstention;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_consensus::agreement::TimeoutId;
use idx_types::wire::{Announcement, ProposalMessage};
use idx_types::{Candidate, ForkProof, Height, Round, SignedVerdicts, SignedVote, Transaction};
use idx_wal::{Disk, Wal, WalError};

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
    /// The chain has forked: this bank signs nothing more, also after a restart.
    Fork(Box<ForkProof>),
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The log under it failed.
    #[error(transparent)]
    Log(#[from] WalError),
    /// An entry is whole, and yet not one of this version.
    #[error("entry {index} of the journal is not one that this version can read: {source}")]
    Unreadable {
        /// Which, from 0.
        index: usize,
        /// What the decoder says.
        source: std::io::Error,
    },
}

/// The journal on its log. The shell grants `Effect::Log`, `Effect::SyncJournal` and, after a
/// commit, [`Journal::committed`] with it.
pub struct Journal {
    log: Wal,
    height: Height,
}

impl Journal {
    /// Opens the journal and reads what a node starts from; with the bytes of a half-written last
    /// entry that a crash left and that are cut off.
    ///
    /// # Errors
    /// Those of [`Wal::open`], and [`JournalError::Unreadable`].
    pub fn open(disk: impl Disk + 'static) -> Result<(Self, Start, u64), JournalError> {
        let (log, found) = Wal::open(disk)?;
        let decode = |(index, record): (usize, &Vec<u8>)| {
            borsh::from_slice(record).map_err(|source| JournalError::Unreadable { index, source })
        };
        let journal = found.records.iter().enumerate().map(decode).collect::<Result<_, _>>()?;
        let height = Height(found.height_mark);
        let start = Start { journal, journal_height: height, history_lost: found.abstain, past: Vec::new() };
        Ok((Self { log, height }, start, found.torn_bytes))
    }

    /// Appends an entry; the first of a height starts a new journal. Below the journal's own height
    /// (an older block store was put back) nothing is signed, so nothing needs to be kept.
    ///
    /// # Errors
    /// Those of the log; the node must stop.
    pub fn log(&mut self, height: Height, entry: &JournalEntry) -> Result<(), JournalError> {
        if height < self.height {
            return Ok(());
        }
        if height > self.height {
            self.log.start_height(height.0)?;
            self.height = height;
        }
        let record = borsh::to_vec(entry).expect("writing borsh to memory cannot fail");
        Ok(self.log.append(&record)?)
    }

    /// Makes the journal durable; nothing signed leaves before.
    ///
    /// # Errors
    /// Those of the log; the node must stop.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        Ok(self.log.sync()?)
    }

    /// A height is stored. Past every height that this bank could have signed before its journal was
    /// lost, the journal is like any other again.
    ///
    /// # Errors
    /// Those of the log; the node must stop.
    pub fn committed(&mut self, height: Height, abstention: Abstention) -> Result<(), JournalError> {
        match abstention {
            Abstention::Below(signs_from) if self.log.abstains() && height.next() >= signs_from => {
                Ok(self.log.clear_abstain()?)
            }
            _ => Ok(()),
        }
    }
}
