//! What is handed to the store for a height, and what it says of a transaction.

use crate::error::StoreError;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_chain::{StateDelta, Tip};
use idx_types::wire::CertifiedHeight;
use idx_types::{ChainId, Height, Outcome, PrivateHash};

/// A final height with what it changes: written in one step.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct HeightRecord {
    /// The blocks and the certificate that makes them final.
    pub certified: CertifiedHeight,
    /// What it changes in the state.
    pub delta: StateDelta,
}

/// What a commit did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Committed {
    /// The height is on disk now.
    Written,
    /// This very height was on disk already; nothing was written (fault 27).
    AlreadyThere,
}

/// Where a transaction is, and what became of it there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct TxPlace {
    /// The block.
    pub height: Height,
    /// Its place in the block, from 0.
    pub index: u32,
    /// What became of it: the final outcome if there is one, else the latest deferral.
    pub outcome: Outcome,
}

impl HeightRecord {
    /// The height.
    pub fn height(&self) -> Height {
        self.certified.height()
    }

    /// The hash the banks agreed on, by the certificate.
    pub(super) fn private_hash(&self) -> PrivateHash {
        self.certified.commit.value
    }

    /// The tip after this height.
    pub(super) fn tip(&self) -> &Tip {
        &self.delta.core.tip
    }

    /// Whether all parts are of one height and network and belong together. Signatures and the
    /// certificate were checked before; this guards against a caller's mistake.
    pub(super) fn check(&self, chain_id: ChainId) -> Result<(), StoreError> {
        let (certified, core) = (&self.certified, &self.delta.core);
        let (public, private) = (&certified.public, &certified.private);
        let height = self.height();
        let heights = [private.header.height, certified.commit.height, self.delta.height, core.tip.height];
        let table = [
            (heights.iter().all(|h| *h == height), "its parts are of different heights"),
            (public.header.chain_id == chain_id, "it is of another network"),
            (core.chain_id == chain_id, "its state is of another network"),
            (
                public.transactions.len() == private.outcomes.len(),
                "outcomes and transactions differ in number",
            ),
            (private.header.hash() == certified.commit.value, "the certificate is for another private block"),
            (private.header.hash() == core.tip.private_hash, "the state's tip is another private block"),
            (
                public.header.hash() == private.header.public_hash,
                "the private block settles another public one",
            ),
            (public.header.hash() == core.tip.public_hash, "the state's tip is another public block"),
            (private.header.state_root == core.root, "the state has not the root that the banks signed"),
            (self.delta.parts.root() == core.root, "the parts of the root make another root"),
        ];
        match table.into_iter().find(|(holds, _)| !holds) {
            Some((_, what)) => Err(StoreError::Inconsistent { height, what }),
            None => Ok(()),
        }
    }
}
