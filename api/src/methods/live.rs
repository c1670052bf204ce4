//! Reads of memory: who the node is and how it is doing.

use crate::context::Context;
use crate::discover;
use idx_client::encoding::Hex;
use idx_client::views::{ConsensusView, MempoolView, NodeInfoView, PeerView, SyncingView};
use idx_crypto::Hash32;
use idx_types::Height;
use serde_json::Value;

pub(crate) fn discover(_: &Context) -> Value {
    discover::document()
}

pub(crate) fn chain_id(context: &Context) -> Hex<Hash32> {
    Hex(context.deps.queries.chain_id().0)
}

pub(crate) fn block_number(context: &Context) -> Height {
    context.deps.queries.final_height()
}

pub(crate) fn node_info(context: &Context) -> NodeInfoView {
    context.deps.live.node_info()
}

pub(crate) fn syncing(context: &Context) -> SyncingView {
    context.deps.live.syncing()
}

pub(crate) fn consensus(context: &Context) -> ConsensusView {
    context.deps.live.consensus()
}

pub(crate) fn mempool(context: &Context) -> MempoolView {
    context.deps.live.mempool()
}

pub(crate) fn peers(context: &Context) -> Vec<PeerView> {
    context.deps.live.peers()
}
