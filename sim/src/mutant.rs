//! Bugs planted on purpose: a run with one of them must break a promise, or the checks are worth
//! nothing (document 8, point 2). Some sit in the simulated shell, the others in the rules
//! themselves, compiled in only with the feature `planted-bugs`.

use crate::world::World;
use idx_types::planted::Bug;
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
    /// The door of every bank refuses payments, and says that the money does not suffice.
    DoorShut,
    /// In the rules.
    Rule(Bug),
}

impl Mutant {
    /// Those of the shell.
    pub const SHELL: [Self; 7] = [
        Self::SyncSkipped,
        Self::JournalForgotten,
        Self::JournalHalved,
        Self::CommitNotDurable,
        Self::AccountNotStored,
        Self::SignsTwice,
        Self::DoorShut,
    ];
}

impl Drop for World {
    /// What a run planted goes with it: the next on this thread starts without.
    fn drop(&mut self) {
        plant(None);
    }
}

/// Plants a bug in the rules for all that runs on this thread, or takes it out.
pub(crate) fn plant(mutant: Option<Mutant>) {
    #[cfg(feature = "planted-bugs")]
    idx_types::planted::plant(match mutant {
        Some(Mutant::Rule(bug)) => Some(bug),
        _ => None,
    });
    #[cfg(not(feature = "planted-bugs"))]
    assert!(
        !matches!(mutant, Some(Mutant::Rule(_))),
        "this build has no bugs in its rules; build with the feature planted-bugs"
    );
}
