//! Bugs planted on purpose: a run with one of them must break a promise, or the checks are worth
//! nothing (document 8, point 2). Some sit in the simulated shell, the others in the rules
//! themselves, compiled in only with the feature `planted-bugs`.

use serde::{Deserialize, Serialize};

/// A planted bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mutant {
    /// `SyncJournal` does nothing: votes leave before they are durable.
    SyncSkipped,
    /// After a crash the journal is gone, and nobody says so.
    JournalForgotten,
    /// After a crash the later half of the journal is gone, and nobody says so.
    JournalHalved,
    /// A height is reported stored and is not.
    CommitNotDurable,
    /// A stored height lacks one changed account.
    AccountNotStored,
    /// Every vote is signed and sent a second time, for another value.
    SignsTwice,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::SyncSkipped,
        Self::JournalForgotten,
        Self::JournalHalved,
        Self::CommitNotDurable,
        Self::AccountNotStored,
        Self::SignsTwice,
    ];
}
