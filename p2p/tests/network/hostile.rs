//! Strangers, garbage, floods, lies about lengths: refused, cut, reported, and nobody else is hurt.

use crate::common::{Node, bank, key, mesh, mesh_with, quick_limits, settings, tight_limits};
use crate::rogue;
use futures::StreamExt;
use idx_p2p::{Acceptance, NetworkEvent, NetworkLimits, NetworkSettings, Rate, RequestId, Topic, peer_id_of};
use idx_types::NetworkKey;
use idx_types::wire::{GOSSIP_BYTES_MAX, REQUEST_BYTES_MAX};
use libp2p::gossipsub::IdentTopic;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn wait_blamed(node: &mut Node, wanted: NetworkKey) -> &'static str {
    node.wait("a peer to be blamed", |event| match event {
        NetworkEvent::PeerBlamed { peer, reason, banned_for } if peer == wanted => {
            assert!(!banned_for.is_zero());
            Some(reason)
        }
        _ => None,
    })
    .await
}

/// Two nodes still hear each other.
async fn check_talk(one: &Node, other: &mut Node) {
    one.handle.publish(Topic::Consensus, b"still here".to_vec()).await.unwrap();
    while other.next_gossip(Topic::Consensus).await.1 != b"still here" {}
}

#[tokio::test]
async fn a_stranger_is_refused() {
    let mut nodes = mesh(2).await;
    let addresses = nodes[0].handle.listen_addresses().to_vec();
    let mut stranger = rogue::rogue(66);
    stranger.dial(addresses[0].parse::<libp2p::Multiaddr>().unwrap()).unwrap();
    loop {
        use libp2p::swarm::SwarmEvent::{ConnectionClosed, OutgoingConnectionError};
        if let ConnectionClosed { .. } | OutgoingConnectionError { .. } = stranger.select_next_some().await {
            break;
        }
    }
    let [one, two] = &mut nodes[..] else { unreachable!("two nodes") };
    check_talk(one, two).await;
    let peers = one.handle.peers().await.unwrap();
    assert!(peers.iter().all(|peer| peer.key == key(2)), "{peers:?}");
    assert_eq!(one.handle.stats().connections_refused, 1);
}

/// A node of another chain gets a connection, as a listed key, but not a single message through.
#[tokio::test]
async fn another_network_is_not_understood() {
    let mut one = Node::start(settings(1, vec![bank(2, &[]), bank(3, &[])])).await;
    let home = || vec![bank(1, one.handle.listen_addresses())];
    let foreign = NetworkSettings { protocol_name: "other".to_owned(), ..settings(2, home()) };
    let foreign = Node::start(foreign).await;
    let mut friend = Node::start(settings(3, home())).await;
    one.wait_up(key(3)).await;
    friend.wait_up(key(1)).await;
    foreign.handle.publish(Topic::Consensus, b"alien".to_vec()).await.unwrap();
    check_talk(&one, &mut friend).await;
    assert!(one.handle.peers().await.unwrap().iter().all(|peer| peer.key != key(2) || !peer.up));
}

#[tokio::test]
async fn garbage_does_no_harm() {
    let mut nodes = mesh(2).await;
    let port: u16 = nodes[0].handle.listen_addresses()[0].rsplit('/').next().unwrap().parse().unwrap();
    let greeting = b"\x13/multistream/1.0.0\n\x07/noise\n";
    let unfinished = [greeting, &[0xff; 60][..]].concat();
    for garbage in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0; 4096], &[0xff; 4096], &unfinished] {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        socket.write_all(garbage).await.unwrap();
        socket.shutdown().await.unwrap();
        // The node may have reset the connection already, which is as good as closing it.
        let _reset = socket.read_to_end(&mut Vec::new()).await;
    }
    let [one, two] = &mut nodes[..] else { unreachable!("two nodes") };
    check_talk(one, two).await;
    assert_eq!(one.handle.stats().connections_broken, 4);
}

#[tokio::test]
async fn a_flood_of_gossip_is_throttled_cut_and_reported() {
    let mut nodes = mesh_with(3, tight_limits(), &[]).await;
    for n in 0..1_000u32 {
        nodes[2].handle.publish(Topic::Consensus, n.to_le_bytes().to_vec()).await.unwrap();
    }
    let [one, two, _flooder] = &mut nodes[..] else { unreachable!("three nodes") };
    let mut heard = 0;
    let reason = one
        .wait("the flooder to be cut", |event| match event {
            NetworkEvent::Gossip { .. } => {
                heard += 1;
                None
            }
            NetworkEvent::PeerBlamed { peer, reason, .. } if peer == key(3) => Some(reason),
            _ => None,
        })
        .await;
    assert!(reason.contains("more messages than its rate"), "{reason}");
    assert!(heard < 200, "throttled before it was cut, heard {heard}");
    let stats = one.handle.stats();
    assert!(stats.gossip_throttled >= 40 && stats.bans == 1, "{stats:?}");
    one.wait_down(key(3)).await;
    check_talk(two, one).await;
    one.wait_up(key(3)).await;
}

#[tokio::test]
async fn a_flood_of_requests_is_cut_too() {
    let mut nodes = mesh_with(2, tight_limits(), &[]).await;
    let mut flooder = nodes.pop().unwrap();
    let flood = tokio::spawn(async move {
        for n in 0.. {
            flooder.handle.request(key(1), RequestId(n), vec![]).await.unwrap();
            flooder
                .wait("the end of a request", |event| {
                    matches!(event, NetworkEvent::RequestFailed { .. }).then_some(())
                })
                .await;
        }
    });
    assert!(wait_blamed(&mut nodes[0], key(2)).await.contains("rate"));
    let stats = nodes[0].handle.stats();
    assert!(stats.requests_received < 100 && stats.requests_throttled >= 50, "{stats:?}");
    flood.abort();
}

