//! Plain counters; the node turns them into Prometheus metrics.

use std::sync::atomic::{AtomicU64, Ordering};

/// Declares the live counters and their snapshot together, so that neither can miss one.
macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counters since the start of the network task; they only grow.
        #[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
        pub struct NetworkStats { $($(#[$doc])* pub $name: u64,)* }

        /// The live counters, shared between the task and its handles.
        #[derive(Default, Debug)]
        pub(crate) struct Counters { $(pub(crate) $name: Counter,)* }

        impl Counters {
            /// All counters now.
            pub(crate) fn snapshot(&self) -> NetworkStats {
                NetworkStats { $($name: self.$name.get(),)* }
            }
        }

        impl NetworkStats {
            /// Name and value of every counter, in the order of declaration.
            pub fn each(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name),)*].into_iter()
            }
        }
    };
}

counters! {
    /// Messages given to gossip, all topics.
    gossip_published,
    /// Bytes of such messages, once each however many peers get them.
    gossip_published_bytes,
    /// Messages published while no peer was subscribed.
    gossip_unheard,
    /// Transactions not published because the same bytes went out lately.
    gossip_repeated,
    /// Messages not published because every peer's queue was full.
    gossip_queues_full,
    /// Messages that peers were too slow to take in time.
    gossip_slow_peer,
    /// New messages received on the urgent topics.
    gossip_received_urgent,
    /// New messages received on the topic of transactions.
    gossip_received_bulk,
    /// Bytes of new messages received, all topics.
    gossip_received_bytes,
    /// Messages over a peer's rate, dropped.
    gossip_throttled,
    /// Transactions dropped because the owner is far behind.
    gossip_shed,
    /// Messages that the owner rejected.
    gossip_rejected,
    /// Requests sent.
    requests_sent,
    /// Requests of ours without an answer.
    requests_failed,
    /// Requests received and given to the owner.
    requests_received,
    /// Requests over a peer's rate or beyond what the owner can take, dropped.
    requests_throttled,
    /// Requests of peers that broke the protocol (too long, cut short).
    requests_broken,
    /// Connections established.
    connections_opened,
    /// Connections ended.
    connections_closed,
    /// Connections refused because the peer is not on the list or banned.
    connections_refused,
    /// Handshakes that came to nothing: garbage, scans, time-outs.
    connections_broken,
    /// Attempts to dial.
    dials,
    /// Attempts that failed.
    dials_failed,
    /// Times that a peer was cut for its behaviour.
    bans,
}

/// One counter.
#[derive(Default, Debug)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    /// Adds one.
    pub(crate) fn up(&self) {
        self.add(1);
    }

    /// Adds many.
    pub(crate) fn add(&self, many: usize) {
        self.0.fetch_add(many as u64, Ordering::Relaxed);
    }

    /// The value now.
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshot_names_every_counter_once() {
        let counters = Counters::default();
        counters.bans.up();
        counters.gossip_received_bytes.add(7);
        let snapshot = counters.snapshot();
        let named: std::collections::BTreeMap<_, _> = snapshot.each().collect();
        assert_eq!(named.len(), snapshot.each().count());
        assert_eq!((named["bans"], named["gossip_received_bytes"], named["dials"]), (1, 7, 0));
    }
}
