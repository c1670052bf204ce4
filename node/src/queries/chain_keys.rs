//! The epochs of the private chain's key as clients see them: never a key.

use idx_chain::ChainEpoch;
use idx_client::encoding::Hex;
use idx_client::views::{BankNames, ChainEpochView, ChainKeysView};
use idx_replica::Replica;

pub(super) fn chain_keys_view(replica: &Replica, names: &dyn BankNames) -> ChainKeysView {
    let (state, keys) = (replica.state(), replica.state().chain_keys());
    let epoch = |(epoch, of): (u32, &ChainEpoch)| ChainEpochView {
        epoch,
        from: of.from,
        settled_at: of.settled_at,
        commitment: Hex(of.commitment),
        wrapped_for: of.wraps.keys().map(|bank| names.tag(*bank)).collect(),
    };
    let held = replica.chain_keys().into_iter().flat_map(|ring| ring.iter()).map(|key| key.epoch());
    ChainKeysView {
        as_of: state.tip().height,
        in_force: keys.in_force(state.tip().height.next()).unwrap_or_else(|| keys.newest()),
        due_since: keys.due_since(),
        pepper_commitment: Hex(keys.pepper_commitment()),
        epochs: keys.iter().map(epoch).collect(),
        held: held.collect(),
    }
}
