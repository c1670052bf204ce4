//! A state read back from plain data: whoever made it, it is refused or it is whole.

use crate::memory::bounded;
use crate::stage::{GENESIS_MS, StandInRule};
use idx_chain::{RestoreError, Snapshot, State};
use idx_types::{BankId, PublicHeader, Round, TimestampMs};
use std::sync::Arc;

/// Memory that restoring may take, as a multiple of the snapshot's bytes: rows, two maps of names,
/// and a tree of digests over them.
const MEMORY_TIMES: usize = 64;

/// Bytes of a snapshot. Where only the root is wrong it is made right, as a forger would.
pub fn snapshot(data: &[u8]) {
    let Ok(mut snapshot) = borsh::from_slice::<Snapshot>(data) else { return };
    let restore = |snapshot: &Snapshot| {
        bounded("a state", data.len(), MEMORY_TIMES, || {
            State::restore_with(snapshot.clone(), Arc::new(StandInRule))
        })
    };
    let restored = match restore(&snapshot) {
        Err(RestoreError::Root { computed, .. }) => {
            snapshot.core.root = computed;
            restore(&snapshot)
        }
        other => other,
    };
    match restored {
        Ok(state) => whole(&state),
        Err(refusal) => assert!(!refusal.to_string().is_empty()),
    }
}

/// A restored state conserves money, can be written and read again, and takes a block.
fn whole(state: &State) {
    for (currency, have) in state.recount() {
        assert_eq!(have, state.issued().get(&currency).copied().unwrap_or(0), "money in {currency}");
    }
    let twin =
        State::restore_with(state.snapshot(), Arc::new(StandInRule)).expect("its own snapshot is sound");
    assert_eq!((twin.root(), twin.tip()), (state.root(), state.tip()));
    let header = PublicHeader {
        height: state.tip().height.next(),
        round: Round::ZERO,
        miner: state.validators().banks().first().map_or(BankId(0), |bank| bank.id),
        timestamp: TimestampMs(GENESIS_MS).max(state.tip().timestamp),
        ..idx_types::testing::header()
    };
    let execution = state.execute(&header, &[], &[]);
    assert!(execution.outcomes().is_empty());
}
