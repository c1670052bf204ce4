//! Who gets a token of an office, and what ends it.

use super::*;
use crate::ApiLimits;
use crate::tests::support::serve_desk;
use serde_json::json;

/// The operator says what a token is for; nobody gets a customer's from him.
#[tokio::test(flavor = "multi_thread")]
async fn the_operator_gives_tokens_for_offices() {
    let bench = Bench::new().await;
    let desk: std::sync::Arc<dyn crate::Teller> = bench.teller.clone();
    let operator = serve_desk(ApiLimits::default(), crate::admin_router, Some(desk)).await;
    for (role, orders, flags) in [
        (json!(null), 403, 200),
        (json!("bank_admin"), 403, 200),
        (json!("auditor"), 200, 403),
        (json!("judge_clerk"), 200, 403),
        (json!("regulator"), 200, 403),
    ] {
        let given = operator.ok("admin_issueToken", json!({"name": "A. Sen", "role": role})).await;
        let token = given["token"].as_str().unwrap();
        assert_eq!(bench.get("/api/court-orders", token).await.status, orders, "{role}");
        assert_eq!(bench.get("/api/compliance/flags", token).await.status, flags, "{role}");
        assert_eq!(bench.post("/api/auth/logout", token, json!({})).await.status, 200);
        assert_eq!(bench.get("/api/court-orders", token).await.status, 401, "its login is over");
    }
    for role in [json!("user"), json!("king"), json!(1)] {
        operator.refused("admin_issueToken", json!({"name": "A. Sen", "role": role})).await;
    }
}
