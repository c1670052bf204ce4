//! The same facts by `idx_subscribe`.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_s_transfers_are_told_with_the_same_payload() {
    let (bench, people) = Bench::people().await;
    let [asha, bilal] = &people;
    let mut listener = Listener::open(&bench.served, &asha.token).await;
    let mut socket = bench.served.socket().await;
    socket.subscribe(json!({"topic": "customer", "token": asha.token})).await;
    let mut bilals = bench.served.socket().await;
    bilals.subscribe(json!({"topic": "customer", "token": bilal.token})).await;
    let hash = pay(&bench, &people, "3.00").await;
    confirm(&bench, bilal, &hash).await;
    let updates = listener.updates(2).await;
    for (place, update) in updates.iter().enumerate() {
        let event = socket.event().await;
        assert_eq!((&event["sequence"], &event["event"]["type"]), (&json!(place), &json!("transfer")));
        assert_eq!(&event["event"]["transfer"], update);
    }
    let first = bilals.event().await["event"]["transfer"].clone();
    assert_eq!((&first["direction"], &first["sequence"]), (&json!("received"), &json!(1)));

    let mut again = bench.served.socket().await;
    again.subscribe(json!({"topic": "customer", "token": asha.token, "since": 1})).await;
    assert_eq!(again.event().await["event"]["transfer"], updates[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_needed_and_repeated_nowhere() {
    let (bench, [asha, _]) = Bench::people().await;
    let mut socket = bench.served.socket().await;
    let clerk = bench.admin().await;
    let table = [
        (json!({"topic": "customer"}), -32602),
        (json!({"topic": "customer", "token": "a.b.c"}), -31006),
        (json!({"topic": "customer", "token": clerk}), -31006),
        (json!({"topic": "customer", "token": asha.token, "since": {"height": 1, "index": 0}}), -32602),
        (json!({"topic": "votes", "token": asha.token}), -32602),
        (json!({"topic": "finalizedHeads", "since": 5}), -32602),
        (json!({"topic": "customer", "token": ["ABCDE1234F"]}), -32602),
    ];
    for (params, code) in table {
        socket.ask(3, "idx_subscribe", params.clone()).await;
        let answer = socket.next().await;
        assert_eq!(answer["error"]["code"], code, "{params}: {answer}");
        assert!(!answer.to_string().contains("ABCDE"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_login_is_the_end_of_the_subscription() {
    let limits = EventLimits { login_check: std::time::Duration::from_millis(50), ..EventLimits::default() };
    let (bench, [asha, _]) = limited(limits).await;
    let mut socket = bench.served.socket().await;
    socket.subscribe(json!({"topic": "customer", "token": asha.token})).await;
    bench.post("/api/auth/logout", &asha.token, json!({})).await;
    let end = socket.event().await;
    assert_eq!(end["event"]["notice"]["why"], "the login is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn court_orders_are_final_facts_like_others() {
    let (bench, _) = Bench::people().await;
    let mut socket = bench.served.socket().await;
    socket.subscribe(json!({"topic": "courtOrders", "since": {"height": 0, "index": 0}})).await;
    socket.ask(2, "idx_blockNumber", json!([])).await;
    assert_eq!(socket.next().await["result"], 3, "deposits are no orders");
}
