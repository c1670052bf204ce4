//! Messages of heights to come: kept unchecked, within bounds, until their height is here.

use idx_types::wire::Gossip;
use idx_types::{Height, NetworkKey};
use std::collections::VecDeque;

/// How far ahead messages are kept; beyond that the node must catch up anyway.
const HEIGHTS_AHEAD_MAX: u64 = 4;

/// Most messages kept of one peer, so that none can crowd out the others.
const MESSAGES_PER_PEER_MAX: usize = 64;

/// Most messages kept.
const MESSAGES_MAX: usize = 512;

/// The messages kept, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Future {
    messages: VecDeque<(Height, NetworkKey, Gossip)>,
}

impl Future {
    /// Keeps a message if there is room for it.
    pub(crate) fn keep(&mut self, current: Height, height: Height, peer: NetworkKey, message: Gossip) {
        let near = height > current && height.0 - current.0 <= HEIGHTS_AHEAD_MAX;
        let of_peer = self.messages.iter().filter(|(_, other, _)| *other == peer).count();
        if near && of_peer < MESSAGES_PER_PEER_MAX && self.messages.len() < MESSAGES_MAX {
            self.messages.push_back((height, peer, message));
        }
    }

    /// Takes out the messages of this height; drops those of heights before.
    pub(crate) fn take(&mut self, height: Height) -> Vec<(NetworkKey, Gossip)> {
        let kept = std::mem::take(&mut self.messages);
        let mut due = Vec::new();
        for (of, peer, message) in kept {
            match of.cmp(&height) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => due.push((peer, message)),
                std::cmp::Ordering::Greater => self.messages.push_back((of, peer, message)),
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
}
