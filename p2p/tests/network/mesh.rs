//! Six banks find each other and hear each message once.

use crate::common::{Node, bank, key, mesh, mesh_with, quick_limits, settings};
use idx_p2p::{NetworkEvent, NetworkLimits, Rate, SendError, Topic};
use idx_types::wire::GOSSIP_BYTES_MAX;
use std::collections::BTreeMap;

#[tokio::test]
async fn six_nodes_reach_a_full_mesh() {
    let nodes = mesh(6).await;
    for node in &nodes {
        let peers = node.handle.peers().await.unwrap();
        assert_eq!(peers.len(), 5);
        for peer in peers {
            assert!(peer.connected && peer.up && peer.score == 0 && peer.banned_for.is_none(), "{peer:?}");
            assert!(peer.bytes_in > 0 && peer.bytes_out > 0 && peer.connected_since_ms.is_some(), "{peer:?}");
            assert!(peer.address.is_some_and(|address| address.starts_with("/ip4/127.0.0.1/tcp/")));
        }
    }
}

/// Everything published arrives at every other node exactly once, however it is forwarded. The
/// last message of each sender is a mark: what follows the marks of all would be a repetition.
#[tokio::test]
async fn gossip_reaches_all_exactly_once() {
    let mut nodes = mesh(6).await;
    for (number, node) in nodes.iter().enumerate() {
        for topic in [Topic::Transactions, Topic::Consensus] {
            for n in 0..20u8 {
                let size = [10, 1_000, 60_000][usize::from(n) % 3];
                node.handle.publish(topic, message(number, n, size)).await.unwrap();
            }
        }
    }
    for (me, node) in nodes.iter_mut().enumerate() {
        let heard = hear(node, 5 * 2 * 20).await;
        assert!(heard.keys().all(|(_, data)| usize::from(data[0]) != me), "own messages do not come back");
        assert!(heard.values().all(|times| *times == 1), "each message once");
        assert_eq!(heard.len(), 5 * 2 * 20);
    }
}

/// Thousands of messages in a few seconds: their names, which nodes tell each other at every
/// heartbeat, must not end the streams (they did with gossipsub's own limits).
#[tokio::test]
async fn many_small_messages_keep_the_streams_alive() {
    let unlimited = Rate { per_s: 1 << 40, burst: 1 << 40 };
    let limits = NetworkLimits { gossip_messages: unlimited, gossip_bytes: unlimited, ..quick_limits() };
    let mut nodes = mesh_with(3, limits, &[]).await;
    for round in 0..40u32 {
        for n in 0..250u32 {
            let data = (round * 1_000 + n).to_le_bytes().to_vec();
            nodes[0].handle.publish(Topic::Consensus, data).await.unwrap();
        }
        for node in &mut nodes[1..] {
            assert_eq!(hear(node, 250).await.len(), 250, "round {round}");
        }
    }
}

fn message(sender: usize, n: u8, size: usize) -> Vec<u8> {
    let mut data = vec![n; size];
    data[0] = sender as u8;
    data
}

async fn hear(node: &mut Node, count: usize) -> BTreeMap<(Topic, Vec<u8>), usize> {
    let mut heard = BTreeMap::new();
    for _ in 0..count {
        let (topic, id, from, data) = node
            .wait("gossip", |event| match event {
                NetworkEvent::Gossip { topic, id, from, data, .. } => Some((topic, id, from, data)),
                _ => None,
            })
            .await;
        node.handle.verdict(id, from, idx_p2p::Acceptance::Accept).await.unwrap();
        *heard.entry((topic, data)).or_default() += 1;
    }
    heard
}

/// A vote that is repeated on purpose arrives again; the same transactions do not.
#[tokio::test]
async fn votes_can_be_repeated() {
    let mut nodes = mesh(2).await;
    let [one, two] = &mut nodes[..] else { unreachable!("two nodes") };
    for topic in [Topic::Transactions, Topic::Transactions, Topic::Consensus, Topic::Consensus] {
        one.handle.publish(topic, b"same".to_vec()).await.unwrap();
    }
    for _ in 0..2 {
        assert_eq!(two.next_gossip(Topic::Consensus).await.1, b"same");
    }
    one.handle.publish(Topic::Transactions, b"last".to_vec()).await.unwrap();
    let mut heard = Vec::new();
    while heard.last() != Some(&b"last".to_vec()) {
        heard.push(two.next_gossip(Topic::Transactions).await.1);
    }
    assert!(heard.len() <= 2, "the second copy was not sent: {heard:?}");
    assert_eq!(one.handle.stats().gossip_repeated, 1);
}

/// Nodes without a connection between them hear each other through a third.
#[tokio::test]
async fn gossip_is_forwarded_once_accepted() {
    let mut hub = Node::start(settings(1, vec![bank(2, &[]), bank(3, &[])])).await;
    let hub_only = || vec![bank(1, hub.handle.listen_addresses())];
    let mut left = Node::start(settings(2, hub_only())).await;
    let mut right = Node::start(settings(3, hub_only())).await;
    left.wait_ups(1).await;
    right.wait_ups(1).await;
    hub.wait_ups(2).await;
    left.handle.publish(Topic::Consensus, b"vote".to_vec()).await.unwrap();
    assert_eq!(hub.next_gossip(Topic::Consensus).await, (key(2), b"vote".to_vec()));
    assert_eq!(right.next_gossip(Topic::Consensus).await, (key(1), b"vote".to_vec()));
}

#[tokio::test]
async fn the_largest_message_passes_and_one_byte_more_is_refused() {
    let mut nodes = mesh(2).await;
    let [one, two] = &mut nodes[..] else { unreachable!("two nodes") };
    for topic in Topic::ALL {
        let too_large = one.handle.publish(topic, vec![1; GOSSIP_BYTES_MAX + 1]).await;
        assert_eq!(too_large, Err(SendError::TooLarge { len: GOSSIP_BYTES_MAX + 1, max: GOSSIP_BYTES_MAX }));
        one.handle.publish(topic, vec![topic as u8; GOSSIP_BYTES_MAX]).await.unwrap();
        one.handle.publish(topic, vec![9; 9]).await.unwrap();
        assert_eq!(two.next_gossip(topic).await.1.len(), GOSSIP_BYTES_MAX);
        assert_eq!(two.next_gossip(topic).await.1, vec![9; 9]);
    }
}

/// Transactions are refused when they come faster than they leave; votes wait for room instead.
/// The runtime has one thread, so that the task cannot run until this test awaits.
#[tokio::test]
async fn full_queues_refuse_transactions_only() {
    let nodes = mesh(2).await;
    let handle = &nodes[0].handle;
    let mut results = Vec::new();
    for n in 0..2_000u32 {
        results.push(handle.publish(Topic::Transactions, n.to_le_bytes().to_vec()).await);
    }
    assert!(results.contains(&Err(SendError::QueueFull)), "2,000 at once are too many");
    assert!(SendError::QueueFull.retriable());
    for n in 0..2_000u32 {
        handle.publish(Topic::Consensus, n.to_le_bytes().to_vec()).await.unwrap();
    }
}

#[tokio::test]
async fn after_shutdown_everything_says_so() {
    let mut nodes = mesh(2).await;
    let mut two = nodes.pop().unwrap();
    two.handle.shutdown().await;
    while two.events.recv().await.is_some() {}
    assert_eq!(two.handle.publish(Topic::Status, vec![]).await, Err(SendError::Closed));
    assert_eq!(two.handle.peers().await, Err(SendError::Closed));
    nodes[0].wait_down(key(2)).await;
}
