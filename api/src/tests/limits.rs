//! Each limit once: reached, named, and without harm to anyone else.

use super::support::serve;
use crate::ApiLimits;
use idx_client::encoding::Hex;
use idx_client::testing::deposit;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn batch(entries: usize, method: &str) -> String {
    let entry = |id| json!({"jsonrpc": "2.0", "id": id, "method": method});
    Value::from((0..entries).map(entry).collect::<Vec<_>>()).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_have_a_size() {
    let served = serve(ApiLimits { request_bytes_max: 1_000, ..ApiLimits::default() }).await;
    let fits = format!("{}{}", batch(1, "idx_blockNumber"), " ".repeat(900));
    assert_eq!(served.post(fits.as_bytes()).await.status, 200);
    let reply = served.post(" ".repeat(1_001).as_bytes()).await;
    assert_eq!((reply.status, &reply.json()["error"]["code"]), (413, &json!(-31000)));
    let chunked = format!(
        "POST /rpc HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n800\r\n{}\r\n0\r\n\r\n",
        " ".repeat(0x800)
    );
    assert_eq!(served.raw(chunked.as_bytes()).await.status, 413);
    let mut socket = served.socket().await;
    socket.send(&" ".repeat(1_001)).await;
    assert!(socket.try_next().await.is_none(), "a message that is too long ends the WebSocket");
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_have_a_length_and_a_size_of_answers() {
    let served = serve(ApiLimits { batch_max: 3, response_bytes_max: 4_000, ..ApiLimits::default() }).await;
    assert_eq!(served.post(batch(3, "idx_blockNumber").as_bytes()).await.json().as_array().unwrap().len(), 3);
    let longer = served.post(batch(4, "idx_blockNumber").as_bytes()).await;
    assert_eq!(longer.json()["error"]["code"], -31001);
    let larger = served.post(batch(3, "idx_getBanks").as_bytes()).await;
    assert_eq!(larger.json()["error"]["code"], -31002);
    assert_eq!(served.refused("rpc.discover", json!([])).await, -31002);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_have_a_time() {
    let limits = ApiLimits { body_timeout: Duration::from_millis(100), ..ApiLimits::default() };
    let served = serve(limits).await;
    let request =
        "POST /rpc HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{";
    let reply = served.raw(request.as_bytes()).await;
    assert_eq!(reply.status, 408);
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_have_a_time() {
    let limits = ApiLimits { header_timeout: Duration::from_millis(100), ..ApiLimits::default() };
    let served = serve(limits).await;
    let begun = Instant::now();
    served.raw(b"POST /rpc HTTP/1.1\r\nHost: a\r\nX-Slow: ").await;
    assert!(begun.elapsed() < Duration::from_secs(10), "a slow client held its connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let served = serve(ApiLimits { connections_max: 1, ..ApiLimits::default() }).await;
    let held = TcpStream::connect(served.address).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut second = TcpStream::connect(served.address).await.unwrap();
    second.write_all(b"GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = [0; 12];
    let early = tokio::time::timeout(Duration::from_millis(200), second.read_exact(&mut answer)).await;
    assert!(early.is_err(), "the second connection was served beside the first");
    drop(held);
    second.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
}

#[tokio::test(flavor = "multi_thread")]
async fn waits_have_a_number_and_a_length() {
    let limits = ApiLimits { waits_max: 1, wait_max: Duration::from_millis(300), ..ApiLimits::default() };
    let served = serve(limits).await;
    let unknown = json!([Hex(deposit(60).id()), 60_000]);
    let begun = Instant::now();
    let (first, second) = tokio::join!(served.ok("idx_waitForTransaction", unknown.clone()), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        served.call("idx_waitForTransaction", unknown.clone()).await
    });
    assert_eq!(first, Value::Null);
    assert!(begun.elapsed() < Duration::from_secs(10), "60 s were asked for, 0.3 s are allowed");
    let error = &second["error"];
    assert_eq!((&error["code"], &error["data"]["retriable"]), (&json!(-32042), &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_at_a_time_are_bounded_and_the_rest_is_told_to_come_back() {
    let served = serve(ApiLimits { calls_max: 1, ..ApiLimits::default() }).await;
    let waiting = json!({"jsonrpc": "2.0", "id": 1, "method": "idx_waitForTransaction",
        "params": [Hex(deposit(60).id()), 400]})
    .to_string();
    let (_, busy) = tokio::join!(served.post(waiting.as_bytes()), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        served.post(batch(1, "idx_blockNumber").as_bytes()).await
    });
    assert_eq!(busy.status, 503);
    assert!(busy.head.contains("retry-after: 1"));
    assert_eq!(busy.json()["error"]["data"]["reason"], "NODE_BUSY");
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_at_a_time_are_bounded() {
    let served = serve(ApiLimits { reads_max: 2, ..ApiLimits::default() }).await;
    served.node.slow_read_ms.store(30, Ordering::SeqCst);
    let account = json!([Hex(super::support::node::BANKS_OWN)]);
    let reads = (0..12).map(|_| served.ok("idx_getAccount", account.clone()));
    futures::future::join_all(reads).await;
    assert_eq!(served.node.reads_most.load(Ordering::SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn web_sockets_and_subscriptions_are_counted() {
    let limits = ApiLimits { sockets_max: 1, subscriptions_max: 2, ..ApiLimits::default() };
    let served = serve(limits).await;
    let mut socket = served.socket().await;
    assert!(served.try_socket().await.is_none(), "a second WebSocket was opened");
    let first = socket.subscribe(json!(["votes"])).await;
    socket.subscribe(json!(["newHeads"])).await;
    socket.ask(7, "idx_subscribe", json!(["votes"])).await;
    assert_eq!(socket.next().await["error"]["code"], -31003);
    socket.ask(8, "idx_unsubscribe", json!([first])).await;
    assert_eq!(socket.next().await["result"], true);
    socket.subscribe(json!(["finalizedHeads"])).await;
    drop(socket);
    for _ in 0..100 {
        if served.try_socket().await.is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the place of a closed WebSocket was not given back");
}
