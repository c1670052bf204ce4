//! Subscriptions over real WebSockets: order, resumption, slow readers.

use super::support::wire::Socket;
use super::support::{Served, serve, serve_plain};
use crate::{ApiLimits, LiveEvent};
use idx_client::testing::bank_key;
use idx_types::testing::chain_id;
use idx_types::{BankId, Height, Round, Signed, Vote, VoteKind};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

fn vote(height: u64) -> LiveEvent {
    let vote = Vote {
        chain_id: chain_id(),
        height: Height(height),
        round: Round::ZERO,
        kind: VoteKind::Prevote,
        value: None,
        bank: BankId(1),
    };
    LiveEvent::Vote(Arc::new(Signed::new(vote, &bank_key(1))))
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_arrive_in_order_and_without_gaps() {
    let served = serve_plain().await;
    let mut socket = served.socket().await;
    let id = socket.subscribe(json!(["finalizedHeads"])).await;
    for height in 4..=9 {
        served.node.finalise(height);
    }
    for (sequence, height) in (4..=9).enumerate() {
        let message = socket.next().await;
        assert_eq!(message["params"]["subscription"], json!(id));
        let event = &message["params"]["result"];
        assert_eq!(event["sequence"], sequence);
        assert_eq!(event["cursor"], json!({"height": height, "index": 0}));
        assert_eq!(event["event"]["header"]["height"], height);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_was_away_gets_everything_after_its_cursor() {
    let served = serve_plain().await;
    let mut socket = served.socket().await;
    socket.subscribe(json!({"topic": "transactions", "since": {"height": 1, "index": 1}})).await;
    assert_eq!(socket.event().await["event"]["receipt"]["height"], 2);
    served.node.finalise(4);
    let third = socket.event().await;
    assert_eq!(third["cursor"], json!({"height": 3, "index": 1}));
    assert_eq!(third["event"]["receipt"]["status"], "failed");
    assert_eq!(socket.event().await["event"]["receipt"]["height"], 4);
    let mut first = served.socket().await;
    first.subscribe(json!({"topic": "finalizedHeads", "since": {"height": 0, "index": 0}})).await;
    assert_eq!(first.event().await["cursor"]["height"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_let_through_what_they_say() {
    let served = serve_plain().await;
    for (filter, heights) in [
        (json!({"status": "failed"}), vec![3, 6]),
        (json!({"status": "completed", "bank": 0}), vec![1, 2, 4, 5]),
        (json!({"kind": "deposit", "status": "failed"}), vec![3, 6]),
    ] {
        let mut socket = served.socket().await;
        socket.subscribe(json!(["transactions", filter, {"height": 0, "index": 0}])).await;
        served.node.finalise(6);
        for height in heights {
            assert_eq!(socket.event().await["cursor"]["height"], height, "{filter}");
        }
    }
    let mut socket = served.socket().await;
    socket.subscribe(json!(["transactions", {"kind": "transfer"}, {"height": 0, "index": 0}])).await;
    assert_silent(&mut socket).await;
}

async fn assert_silent(socket: &mut Socket) {
    let next = tokio::time::timeout(Duration::from_millis(200), socket.try_next()).await;
    assert!(next.is_err(), "{next:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn senseless_subscriptions_are_refused() {
    let served = serve_plain().await;
    let mut socket = served.socket().await;
    for params in [
        json!(["everything"]),
        json!(["votes", {"bank": 1}]),
        json!({"topic": "newHeads", "since": {"height": 0, "index": 0}}),
        json!(["transactions", {"kind": "theft"}]),
        json!(["transactions", {"amount": 5}]),
        json!([]),
    ] {
        socket.ask(3, "idx_subscribe", params.clone()).await;
        assert_eq!(socket.next().await["error"]["code"], -32602, "{params}");
    }
    let batch = json!([{"jsonrpc": "2.0", "id": 1, "method": "idx_subscribe", "params": ["votes"]}]);
    socket.send(&batch.to_string()).await;
    assert_eq!(socket.next().await[0]["error"]["code"], -32602);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_cannot_end_another_s_subscription() {
    let served = serve_plain().await;
    let (mut mine, mut other) = (served.socket().await, served.socket().await);
    let id = mine.subscribe(json!(["votes"])).await;
    other.ask(2, "idx_unsubscribe", json!([id])).await;
    assert_eq!(other.next().await["result"], false);
    served.node.live.send(vote(4)).unwrap();
    assert_eq!(mine.event().await["event"]["vote"]["bank"]["code"], "ICICI");
    mine.ask(2, "idx_unsubscribe", json!([id])).await;
    assert_eq!(mine.next().await["result"], true);
    assert_silent(&mut mine).await;
}

/// A call with a long answer, itself long, so that few of them fill every buffer on the way.
fn heavy_call() -> String {
    let padding = " ".repeat(20_000);
    format!(r#"{{"jsonrpc":"2.0","id":0,"method":"rpc.discover"{padding}}}"#)
}

/// Calls without reading, until the node takes no more.
async fn clog(served: &Served, socket: &mut Socket) {
    let mut sent = 0;
    while socket.try_send(&heavy_call()).await {
        sent += 1;
        assert!(sent < 5_000, "the node goes on reading from a client that does not read");
    }
    assert_eq!(served.ok("idx_blockNumber", json!([])).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_not_read_from_and_others_do_not_notice() {
    let limits = ApiLimits { write_timeout: Duration::from_secs(600), ..ApiLimits::default() };
    let served = serve(limits).await;
    let mut socket = served.socket().await;
    clog(&served, &mut socket).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_reads_loses_its_connection() {
    let limits = ApiLimits {
        sockets_max: 1,
        write_timeout: Duration::from_millis(200),
        ping_interval: Duration::from_millis(100),
        ..ApiLimits::default()
    };
    let served = serve(limits).await;
    let mut stuck = served.socket().await;
    while stuck.try_send(&heavy_call()).await {}
    for _ in 0..200 {
        if served.try_socket().await.is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("a client that never reads kept its place");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_live_events_is_told_how_many_it_missed() {
    let served = serve(ApiLimits { queue_max: 1, ..ApiLimits::default() }).await;
    let mut socket = served.socket().await;
    socket.subscribe(json!(["votes"])).await;
    // The sender never waits: this many do not fit into any buffer on the way.
    let sending = tokio::task::spawn_blocking({
        let node = Arc::clone(&served.node);
        move || (0..100_000).for_each(|height| drop(node.live.send(vote(height))))
    });
    tokio::time::timeout(Duration::from_secs(20), sending).await.expect("the node waited").unwrap();
    let mut expected = 0;
    loop {
        let event = socket.event().await;
        assert_eq!(event["sequence"], expected);
        expected += 1;
        if event["event"]["type"] == "ended" {
            assert!(event["event"]["notice"]["missed"].as_u64().unwrap() > 0);
            assert_eq!(event["event"]["notice"]["resume"], Value::Null);
            break;
        }
    }
    served.node.live.send(vote(1)).ok();
    assert_silent(&mut socket).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_final_facts_that_lags_is_told_where_to_resume_and_loses_nothing() {
    let limits = ApiLimits { queue_max: 1, lag_heights_max: 5, ..ApiLimits::default() };
    let served = serve(limits).await;
    let mut socket = served.socket().await;
    socket.subscribe(json!(["finalizedHeads"])).await;
    served.node.finalise(4);
    assert_eq!(socket.event().await["cursor"]["height"], 4);
    served.node.finalise(1_000);
    let ended = socket.event().await;
    assert_eq!(ended["event"]["type"], "ended", "{ended}");
    let resume = ended["event"]["notice"]["resume"].clone();
    assert_eq!(resume, json!({"height": 4, "index": 0}));
    socket.subscribe(json!({"topic": "finalizedHeads", "since": resume})).await;
    for height in 5..=60 {
        assert_eq!(socket.event().await["cursor"]["height"], height);
    }
}