/// Bytes that never become a message of their own count as well: here the socket's rate is low
/// and that of messages is not.
#[tokio::test]
async fn a_flood_of_bytes_is_held_back_and_cut() {
    let limits = NetworkLimits { wire_bytes: Rate { per_s: 100_000, burst: 200_000 }, ..quick_limits() };
    let mut nodes = mesh_with(2, limits, &[]).await;
    for n in 0..20u8 {
        nodes[1].handle.publish(Topic::Transactions, vec![n; GOSSIP_BYTES_MAX]).await.unwrap();
    }
    assert!(wait_blamed(&mut nodes[0], key(2)).await.contains("more bytes"));
}

#[tokio::test]
async fn a_blamed_peer_is_cut_and_may_come_back() {
    let mut nodes = mesh(3).await;
    let one = &mut nodes[0];
    for _ in 0..2 {
        one.handle.blame(key(2), "sent a false answer").await.unwrap();
    }
    let peers = one.handle.peers().await.unwrap();
    let score = peers.iter().find(|peer| peer.key == key(2)).unwrap().score;
    assert!((-70..-60).contains(&score), "twice is not enough: {score}");
    one.handle.blame(key(2), "sent a false answer").await.unwrap();
    assert_eq!(wait_blamed(one, key(2)).await, "sent a false answer");
    let peers = one.handle.peers().await.unwrap();
    assert!(peers.iter().any(|peer| peer.key == key(2) && peer.banned_for.is_some()));
    one.wait_down(key(2)).await;
    one.wait_up(key(2)).await;
    let [one, two, _] = &mut nodes[..] else { unreachable!("three nodes") };
    check_talk(one, two).await;
}

#[tokio::test]
async fn rejected_messages_cost_their_bringer() {
    let mut nodes = mesh(2).await;
    let [one, two] = &mut nodes[..] else { unreachable!("two nodes") };
    for n in 0..5u8 {
        two.handle.publish(Topic::Consensus, vec![n]).await.unwrap();
    }
    for _ in 0..5 {
        let (id, from) = one
            .wait("gossip", |event| match event {
                NetworkEvent::Gossip { id, from, .. } => Some((id, from)),
                _ => None,
            })
            .await;
        one.handle.verdict(id, from, Acceptance::Reject).await.unwrap();
    }
    assert!(wait_blamed(one, key(2)).await.contains("do not hold"));
    assert_eq!(one.handle.stats().gossip_rejected, 5);
}

/// Gossip and requests above the limits are not even read to their end, and do not disturb
/// anybody. A broken request costs its sender; three of them cut it.
#[tokio::test]
async fn oversized_messages_are_refused() {
    let mut nodes = mesh_with(2, quick_limits(), &[bank(9, &[])]).await;
    let address = nodes[0].handle.listen_addresses()[0].clone();
    let target = peer_id_of(&key(1)).unwrap();
    let mut rogue = rogue::rogue(9);
    rogue::join(&mut rogue, &address).await;
    let oversized = vec![3; 2 * GOSSIP_BYTES_MAX];
    rogue.behaviour_mut().gossip.publish(IdentTopic::new("consensus"), oversized).unwrap();
    for _ in 0..3 {
        let announced = u32::try_from(REQUEST_BYTES_MAX + 1).unwrap().to_le_bytes();
        rogue.behaviour_mut().requests.send_request(&target, announced.to_vec());
    }
    let driving = tokio::spawn(async move { while rogue.next().await.is_some() {} });
    let [one, two] = &mut nodes[..] else { unreachable!("two nodes") };
    let reason = one
        .wait("the rogue to be cut", |event| match event {
            NetworkEvent::Gossip { data, .. } => panic!("{} bytes got through", data.len()),
            NetworkEvent::PeerBlamed { peer, reason, .. } if peer == key(9) => Some(reason),
            _ => None,
        })
        .await;
    assert!(reason.contains("request protocol"), "{reason}");
    assert_eq!(one.handle.stats().requests_broken, 3);
    check_talk(two, one).await;
    driving.abort();
}

/// An answer that lies about its length fails that request, and only that.
#[tokio::test]
async fn an_oversized_answer_is_refused() {
    let mut nodes = mesh_with(2, quick_limits(), &[bank(9, &[])]).await;
    let address = nodes[0].handle.listen_addresses()[0].clone();
    let mut rogue = rogue::rogue(9);
    rogue::join(&mut rogue, &address).await;
    let driving = tokio::spawn(async move {
        use libp2p::request_response::{Event, Message};
        use libp2p::swarm::SwarmEvent;
        while let Some(event) = rogue.next().await {
            if let SwarmEvent::Behaviour(rogue::RogueBehaviourEvent::Requests(Event::Message {
                message: Message::Request { channel, .. },
                ..
            })) = event
            {
                rogue.behaviour_mut().requests.send_response(channel, vec![0xff; 4]).unwrap();
            }
        }
    });
    let [one, two] = &mut nodes[..] else { unreachable!("two nodes") };
    one.handle.request(key(9), RequestId(1), vec![]).await.unwrap();
    let reason = one
        .wait("the end of the request", |event| match event {
            NetworkEvent::RequestFailed { reason, .. } => Some(reason.to_string()),
            _ => None,
        })
        .await;
    assert!(reason.contains("4294967295 bytes announced"), "{reason}");
    check_talk(one, two).await;
    driving.abort();
}
