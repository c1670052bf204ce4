//! Messages of heights to come: kept unchecked, within bounds, until their height is here.

use idx_types::wire::Gossip;
use idx_types::{Height, NetworkKey};
use std::collections::VecDeque;

/// How far ahead messages are kept; beyond that the node must catch up anyway.
const HEIGHTS_AHEAD_MAX: u64 = 4;

/// Most messages kept of one peer, so that none can crowd out the others.
const MESSAGES_PER_PEER_MAX: usize = 64;

/// Most bytes kept of one peer.
const BYTES_PER_PEER_MAX: usize = 4 << 20;

/// Most messages kept.
pub(crate) const MESSAGES_MAX: usize = 512;

/// The messages kept, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Future {
    messages: VecDeque<Kept>,
}

#[derive(Debug)]
struct Kept {
    height: Height,
    peer: NetworkKey,
    message: Gossip,
    bytes: usize,
}

impl Future {
    /// Messages kept.
    pub(crate) fn len(&self) -> usize {
        self.messages.len()
    }

    /// Keeps a message if there is room for it.
    pub(crate) fn keep(&mut self, current: Height, height: Height, peer: NetworkKey, message: Gossip) {
        let near = height > current && height.0 - current.0 <= HEIGHTS_AHEAD_MAX;
        if !near || self.messages.len() >= MESSAGES_MAX {
            return;
        }
        let bytes = borsh::object_length(&message).unwrap_or(usize::MAX);
        let of_peer = || self.messages.iter().filter(|kept| kept.peer == peer);
        let total = of_peer().map(|kept| kept.bytes).fold(bytes, usize::saturating_add);
        if of_peer().count() < MESSAGES_PER_PEER_MAX && total <= BYTES_PER_PEER_MAX {
            self.messages.push_back(Kept { height, peer, message, bytes });
        }
    }

    /// Takes out the messages of this height; drops those of heights before.
    pub(crate) fn take(&mut self, height: Height) -> Vec<(NetworkKey, Gossip)> {
        let kept = std::mem::take(&mut self.messages);
        let mut due = Vec::new();
        for kept in kept {
            match kept.height.cmp(&height) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => due.push((kept.peer, kept.message)),
                std::cmp::Ordering::Greater => self.messages.push_back(kept),
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Gossip {
        Gossip::Transactions(vec![])
    }

    #[test]
    fn keeps_near_heights_within_bounds_and_gives_each_once() {
        let (mut future, peer) = (Future::default(), NetworkKey([1; 32]));
        for height in [4, 5, 6, 9, 10, u64::MAX] {
            future.keep(Height(5), Height(height), peer, message());
        }
        assert_eq!(future.take(Height(6)).len(), 1);
        assert_eq!(future.take(Height(6)).len(), 0);
        assert_eq!(future.take(Height(9)).len(), 1, "10 and beyond are too far ahead");
        for _ in 0..1_000 {
            future.keep(Height(9), Height(10), peer, message());
        }
        assert_eq!(future.take(Height(10)).len(), MESSAGES_PER_PEER_MAX);
    }

    #[test]
    fn large_messages_of_one_peer_do_not_crowd_out_another() {
        let large = || {
            let header = idx_types::Signed { message: idx_types::testing::header(), signature: SIGNATURE };
            let transactions = vec![idx_types::TxHash([0; 32]); 32_768];
            Gossip::Mined(Box::new(idx_types::wire::Announcement { header, transactions }))
        };
        let mut future = Future::default();
        (0..10).for_each(|_| future.keep(Height(1), Height(2), NetworkKey([1; 32]), large()));
        future.keep(Height(1), Height(2), NetworkKey([2; 32]), message());
        let taken = future.take(Height(2));
        assert_eq!(taken.iter().filter(|(peer, _)| *peer == NetworkKey([1; 32])).count(), 3, "of a MiB each");
        assert_eq!(taken.len(), 4);
    }

    const SIGNATURE: idx_crypto::Signature = idx_crypto::Signature([0; 64]);
}
