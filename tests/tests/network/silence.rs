//! Banks that are gone: two of six stop nobody but themselves; three stop everything, and nothing is
//! lost when they come back.

use super::history::{Sending, Settlement, Standing, Witness};
use super::net::{Net, until};
use super::traffic::Traffic;
use idx_node::testnet::BANKS;
use idx_types::{Outcome, Paise, Transaction};
use std::time::Duration;

/// Heights that four banks make while two are gone.
const PROGRESS: u64 = 8;

/// The banks that go, by their places in [`BANKS`].
const GONE: [usize; 3] = [3, 4, 5];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_banks_go_on_three_do_not_and_all_is_settled_in_the_end() {
    let traffic = Traffic::on(Net::up()).await;
    traffic.during(story(&traffic)).await;
    traffic.judge().await;
}

async fn story(traffic: &Traffic) {
    let (net, customers, witness) = (&traffic.net, &traffic.customers, &traffic.witness(0));

    // Two are gone: the other four go on, and what involves the dead waits.
    kill(traffic, &GONE[1..]);
    let to_the_dead = traffic.ledger.transfer(&customers[0], &customers[GONE[1]], Paise(500));
    hand_in(witness, &to_the_dead).await;
    let living = traffic.ledger.transfer(&customers[1], &customers[2], Paise(700));
    hand_in(witness, &living).await;
    completed(witness, &living).await;
    let took = traffic.rises(&BANKS[..4], PROGRESS).await;
    println!("four of six made {PROGRESS} heights in {} ms", took.as_millis());
    let waiting = witness.receipt(to_the_dead.id()).await;
    assert_eq!(waiting, Some(Standing::Pending), "a dead bank cannot have approved");

    // A third is gone: nothing becomes final any more.
    kill(traffic, &GONE[..1]);
    let unheard = traffic.ledger.transfer(&customers[0], &customers[1], Paise(900));
    hand_in(witness, &unheard).await;
    until("the node says whom it waits for", || async { waits_for_the_gone(witness).await }).await;
    let stuck_at = net.height(BANKS[0]).await;
    let standing = witness.receipt(unheard.id()).await;
    assert!(!matches!(standing, Some(Standing::Final(_))), "three banks settled something: {standing:?}");

    // One comes back: four are enough again. Then all are back, and the one that waited settles.
    start(traffic, &GONE[..1]);
    completed(witness, &unheard).await;
    assert!(net.height(BANKS[0]).await > stuck_at);
    start(traffic, &GONE[1..]);
    completed(witness, &to_the_dead).await;
}

fn kill(traffic: &Traffic, places: &[usize]) {
    tokio::task::block_in_place(|| places.iter().for_each(|place| traffic.net.kill(BANKS[*place])));
}

fn start(traffic: &Traffic, places: &[usize]) {
    tokio::task::block_in_place(|| places.iter().for_each(|place| traffic.net.start(BANKS[*place])));
}

async fn hand_in(witness: &Witness<'_>, transaction: &Transaction) {
    until("the node takes a payment", || async { witness.send(transaction).await == Sending::Taken }).await;
}

async fn completed(witness: &Witness<'_>, transaction: &Transaction) {
    until(&format!("{} completes", transaction.id()), || async {
        match witness.wait(transaction.id(), Duration::from_secs(2)).await {
            Some(Standing::Final(Settlement { outcome, .. })) => {
                assert_eq!(outcome, Outcome::Completed);
                true
            }
            _ => false,
        }
    })
    .await;
}

/// Whether the node names all that are gone among those it waits for.
async fn waits_for_the_gone(witness: &Witness<'_>) -> bool {
    let Ok(consensus) = witness.client().consensus().await else { return false };
    let names = |place: usize| {
        let banks = consensus.waiting.iter().flat_map(|waiting| &waiting.banks);
        banks.filter_map(|bank| bank.code.as_ref()).any(|code| code.as_str() == BANKS[place])
    };
    GONE.into_iter().all(names)
}
