//! Bodies and headers that no honest client sends: refused by name, and the node serves on.

use super::support::{serve, serve_plain};
use crate::ApiLimits;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn hostile_bodies_are_refused_and_the_node_serves_on() {
    let served = serve_plain().await;
    let deep_array = "[".repeat(200_000);
    let deep_params = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"idx_blockNumber","params":{}{}}}"#,
        "[".repeat(500),
        "]".repeat(500)
    );
    let call = |id: &str| format!(r#"{{"jsonrpc":"2.0","method":"idx_blockNumber","id":{id}}}"#);
    let long_id = format!("\"{}\"", "x".repeat(1_000_000));
    let table: Vec<(Vec<u8>, i64)> = vec![
        (vec![], -32700),
        (b"\xff\xfe\x00".to_vec(), -32700),
        (b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xc3\x28\"}".to_vec(), -32700),
        (deep_array.into_bytes(), -32700),
        (deep_params.into_bytes(), -32700),
        (call("1e999").into_bytes(), -32700),
        (call("99999999999999999999999999").into_bytes(), -32600),
        (call("1.5").into_bytes(), -32600),
        (call("{}").into_bytes(), -32600),
        (call(&long_id).into_bytes(), -32600),
        (b"\"idx_blockNumber\"".to_vec(), -32600),
        (br#"{"jsonrpc":"2.0","id":1,"method":"idx_blockNumber","params":"x"}"#.to_vec(), -32600),
        (br#"{"jsonrpc":"2.0","id":1,"method":"__proto__"}"#.to_vec(), -32601),
        (
            br#"{"jsonrpc":"2.0","id":1,"method":"idx_getBlockByNumber","params":[18446744073709551616]}"#
                .to_vec(),
            -32602,
        ),
        (br#"{"jsonrpc":"2.0","id":1,"method":"idx_getBlockByNumber","params":[1e3]}"#.to_vec(), -32602),
    ];
    for (body, code) in table {
        let reply = served.post(&body).await;
        let start = String::from_utf8_lossy(&body).chars().take(60).collect::<String>();
        assert_eq!(reply.status, 200, "{start}");
        assert_eq!(reply.json()["error"]["code"], code, "{start}: {}", reply.body);
        assert!(reply.body.len() < 1_000, "{start}: an error repeats what it was sent");
    }
    assert_eq!(served.ok("idx_blockNumber", json!([])).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_json_by_post_is_a_call() {
    let served = serve_plain().await;
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"idx_blockNumber"}"#;
    let with = |kind: &str| {
        let length = body.len();
        format!(
            "POST /rpc HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{kind}Content-Length: {length}\r\n\r\n{body}"
        )
    };
    for (kind, status) in [
        ("Content-Type: application/json\r\n", 200),
        ("Content-Type: Application/JSON; charset=utf-8\r\n", 200),
        ("Content-Type: text/plain\r\n", 415),
        ("Content-Type: application/json-patch+json\r\n", 415),
        ("", 415),
    ] {
        assert_eq!(served.raw(with(kind).as_bytes()).await.status, status, "{kind}");
    }
    assert_eq!(served.raw(b"PUT /rpc HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.status, 405);
    assert!((400..500).contains(&served.get("/rpc").await.status));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_header_must_name_this_node_once() {
    let served = serve(ApiLimits { hosts: vec!["localhost".to_owned()], ..ApiLimits::default() }).await;
    let ask = |hosts: &str, path: &str| format!("GET {path} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
    for (hosts, path, status) in [
        ("Host: localhost\r\n", "/metrics", 200),
        ("Host: localhost:5001\r\n", "/metrics", 200),
        ("Host: evil.example\r\n", "/metrics", 403),
        ("Host: evil.example\r\n", "/rpc", 403),
        ("", "/metrics", 400),
        ("Host: localhost\r\nHost: evil.example\r\n", "/metrics", 400),
        ("Host: localhost/../evil\r\n", "/metrics", 400),
        ("Host: 10.0.0.7:5001\r\n", "/health/ready", 200),
    ] {
        assert_eq!(served.raw(ask(hosts, path).as_bytes()).await.status, status, "{hosts:?} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_without_end_are_cut_off() {
    let served = serve_plain().await;
    let endless = format!("GET /metrics HTTP/1.1\r\nHost: a\r\nX: {}", "x".repeat(1 << 20));
    let reply = served.raw(endless.as_bytes()).await;
    assert!(matches!(reply.status, 0 | 431), "status {}", reply.status);
    assert_eq!(served.ok("idx_blockNumber", json!([])).await, 3);
}
