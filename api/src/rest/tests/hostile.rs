//! Bodies and headers that no honest client sends: each is refused with a code, none is repeated.

use super::*;
use serde_json::json;

/// Would be told by a careless answer.
const SECRET: &str = "QWERT9876Z";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_body_is_refused_and_not_repeated() {
    let (bench, [asha, _]) = Bench::people().await;
    let deep = format!("{{\"amount\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let long = format!("{{\"amount\":\"{}\"}}", "9".repeat(20_000));
    for (body, status, code) in [
        (format!("{{\"{SECRET}\":1}}"), 400, "INVALID_BODY"),
        (format!("{{\"amount\":\"{SECRET}\"}}"), 400, "INVALID_BODY"),
        (format!("\"{SECRET}\""), 400, "INVALID_BODY"),
        (format!("{{\"amount\":1}}{SECRET}"), 400, "INVALID_BODY"),
        ("{\"amount\":1,\"amount\":2}".into(), 400, "INVALID_BODY"),
        ("{\"amount\":null,\"sender_account_id\":1}".into(), 400, "INVALID_BODY"),
        ("{\"amount\":NaN}".into(), 400, "INVALID_BODY"),
        ("[]".into(), 400, "INVALID_BODY"),
        ("null".into(), 400, "INVALID_BODY"),
        ("{".into(), 400, "INVALID_BODY"),
        ("\u{0}".into(), 400, "INVALID_BODY"),
        (String::new(), 400, "INVALID_BODY"),
        (deep, 400, "INVALID_BODY"),
        (long, 413, "BODY_TOO_LARGE"),
    ] {
        let reply = bench.ask("POST", "/api/transactions/send", &asha.token, "", &body).await;
        let shown = &body[..body.len().min(60)];
        assert_eq!((reply.status, &reply.json()["error"]["code"]), (status, &json!(code)), "{shown}");
        assert!(!reply.body.contains(SECRET), "{}", reply.body);
    }
}

/// Every field of a payment in every wrong type.
#[tokio::test(flavor = "multi_thread")]
async fn every_field_says_its_own_rule() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let good = json!({"recipient_idx": bilal.idx, "amount": 1, "sender_account_id": asha.account});
    let wrong = [
        (
            "amount",
            vec![json!(0), json!(-1), json!("1.001"), json!("NaN"), json!(true), json!([]), json!("")],
        ),
        ("sender_account_id", vec![json!("x"), json!(1.5), json!(-5), json!({}), json!(null)]),
        ("recipient_idx", vec![json!("IDX_1"), json!(1), json!("")]),
        ("recipient_nickname", vec![json!(""), json!("a\nb"), json!(1)]),
    ];
    for (field, values) in wrong {
        for value in values {
            let mut body = good.clone();
            body[field] = value;
            let refused = bench.post("/api/transactions/send", &asha.token, body.clone()).await;
            assert_eq!(refused.status, 400, "{body}: {}", refused.body);
            assert_eq!(refused.json()["error"]["details"]["field"], field, "{body}: {}", refused.body);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_in_every_wrong_shape() {
    let (bench, [asha, _]) = Bench::people().await;
    let token = &asha.token;
    for (header, status) in [
        (format!("Authorization: {token}\r\n"), 401),
        (format!("Authorization: Basic {token}\r\n"), 401),
        ("Authorization: Bearer \r\n".to_owned(), 401),
        ("Authorization: Bearer a.b.c\r\n".to_owned(), 401),
        (format!("Authorization: bearer {token}\r\n"), 200),
    ] {
        let reply = bench.ask("GET", "/api/accounts/info", "", &header, "").await;
        assert_eq!(reply.status, status, "{header}: {}", reply.body);
    }
    let reply = bench.ask("PATCH", "/api/accounts/info", token, "", "").await;
    assert_eq!((reply.status, &reply.json()["error"]["code"]), (405, &json!("METHOD_NOT_ALLOWED")));
    let text = "POST /api/transactions/send HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                Content-Type: text/plain\r\nContent-Length: 2\r\n";
    let reply = bench.served.raw(format!("{text}Authorization: Bearer {token}\r\n\r\n{{}}").as_bytes()).await;
    assert_eq!(reply.status, 415, "{}", reply.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_customers_says_so() {
    let served = crate::tests::support::serve_plain().await;
    let reply = served.get("/api/accounts/info").await;
    assert_eq!((reply.status, &reply.json()["error"]["code"]), (503, &json!("NOT_SERVED")));
    assert_eq!(served.get("/api/stats").await.status, 200);
}
