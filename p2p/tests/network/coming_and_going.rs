//! Banks restart, move, dial each other at the same moment, and find each other again.

use crate::common::{DEADLINE, Node, bank, key, mesh, settings};
use idx_p2p::{NetworkSettings, Topic};
use std::net::TcpListener;
use std::time::Duration;
use tokio::time::timeout;

/// A bank comes back on another port. The others have the old address only: the one that comes
/// back dials them, and they learn its new address from it.
#[tokio::test]
async fn a_restarted_node_is_found_on_its_new_port() {
    let mut nodes = mesh(3).await;
    let addresses: Vec<_> = nodes.iter().map(|node| node.handle.listen_addresses().to_vec()).collect();
    nodes.pop().unwrap().handle.shutdown().await;
    for node in &mut nodes {
        node.wait_down(key(3)).await;
    }
    let peers = vec![bank(1, &addresses[0]), bank(2, &addresses[1])];
    let mut back = Node::start(settings(3, peers)).await;
    assert_ne!(back.handle.listen_addresses(), addresses[2]);
    back.wait_ups(2).await;
    for node in &mut nodes {
        node.wait_up(key(3)).await;
        node.handle.publish(Topic::Consensus, b"welcome".to_vec()).await.unwrap();
        assert_eq!(back.next_gossip(Topic::Consensus).await.1, b"welcome");
    }
}

/// The node that stays is the only one that dials; it has the old and the new address.
#[tokio::test]
async fn all_addresses_of_a_peer_are_tried() {
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let [old, new] = [free(), free()].map(|port| format!("/ip4/127.0.0.1/tcp/{port}"));
    let mut stays = Node::start(settings(1, vec![bank(2, &[old.clone(), new.clone()])])).await;
    for address in [old, new] {
        let listen = vec![address].into();
        let comes = Node::start(NetworkSettings { listen, ..settings(2, vec![bank(1, &[])]) }).await;
        stays.wait_up(key(2)).await;
        comes.handle.shutdown().await;
        stays.wait_down(key(2)).await;
    }
    let stats = stays.handle.stats();
    assert!(stats.dials >= 2 && stats.connections_opened >= 2, "{stats:?}");
}

/// The one that was dialed learns where the dialer listens, and finds it there when the dialer
/// itself has forgotten where to look (fault 68).
#[tokio::test]
async fn learned_addresses_are_dialed() {
    let mut one = Node::start(settings(1, vec![bank(2, &[])])).await;
    let dialer = Node::start(settings(2, vec![bank(1, one.handle.listen_addresses())])).await;
    let listen = dialer.handle.listen_addresses().to_vec().into();
    one.wait_up(key(2)).await;
    wait_until_identified(&one).await;
    dialer.handle.shutdown().await;
    one.wait_down(key(2)).await;
    let mut passive = Node::start(NetworkSettings { listen, ..settings(2, vec![bank(1, &[])]) }).await;
    passive.wait_up(key(1)).await;
    one.wait_up(key(2)).await;
}

/// A node that announces addresses tells nobody where it listens: peers learn the announced ones only,
/// as they stand and at the host that the connection comes from.
#[tokio::test]
async fn announced_addresses_hide_those_listened_on() {
    let one = Node::start(settings(1, vec![bank(2, &[])])).await;
    let mut announcing = settings(2, vec![bank(1, one.handle.listen_addresses())]);
    announcing.listen.announce = vec!["/ip4/192.0.2.7/tcp/4001".to_owned()];
    let two = Node::start(announcing).await;
    wait_until_identified(&one).await;
    let known = one.handle.peers().await.unwrap().remove(0).known_addresses;
    assert_eq!(known, ["/ip4/192.0.2.7/tcp/4001", "/ip4/127.0.0.1/tcp/4001"]);
    assert!(!known.contains(&two.handle.listen_addresses()[0]));
}

/// Waits until the peer has said where it listens.
async fn wait_until_identified(node: &Node) {
    let identified = async {
        while node.handle.peers().await.unwrap().iter().all(|peer| peer.known_addresses.is_empty()) {}
    };
    timeout(DEADLINE, identified).await.expect("peers say where they listen");
}

/// Both know each other's address and dial at once; whatever the outcome, one connection stays.
#[tokio::test]
async fn simultaneous_dials_leave_a_connection() {
    for _ in 0..10 {
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let [a, b] = [free(), free()].map(|port| vec![format!("/ip4/127.0.0.1/tcp/{port}")]);
        let one = NetworkSettings { listen: a.clone().into(), ..settings(1, vec![bank(2, &b)]) };
        let two = NetworkSettings { listen: b.into(), ..settings(2, vec![bank(1, &a)]) };
        let (mut one, mut two) = tokio::join!(Node::start(one), Node::start(two));
        tokio::join!(one.wait_up(key(2)), two.wait_up(key(1)));
        // A message may be lost with the connection that is closed; agreement repeats its votes.
        let hello = async {
            let one_second = Duration::from_secs(1);
            loop {
                one.handle.publish(Topic::Consensus, b"hello".to_vec()).await.unwrap();
                if timeout(one_second, two.next_gossip(Topic::Consensus)).await.is_ok() {
                    break;
                }
            }
        };
        timeout(DEADLINE, hello).await.expect("a connection stays");
    }
}

/// Addresses may be names.
#[tokio::test]
async fn names_are_resolved() {
    let one = Node::start(settings(1, vec![bank(2, &[])])).await;
    let port = one.handle.listen_addresses()[0].rsplit('/').next().unwrap().to_owned();
    let named = format!("/dns4/localhost/tcp/{port}");
    let mut two = Node::start(settings(2, vec![bank(1, &[named])])).await;
    two.wait_up(key(1)).await;
}
