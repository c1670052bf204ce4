//! Moves the state on by one height, and says what storage must write for it.

use crate::execute::Execution;
use crate::snapshot::CoreState;
use crate::state::{State, Tip};
use crate::system::index_system;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_types::{
    Account, Height, NextRules, PrivateHash, PublicHash, Session, StateParts, TimestampMs, TxId,
};

/// What is known of a height once the banks have agreed on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sealed {
    /// The mined block.
    pub public_hash: PublicHash,
    /// The private block.
    pub private_hash: PrivateHash,
    /// The search time in the private header, milliseconds.
    pub mining_ms: u32,
}

/// Everything that one height changes; written in one step.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct StateDelta {
    /// The height.
    pub height: Height,
    /// Changed and new accounts by number, in order of numbers.
    pub accounts: Vec<(u64, Account)>,
    /// Changed and new sessions by number, in order of numbers.
    pub sessions: Vec<(u64, Session)>,
    /// Ids settled by this height with their `valid_until`, in order of settling.
    pub settled: Vec<(TimestampMs, TxId)>,
    /// Ids whose `valid_until` is before this may be forgotten.
    pub expired_before: TimestampMs,
    /// The digests under the state root: what an observer checks the next rules against.
    pub parts: StateParts,
    /// The banks and parameters of the next height, if they are others than those of this one.
    pub rules: Option<NextRules>,
    /// The rest of the state, whole.
    pub core: CoreState,
}

impl State {
    /// Makes an execution of this state final. Returns what storage must write.
    ///
    /// # Panics
    /// If the execution was worked out from another state: going on would leave a wrong ledger.
    pub fn commit(&mut self, execution: Execution, sealed: Sealed) -> StateDelta {
        assert_eq!(execution.base_root, self.root(), "an execution belongs to the state it came from");
        assert_eq!(execution.height, self.tip.height.next(), "heights follow each other");
        self.work = execution.work_after(sealed.mining_ms);
        let before = self.parts;
        self.parts = execution.parts;
        self.parts.work = self.work.commitment();
        self.replay.apply(&execution.replay);
        self.tip = Tip {
            height: execution.height,
            public_hash: sealed.public_hash,
            private_hash: sealed.private_hash,
            timestamp: execution.timestamp,
        };
        self.params = execution.rules.params;
        self.validators = execution.rules.validators;
        if let Some(registries) = execution.registries {
            self.registries = registries;
        }
        let known = self.accounts.len();
        let accounts = self.accounts.apply(execution.accounts);
        let opened = accounts.iter().filter(|(number, _)| *number >= known);
        self.system.extend(index_system(opened.map(|(number, account)| (*number, account))));
        StateDelta {
            height: self.tip.height,
            accounts,
            sessions: self.sessions.apply(execution.sessions),
            settled: execution.replay.added,
            expired_before: execution.replay.expired_before,
            parts: self.parts,
            rules: self.rules_if_changed(&before),
            core: self.snapshot_core(),
        }
    }

    fn rules_if_changed(&self, before: &StateParts) -> Option<NextRules> {
        let same = before.validators == self.parts.validators && before.params == self.parts.params;
        (!same).then(|| NextRules { banks: (*self.validators).clone(), params: self.params.clone() })
    }
}
