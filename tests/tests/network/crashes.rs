//! kill -9 under load, for as long as asked, at random moments: nothing that any node answered is ever
//! lost, changed or taken back.

use super::net::Net;
use super::traffic::{Dice, Traffic};
use idx_node::testnet::BANKS;
use std::time::{Duration, Instant};

/// How long nodes are killed; `IDX_STORM_SECONDS` asks for longer.
const STORM_SECONDS: u64 = 60;

/// Longest time between a start and the next kill.
const LIFE_MS_MAX: u64 = 900;

fn storm() -> Duration {
    let asked = std::env::var("IDX_STORM_SECONDS").ok();
    let seconds = asked.map_or(STORM_SECONDS, |text| text.parse().expect("IDX_STORM_SECONDS is a number"));
    Duration::from_secs(seconds)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_final_is_lost_or_changed_however_nodes_die() {
    let traffic = Traffic::on(Net::up()).await;
    let kills = traffic.during(kill_and_start(&traffic)).await;
    let report = traffic.judge().await;
    println!("{kills} kills in {} s", storm().as_secs());
    assert!(report.completed > kills, "{report:?}: that was no load for {kills} kills");
}

async fn kill_and_start(traffic: &Traffic) -> usize {
    let (began, mut kills) = (Instant::now(), 0);
    let mut dice = Dice::of(traffic.seed, 0);
    while began.elapsed() < storm() {
        tokio::time::sleep(Duration::from_millis(dice.below(LIFE_MS_MAX))).await;
        // Now and then two at a time: the most that six banks can do without.
        let first = dice.bank();
        let second = (dice.below(4) == 0).then_some((first + 1) % BANKS.len());
        let victims = || [Some(first), second].into_iter().flatten().map(|place| BANKS[place]);
        tokio::task::block_in_place(|| {
            victims().for_each(|bank| traffic.net.kill(bank));
            victims().for_each(|bank| traffic.net.start(bank));
        });
        kills += victims().count();
    }
    kills
}
