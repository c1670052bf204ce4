//! Both transports, and the move from one to the other.

use super::*;

/// One poll's packets.
async fn poll(bench: &Bench, sid: &str) -> Vec<String> {
    let path = format!("/socket.io/?EIO=4&transport=polling&sid={sid}");
    let reply = bench.served.get(&path).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body.split('\u{1e}').map(str::to_owned).collect()
}

async fn post(bench: &Bench, sid: &str, body: &str) -> u16 {
    let request = format!(
        "POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: localhost\r\n\
         Connection: close\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    bench.served.raw(request.as_bytes()).await.status
}

async fn open(bench: &Bench) -> String {
    let reply = bench.served.get("/socket.io/?EIO=4&transport=polling").await;
    assert!(reply.head.contains("text/plain; charset=utf-8"), "{}", reply.head);
    let hello: Value = serde_json::from_str(reply.body.strip_prefix('0').unwrap()).unwrap();
    assert_eq!(hello["upgrades"], json!(["websocket"]));
    assert_eq!((&hello["pingInterval"], &hello["maxPayload"]), (&json!(20_000), &json!(8_192)));
    hello["sid"].as_str().unwrap().to_owned()
}

/// Polls until an event of this name.
async fn until(bench: &Bench, sid: &str, name: &str) -> Value {
    loop {
        for packet in poll(bench, sid).await {
            let Some(event) = packet.strip_prefix("42") else { continue };
            let (heard, payload): (String, Value) = serde_json::from_str(event).unwrap();
            if heard == name {
                return payload;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_polls_hears_everything() {
    let (bench, people) = Bench::people().await;
    let [asha, _] = &people;
    let sid = open(&bench).await;
    assert_eq!(post(&bench, &sid, &format!("40{}", json!({"token": asha.token}))).await, 200);
    assert!(poll(&bench, &sid).await[0].starts_with("40{\"sid\""));
    let waits = async { until(&bench, &sid, "transaction_update").await };
    let (told, hash) = tokio::join!(waits, pay(&bench, &people, "7.00"));
    assert_eq!((&told["tx_hash"], &told["amount"]), (&json!(hash), &json!("7.00")));
    assert_eq!(post(&bench, &sid, "41").await, 200);
    for _ in 0..2 {
        let path = format!("/socket.io/?EIO=4&transport=polling&sid={sid}");
        let gone = bench.served.get(&path).await;
        assert!(gone.status == 400 || gone.body == "1", "who left is gone: {} {}", gone.status, gone.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_moves_to_the_websocket_and_loses_nothing() {
    let (bench, people) = Bench::people().await;
    let [asha, _] = &people;
    let sid = open(&bench).await;
    post(&bench, &sid, &format!("40{}", json!({"token": asha.token}))).await;
    until(&bench, &sid, "connected").await;
    let mut socket = Socket::try_open(&bench.served, &format!("&sid={sid}")).await.unwrap();
    assert!(
        Socket::try_open(&bench.served, &format!("&sid={sid}")).await.is_none(),
        "one WebSocket a connection"
    );
    let probe = async {
        socket.send("2probe").await;
        socket.next().await
    };
    let (waiting, probed) = tokio::join!(poll(&bench, &sid), probe);
    assert_eq!((waiting, probed.as_deref()), (vec!["6".to_owned()], Some("3probe")));
    let hash = pay(&bench, &people, "7.00").await;
    socket.send("5").await;
    let first = socket.next().await.unwrap();
    assert!(first.starts_with("42[\"transaction_pending\"") && first.contains(&hash), "{first}");
    let late = bench.served.get(&format!("/socket.io/?EIO=4&transport=polling&sid={sid}")).await;
    assert_eq!(late.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_probe_leaves_the_client_with_its_polls() {
    let (bench, people) = Bench::people().await;
    let sid = open(&bench).await;
    post(&bench, &sid, &format!("40{}", json!({"token": people[0].token}))).await;
    until(&bench, &sid, "connected").await;
    let mut socket = Socket::try_open(&bench.served, &format!("&sid={sid}")).await.unwrap();
    socket.send("2wrong").await;
    assert_eq!(socket.next().await, None);
    let (told, _) = tokio::join!(until(&bench, &sid, "transaction_update"), pay(&bench, &people, "7.00"));
    assert_eq!(told["sequence"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_no_client_makes_are_refused() {
    let bench = Bench::new().await;
    let table = [
        ("GET", "?transport=polling", 400, 5),
        ("GET", "?EIO=3&transport=polling", 400, 5),
        ("GET", "?EIO=4", 400, 0),
        ("GET", "?EIO=4&transport=webtransport", 400, 0),
        ("GET", "?EIO=4&transport=websocket", 400, 3),
        ("GET", "?EIO=4&transport=polling&sid=0123", 400, 1),
        ("POST", "?EIO=4&transport=polling", 400, 1),
        ("POST", "?EIO=4&transport=polling&sid=0123", 400, 1),
    ];
    for (verb, query, status, code) in table {
        let reply = bench.ask(verb, &format!("/socket.io/{query}"), "", "", "").await;
        assert_eq!((reply.status, &reply.json()["code"]), (status, &json!(code)), "{verb} {query}");
    }
    assert_eq!(bench.ask("PUT", "/socket.io/?EIO=4", "", "", "").await.status, 405);
    let evil = "Origin: https://evil.example\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\
                Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    let head = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n";
    let reply = bench.served.raw(format!("{head}{evil}\r\n").as_bytes()).await;
    assert_eq!(reply.status, 403, "pages of other origins");
    let plain = bench.served.get("/socket.io/?EIO=4&transport=polling").await;
    assert!(!plain.head.contains("access-control-allow-origin"));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_places_do_not_exist_and_do_no_harm() {
    let (bench, [asha, _]) = Bench::people().await;
    let (mut socket, _) = Socket::open(&bench.served, "").await;
    socket.send("40/admin,{}").await;
    assert_eq!(socket.next().await.unwrap(), "44/admin,{\"message\":\"Invalid namespace\"}");
    socket.send(&format!("40{}", json!({"token": asha.token}))).await;
    assert!(socket.next().await.unwrap().starts_with("40{"));
}
