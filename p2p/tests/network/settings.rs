//! Wrong settings stop the start, each with its own reason.

use crate::common::{Node, bank, key, settings};
use idx_p2p::{
    ADDRESSES_MAX, NetworkError, NetworkSettings, PEERS_MAX, PeerRole, PeerSettings, Rate, peer_id_of, start,
};
use idx_types::NetworkKey;

async fn refusal(settings: NetworkSettings) -> String {
    start(settings).await.map(|_| ()).expect_err("the settings are wrong").to_string()
}

#[tokio::test]
async fn wrong_addresses_are_named() {
    let foreign = format!("/ip4/10.0.0.2/tcp/4001/p2p/{}", peer_id_of(&key(5)).unwrap());
    for (address, reason) in [
        ("10.0.0.2:4001", "invalid multiaddr"),
        ("/ip4/10.0.0.2", "expected /ip4"),
        ("/ip4/10.0.0.2/udp/4001", "expected /ip4"),
        ("/ip4/10.0.0.2/tcp/4001/ws", "expected /ip4"),
        (foreign.as_str(), "not the peer's key"),
    ] {
        let said = refusal(settings(1, vec![bank(2, &[address.to_owned()])])).await;
        assert!(said.contains(address) && said.to_lowercase().contains(reason), "{said}");
    }
    let named = format!("/ip4/10.0.0.2/tcp/4001/p2p/{}", peer_id_of(&key(2)).unwrap());
    Node::start(settings(1, vec![bank(2, &[named])])).await.handle.shutdown().await;
}

#[tokio::test]
async fn wrong_peers_are_named() {
    let unsound = PeerSettings { key: NetworkKey([0; 32]), addresses: vec![], role: PeerRole::Bank };
    let addresses = vec!["/ip4/10.0.0.2/tcp/1".to_owned(); ADDRESSES_MAX + 1];
    let crowd = (0..=PEERS_MAX).map(|n| bank(n as u8, &[])).collect();
    for (peers, reason) in [
        (vec![unsound], "is not a sound Ed25519 key"),
        (vec![bank(2, &[]), bank(2, &[])], "is listed twice"),
        (vec![bank(2, &addresses)], "at most 8 are tried"),
        (crowd, "at most 128 are served"),
    ] {
        let said = refusal(settings(1, peers)).await;
        assert!(said.contains(reason), "{said}");
    }
}

#[tokio::test]
async fn a_wrong_name_or_rate_is_refused() {
    for name in ["", "a/b", "naïve", &"x".repeat(101)] {
        let wrong = NetworkSettings { protocol_name: name.to_owned(), ..settings(1, vec![]) };
        assert!(matches!(start(wrong).await, Err(NetworkError::ProtocolName(_))), "{name:?}");
    }
    let mut wrong = settings(1, vec![]);
    wrong.listen.announce = vec!["/ip4/10.0.0.1/tcp/4001".to_owned(); ADDRESSES_MAX + 1];
    assert!(matches!(start(wrong).await, Err(NetworkError::TooManyAnnounced { count: 9 })));
    let mut wrong = settings(1, vec![]);
    wrong.listen.announce = vec!["/ip4/10.0.0.1/udp/4001".to_owned()];
    assert!(matches!(start(wrong).await, Err(NetworkError::Address { .. })));
    let mut wrong = settings(1, vec![]);
    wrong.limits.wire_bytes = Rate { per_s: 0, burst: 1 };
    assert!(matches!(start(wrong).await, Err(NetworkError::ZeroRate)));
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let first = Node::start(settings(1, vec![])).await;
    let listen = first.handle.listen_addresses().to_vec();
    let said = refusal(NetworkSettings { listen: listen.clone().into(), ..settings(2, vec![]) }).await;
    assert!(said.contains(&listen[0]) && said.contains("is another node running"), "{said}");
    let named = vec!["/dns4/localhost/tcp/0".to_owned()];
    assert!(
        refusal(NetworkSettings { listen: named.into(), ..settings(2, vec![]) })
            .await
            .contains("not on a name")
    );
}

/// A node may be given the whole list, its own entry included; and secrets are not printed.
#[tokio::test]
async fn own_entry_is_passed_over_and_secrets_are_masked() {
    let settings = settings(200, vec![bank(200, &[]), bank(2, &[])]);
    let shown = format!("{settings:?}");
    assert!(shown.contains("<masked>") && !shown.contains("200, 200"), "{shown}");
    let node = Node::start(settings).await;
    assert_eq!(node.handle.key(), key(200));
    let peers = node.handle.peers().await.unwrap();
    assert_eq!(peers.iter().map(|peer| peer.key).collect::<Vec<_>>(), [key(2)]);
}
