//! Events as clients meet them: the real router on a real socket, a desk over a vault in memory, and the
//! protocol by hand, so that tests can also send what no library would.

mod blocks;
mod crowd;
mod limits;
mod story;
mod subscribe;
mod transports;
mod wire;

use crate::rest::tests::bench::{Bench, Person, roomy};
use crate::{ApiLimits, EventLimits, RestLimits};
use serde_json::{Value, json};
use wire::{Listener, Socket};

/// A bank with two customers and these bounds on events.
async fn limited(events: EventLimits) -> (Bench, [Person; 2]) {
    let rest: RestLimits = roomy();
    Bench::limited(ApiLimits { rest, events, ..ApiLimits::default() }).await.with_people().await
}

/// Asha pays Bilal.
async fn pay(bench: &Bench, [asha, bilal]: &[Person; 2], amount: &str) -> String {
    let payment = json!({"recipient_idx": bilal.idx, "amount": amount, "sender_account_id": asha.account});
    let sent = bench.post("/api/transactions/send", &asha.token, payment).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    sent.json()["tx_hash"].as_str().unwrap().to_owned()
}

/// Bilal takes it.
async fn confirm(bench: &Bench, bilal: &Person, hash: &str) {
    let choice = json!({"receiver_account_id": bilal.account});
    let done = bench.post(&format!("/api/transactions/{hash}/confirm"), &bilal.token, choice).await;
    assert_eq!(done.status, 200, "{}", done.body);
}
