//! Stories of governance: what passes, when it holds, what is dropped, and every refusal.

mod authorities;
mod changes;
mod membership;

use crate::testing::World;
use idx_types::tx::{Ballot, Change, Propose};
use idx_types::{BankId, Height, Paise, Params, TxId, TxKind};

/// A proposal of a change that holds from this height.
fn propose(bank: u16, change: Change, effective_at: u64) -> TxKind {
    TxKind::Propose(Propose { bank: BankId(bank), change, effective_at: Height(effective_at) })
}

fn ballot(bank: u16, proposal: TxId, approve: bool) -> TxKind {
    TxKind::Ballot(Ballot { bank: BankId(bank), proposal, approve })
}

/// A change that is easy to see: another least transfer.
fn least_transfer(paise: u64) -> Change {
    Change::Params(Box::new(Params { min_transfer: Paise(paise), ..Params::default() }))
}

/// Proposes as the first of these banks and has the others approve, each in a block of its own.
/// Returns the proposal's id.
fn pass(world: &mut World, banks: &[u16], change: Change, effective_at: u64) -> TxId {
    let id = world.done(propose(banks[0], change, effective_at), banks[0]).id;
    for bank in &banks[1..] {
        world.done(ballot(*bank, id, true), *bank);
    }
    id
}

fn height(world: &World) -> u64 {
    world.state.tip().height.0
}
