//! The examples of the JSON-RPC 2.0 specification, word for word, over real HTTP and WebSocket.
//!
//! Their methods (`subtract`, `sum`, `get_data`) are put in the place of ours.

use super::support::Served;
use crate::context::Context;
use crate::limits::ApiLimits;
use crate::methods::{Arguments, Method, Param, Pending, Run};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

const fn number(name: &'static str) -> Param {
    Param { name, optional: false, summary: "", schema: "{}", example: "1" }
}

const EXAMPLES: &[Method] = &[
    Method {
        name: "subtract",
        summary: "",
        params: &[number("minuend"), number("subtrahend")],
        result: "",
        run: Run::Call(|c, a| calculate(&c, a, |a, b, _| json!(a - b))),
    },
    Method {
        name: "sum",
        summary: "",
        params: &[number("minuend"), number("subtrahend"), number("third")],
        result: "",
        run: Run::Call(|c, a| calculate(&c, a, |a, b, c| json!(a + b + c))),
    },
    Method {
        name: "get_data",
        summary: "",
        params: &[],
        result: "",
        run: Run::Call(|c, _| Box::pin(std::future::ready(c.json(&json!(["hello", 5]))))),
    },
];

fn calculate(context: &Context, arguments: Arguments, formula: fn(i64, i64, i64) -> Value) -> Pending {
    #[derive(Deserialize)]
    struct Numbers {
        minuend: i64,
        subtrahend: i64,
        #[serde(default)]
        third: i64,
    }
    let answer = arguments.read().and_then(|Numbers { minuend, subtrahend, third }| {
        context.json(&formula(minuend, subtrahend, third))
    });
    Box::pin(std::future::ready(answer))
}

async fn served() -> Served {
    super::support::serve_routes(ApiLimits::default(), |deps, limits| {
        crate::routes(Context::with_methods(EXAMPLES, deps, limits))
    })
    .await
}

#[derive(Deserialize)]
struct Examples {
    cases: Vec<Example>,
}

#[derive(Deserialize)]
struct Example {
    name: String,
    request: String,
    response: Option<Value>,
}

/// The official examples, or `None` with a notice where the data is not there.
fn examples() -> Option<Vec<Example>> {
    let Some(folder) = std::env::var_os("IDX_DATA_DIR") else {
        eprintln!("skipped: IDX_DATA_DIR is not set, the examples of the specification are not at hand");
        return None;
    };
    let path = std::path::Path::new(&folder).join("vectors/jsonrpc2_spec_examples.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let examples: Examples = serde_json::from_str(&text).unwrap();
    assert!(examples.cases.len() >= 15, "the file has lost its cases");
    Some(examples.cases)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_specification_s_examples_hold_over_http() {
    let Some(cases) = examples() else { return };
    let served = served().await;
    for case in cases {
        let reply = served.post(case.request.as_bytes()).await;
        match case.response {
            Some(expected) => assert_eq!((reply.status, reply.json()), (200, expected), "{}", case.name),
            None => assert_eq!((reply.status, reply.body.as_str()), (204, ""), "{}", case.name),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_specification_s_examples_hold_over_a_web_socket() {
    let Some(cases) = examples() else { return };
    let served = served().await;
    for case in cases {
        let mut socket = served.socket().await;
        socket.send(&case.request).await;
        // Where silence is expected, the next thing heard is the answer to the next call.
        let next = r#"{"jsonrpc":"2.0","method":"get_data","id":"next"}"#;
        if let Some(expected) = case.response {
            assert_eq!(socket.next().await, expected, "{}", case.name);
        }
        socket.send(next).await;
        assert_eq!(socket.next().await["id"], "next", "{}", case.name);
    }
}

#[test]
fn the_table_of_examples_is_not_the_real_one() {
    let context: Arc<Context> = {
        let node = Arc::new(super::support::node::FakeNode::new(1));
        Context::new(super::support::node::deps(&node), ApiLimits::default())
    };
    assert!(crate::methods::find(context.methods, "subtract").is_err());
}
