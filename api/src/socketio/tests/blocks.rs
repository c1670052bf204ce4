//! What is for everybody: blocks mined, agreed on and final, in that order.

use super::*;
use crate::LiveEvent;
use idx_client::testing::{bank_key, certified, deposit};
use idx_types::Signed;
use std::sync::Arc;

/// Name and height of the next events.
async fn heights(listener: &mut Listener, count: usize) -> Vec<(String, u64)> {
    let mut all = Vec::new();
    for _ in 0..count {
        let (name, payload) = listener.event().await;
        let height = payload["height"].as_u64().unwrap_or_else(|| panic!("{name}: {payload}"));
        all.push((name, height));
    }
    all
}

fn told(heights: std::ops::RangeInclusive<u64>) -> Vec<(String, u64)> {
    let names = ["block_mined", "consensus", "block_finalized"];
    heights.flat_map(|height| names.map(|name| (name.to_owned(), height))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_height_is_told_once_and_in_order() {
    let (bench, [asha, _]) = Bench::people().await;
    let mut customer = Listener::open(&bench.served, &asha.token).await;
    let mut clerk = Listener::open(&bench.served, &bench.admin().await).await;
    bench.served.node.finalise(6);
    assert_eq!(heights(&mut customer, 9).await, told(4..=6));
    assert_eq!(heights(&mut clerk, 9).await, told(4..=6));
    let header = certified(7, vec![deposit(7)], vec![]).public.header;
    let header = Signed::new(header, &bank_key(0));
    bench.served.node.live.send(LiveEvent::Mined(Arc::new(header), 1)).unwrap();
    let (name, mined) = customer.event().await;
    assert_eq!((name.as_str(), &mined["block"], &mined["txs"]), ("block_mined", &json!(7), &json!(1)));
    bench.served.node.finalise(7);
    let (name, votes) = customer.event().await;
    assert_eq!((name.as_str(), &votes["block"]), ("consensus", &json!(7)), "mined is told once");
    assert_eq!(votes["votes"], votes["verdicts"].as_array().unwrap().len());
    let (name, last) = customer.event().await;
    assert_eq!((name.as_str(), &last["txs"], &last["completed"]), ("block_finalized", &json!(1), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_away_hears_the_heights_it_missed() {
    let (bench, [asha, _]) = Bench::people().await;
    let auth = json!({"token": asha.token, "since_height": 1});
    let mut listener = Listener::with(&bench.served, &auth).await.unwrap();
    assert_eq!(listener.hello["height"], 1);
    bench.served.node.finalise(200);
    assert_eq!(heights(&mut listener, 597).await, told(2..=200), "from the store, far beyond what is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_too_far_behind_is_told_what_is_missing() {
    let limits = ApiLimits { rest: roomy(), lag_heights_max: 5, ..ApiLimits::default() };
    let (bench, [asha, _]) = Bench::limited(limits).await.with_people().await;
    bench.served.node.finalise(50);
    let auth = json!({"token": asha.token, "since_height": 10});
    let mut listener = Listener::with(&bench.served, &auth).await.unwrap();
    let (name, missed) = listener.event().await;
    assert_eq!((name.as_str(), &missed["stream"]), ("events_missed", &json!("blocks")));
    assert_eq!((&missed["from"], &missed["to"]), (&json!(11), &json!(50)));
    bench.served.node.finalise(51);
    assert_eq!(heights(&mut listener, 3).await, told(51..=51));
}
