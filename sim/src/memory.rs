//! What gossip remembers: production drops a message whose bytes it has seen a short while ago, sent or
//! received, before the mind hears of it. Votes, blocks and status carry a salt that makes each sending a
//! new message; transactions do not, so one that is handed in again soon is not passed on again.

use idx_crypto::{Hash32, hash_borsh};
use idx_types::wire::Gossip;
use std::collections::{BTreeSet, VecDeque};

/// How long a node remembers a message, milliseconds: `GOSSIP_MEMORY` in `p2p/src/behaviour.rs`.
pub(crate) const MEMORY_MS: u64 = 60_000;

/// Names of the messages that a process has seen; gone with it.
#[derive(Default)]
pub(crate) struct GossipMemory {
    names: BTreeSet<Hash32>,
    /// With the time at which each is forgotten, oldest first. Seeing one again does not prolong it.
    until: VecDeque<(u64, Hash32)>,
}

impl GossipMemory {
    /// Whether a message is new to this node, which remembers it from now on.
    pub(crate) fn is_new(&mut self, message: &Gossip, now_ms: u64) -> bool {
        let Gossip::Transactions(_) = message else { return true };
        while let Some((_, name)) = self.until.pop_front_if(|(until, _)| *until <= now_ms) {
            self.names.remove(&name);
        }
        let name = hash_borsh("idx-sim/gossip/1", message);
        let new = self.names.insert(name);
        if new {
            self.until.push_back((now_ms + MEMORY_MS, name));
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::world::World;
    use idx_types::TimestampMs;
    use idx_types::vote::VoteBundle;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn transactions_are_heard_once_a_minute_and_all_else_always() {
        let (transactions, votes) =
            (Gossip::Transactions(Vec::new()), Gossip::Bundle(VoteBundle { votes: vec![] }));
        let mut memory = GossipMemory::default();
        let table =
            [(0, true), (1, false), (MEMORY_MS - 1, false), (MEMORY_MS, true), (MEMORY_MS + 1, false)];
        for (now_ms, new) in table {
            assert_eq!(memory.is_new(&transactions, now_ms), new, "at {now_ms} ms");
            assert!(memory.is_new(&votes, now_ms), "at {now_ms} ms");
        }
        assert!(GossipMemory::default().is_new(&transactions, 5), "another process has heard nothing");
    }

    /// A node that has no turns to mine depends on being heard. What was lost on its way helps nobody until
    /// the node's own gossip has forgotten it.
    #[test]
    fn a_lost_transaction_is_passed_on_again_only_when_gossip_has_forgotten_it() {
        const SPARE: usize = 6;
        let mut world = World::new(Plan { spares: 1, ..Plan::quiet(8) });
        world.clients_on = false;
        let (state, now) = (world.genesis(), TimestampMs(world.now_ms));
        let (tx, _) = world.clients.next(&mut ChaCha8Rng::seed_from_u64(8), &state, now).remove(0);
        world.network().partition(1 << SPARE, true);
        world.clients.hand_in(tx.clone(), SPARE);
        world.submit(SPARE, tx.clone()).unwrap();
        world.network().heal();
        for _ in 0..6 {
            world.resubmit().unwrap();
            world.run_ms(MEMORY_MS / 6).unwrap();
            assert!(!world.checks().is_settled(&tx.id()), "at {} ms", world.elapsed_ms());
        }
        world.resubmit().unwrap();
        world.run_ms(5_000).unwrap();
        assert!(world.checks().is_settled(&tx.id()));
    }
}
