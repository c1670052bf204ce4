//! Many who listen and say nothing: what they cost, and how fast they all hear.
//!
//! `IDX_CROWD=3000` with `ulimit -n 8192` measures a big one; both ends of every connection are in this
//! process, so the figure is more than what a node pays.

use super::*;
use std::time::Instant;

/// As many as every machine can open files for.
const CROWD: usize = 200;

fn crowd() -> usize {
    std::env::var("IDX_CROWD").ok().and_then(|text| text.parse().ok()).unwrap_or(CROWD)
}

/// Memory of this process in KiB; none where the system does not say.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_hears_of_a_block() {
    let crowd = crowd();
    let events = EventLimits {
        sockets_per_address_max: crowd,
        sockets_per_person_max: crowd,
        ..EventLimits::default()
    };
    let limits = ApiLimits {
        rest: roomy(),
        events: EventLimits { sockets_max: crowd, ..events },
        ..ApiLimits::default()
    };
    let (bench, [asha, _]) = Bench::limited(limits).await.with_people().await;
    let before = resident_kib();
    let mut listeners = Vec::new();
    for _ in 0..crowd {
        listeners.push(Listener::open(&bench.served, &asha.token).await);
    }
    let after = resident_kib();
    let began = Instant::now();
    bench.served.node.finalise(4);
    for listener in &mut listeners {
        while listener.event().await.0 != "block_finalized" {}
    }
    let heard = began.elapsed();
    if let Some((before, after)) = before.zip(after) {
        let each = after.saturating_sub(before) / crowd as u64;
        println!("{crowd} idle sockets: {each} KiB each, both ends; a block heard by all after {heard:?}");
    }
}
