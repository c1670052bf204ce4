//! Banks whose addresses change all at once: who a bank is is its key, wherever it is (fault 68).

use super::net::Net;
use super::traffic::Traffic;
use idx_node::testnet::BANKS;

/// The banks that move, by their places in [`BANKS`]: too many for the others to go on without.
const MOVING: [usize; 3] = [3, 4, 5];

/// Heights that count as progress.
const PROGRESS: u64 = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_banks_that_move_at_once_are_found_again() {
    let traffic = Traffic::on(Net::up()).await;
    let moving = MOVING.map(|place| BANKS[place]);
    let took = traffic
        .during(async {
            tokio::task::block_in_place(|| {
                moving.iter().for_each(|bank| traffic.net.stop(bank));
                moving.iter().for_each(|bank| traffic.net.give_other_port(bank));
                moving.iter().for_each(|bank| traffic.net.start(bank));
            });
            traffic.rises(&BANKS, PROGRESS).await
        })
        .await;
    println!("three banks moved: {PROGRESS} heights {} ms after they were back", took.as_millis());
    traffic.judge().await;
}
