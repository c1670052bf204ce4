//! Clients who ask ten times as often as customers pay: payments settle all the same (fault 64).

use super::net::Net;
use super::traffic::{PAYERS, Traffic};
use idx_node::testnet::BANKS;

/// Clients at each node; each asks about a hundred times a second.
const ASKERS: u32 = 10;

/// Heights for which they ask.
const HEIGHTS: u64 = 200;

/// Questions for each transaction handed in.
const QUESTIONS_PER_PAYMENT: usize = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asking_ten_times_as_often_as_paying_starves_no_payment() {
    let traffic = Traffic::on(Net::up()).await;
    traffic.ask_with(ASKERS);
    traffic.pay_soundly();
    let took = traffic.during(traffic.rises(&BANKS, HEIGHTS)).await;
    let asked = traffic.history.len();
    let report = traffic.judge().await;
    println!("{HEIGHTS} heights in {} ms with {asked} questions, {PAYERS} payers", took.as_millis());
    assert!(
        asked >= QUESTIONS_PER_PAYMENT * report.sent,
        "only {asked} questions for {} payments",
        report.sent
    );
    assert_eq!((report.failed, report.expired, report.refused), (0, 0, 0), "{report}");
}
