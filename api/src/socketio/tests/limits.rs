//! What a client may take of the node, and what becomes of one that takes more.

use super::*;
use crate::Rate;
use std::time::Duration;

/// A connection as soon as there is room for it, already greeted.
async fn open_again(bench: &Bench) -> Socket {
    for _ in 0..400 {
        if let Some(mut socket) = Socket::try_open(&bench.served, "").await {
            socket.next().await.expect("a greeting");
            return socket;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("a connection kept its room");
}

/// One connection in all, so that it shows whether it is gone.
fn one() -> EventLimits {
    EventLimits { sockets_max: 1, ..EventLimits::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_counted_in_all_by_address_and_by_person() {
    for limits in [one(), EventLimits { sockets_per_address_max: 1, ..EventLimits::default() }] {
        let (bench, _) = limited(limits).await;
        let held = Socket::open(&bench.served, "").await;
        assert!(Socket::try_open(&bench.served, "").await.is_none());
        let full = bench.served.get("/socket.io/?EIO=4&transport=polling").await;
        assert_eq!(full.status, 503);
        drop(held);
        open_again(&bench).await;
    }
    let limits = EventLimits { sockets_per_person_max: 1, ..EventLimits::default() };
    let (bench, [asha, bilal]) = limited(limits).await;
    let held = Listener::open(&bench.served, &asha.token).await;
    let refused = Listener::with(&bench.served, &json!({"token": asha.token})).await.err().unwrap();
    assert_eq!(refused["data"]["code"], "TOO_MANY_SOCKETS");
    Listener::open(&bench.served, &bilal.token).await;
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_ends_a_connection_and_frees_its_room() {
    let (bench, [asha, _]) = limited(one()).await;
    let long = "x".repeat(9_000);
    for rubbish in ["hello", "4", "40{", "42{}", "451-[\"a\"]", "2probe", "5", &long] {
        let mut socket = open_again(&bench).await;
        socket.send(rubbish).await;
        assert_eq!(socket.next().await, None, "{}", &rubbish[..rubbish.len().min(9)]);
    }
    let mut socket = open_again(&bench).await;
    let connect = format!("40{}", json!({"token": asha.token}));
    socket.send(&connect).await;
    for expected in ["40{", "42[\"connected\""] {
        assert!(socket.next().await.unwrap().starts_with(expected));
    }
    socket.send(&connect).await;
    assert_eq!(socket.next().await, None, "let in once is enough");
    open_again(&bench).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_talks_too_much_is_left_alone() {
    let limits = EventLimits { messages: Rate::per_second(1, 5), ..one() };
    let (bench, [asha, _]) = limited(limits).await;
    let mut listener = Listener::open(&bench.served, &asha.token).await;
    for _ in 0..3 {
        listener.socket.send("42[\"hello\"]").await;
    }
    assert!(listener.socket.is_silent().await, "nobody answers, and it may stay");
    for _ in 0..4 {
        listener.socket.send("42[\"hello\"]").await;
    }
    assert_eq!(listener.socket.next().await, None);
    open_again(&bench).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_loses_the_connection() {
    let limits = EventLimits { connect_timeout: Duration::from_millis(100), ..one() };
    let (bench, _) = limited(limits).await;
    let (mut socket, _) = Socket::open(&bench.served, "").await;
    assert_eq!(socket.next().await, None);
    let mut polling = 503;
    while polling == 503 {
        polling = bench.served.get("/socket.io/?EIO=4&transport=polling").await.status;
    }
    assert_eq!(polling, 200);
    open_again(&bench).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_pings_is_taken_for_dead() {
    let limits = EventLimits { ping_interval: Duration::from_millis(100), ..one() };
    let (bench, [asha, _]) = limited(limits).await;
    let mut listener = Listener::open(&bench.served, &asha.token).await;
    assert_eq!(listener.socket.next().await.as_deref(), Some("2"));
    listener.socket.send("3").await;
    assert_eq!(listener.socket.next().await.as_deref(), Some("2"), "it lives");
    assert_eq!(listener.socket.next().await, None, "and now it does not");
    open_again(&bench).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_reads_loses_the_connection_and_nobody_waits() {
    let limits = EventLimits { write_timeout: Duration::from_millis(300), queue_max: 1, ..one() };
    let (bench, [asha, _]) = limited(limits).await;
    let auth = json!({"token": asha.token, "since_height": 0});
    let _stuck = Listener::with(&bench.served, &auth).await.unwrap();
    // More than all buffers on the way hold.
    bench.served.node.finalise(9_000);
    open_again(&bench).await;
    assert_eq!(bench.get("/api/stats", "").await.status, 200);
}
