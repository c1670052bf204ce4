//! Banks that are gone: two of six stop nobody but themselves; three stop everything, and nothing is
//! lost when they come back.

use super::ledger::{Customer, Ledger, hand_in, receipt, settle, total};
use super::net::{Net, until};
use idx_client::views::TxStatus;
use idx_node::testnet::BANKS;
use idx_types::Paise;

/// Payments between living banks while others are gone.
const PAYMENTS: usize = 5;

/// The banks that go, by their places in [`BANKS`].
const GONE: [usize; 3] = [3, 4, 5];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_banks_go_on_three_do_not_and_all_is_settled_in_the_end() {
    let net = Net::up();
    let ledger = Ledger::of(&net).await;
    let customers: Vec<Customer> = (0..6).map(Customer::new).collect();
    ledger.open(&net, &customers).await;
    let client = net.client(BANKS[0]);
    let before = total(&client, &customers).await;

    // Two are gone: the other four go on, and what involves the dead waits.
    net.kill(BANKS[GONE[1]]);
    net.kill(BANKS[GONE[2]]);
    let to_the_dead = ledger.transfer(&customers[0], &customers[GONE[1]], Paise(500));
    hand_in(&client, &to_the_dead).await;
    let among_living: Vec<_> =
        (0..PAYMENTS).map(|_| ledger.transfer(&customers[1], &customers[2], Paise(700))).collect();
    for receipt in settle(&client, among_living).await {
        assert_eq!(receipt.status, TxStatus::Completed, "{receipt:?}");
    }
    let waiting =
        client.receipt(to_the_dead.id()).await.expect("the node answers").expect("the node knows it");
    assert_eq!(waiting.status, TxStatus::Pending, "a dead bank cannot have approved: {waiting:?}");

    // A third is gone: nothing becomes final any more.
    net.kill(BANKS[GONE[0]]);
    let unheard = ledger.transfer(&customers[0], &customers[1], Paise(900));
    hand_in(&client, &unheard).await;
    until("the node says whom it waits for", || async {
        let waiting = client.consensus().await.expect("the node answers").waiting;
        let names = |place: usize| {
            let banks = waiting.iter().flat_map(|waiting| &waiting.banks);
            banks.filter_map(|bank| bank.code.as_ref()).any(|code| code.as_str() == BANKS[place])
        };
        GONE.into_iter().all(names)
    })
    .await;
    let stuck_at = net.height(BANKS[0]).await;
    let standing = client.receipt(unheard.id()).await.expect("the node answers");
    assert!(standing.is_none_or(|receipt| !receipt.is_final()), "three banks settled something");

    // One comes back: four are enough again. Then all are back, and the one that waited settles.
    net.start(BANKS[GONE[0]]);
    assert_eq!(receipt(&client, &unheard).await.status, TxStatus::Completed);
    assert!(net.height(BANKS[0]).await > stuck_at);
    net.start(BANKS[GONE[1]]);
    net.start(BANKS[GONE[2]]);
    assert_eq!(receipt(&client, &to_the_dead).await.status, TxStatus::Completed);
    net.assert_one_history().await;
    for bank in BANKS {
        assert_eq!(total(&net.client(bank), &customers).await, before, "money at {bank}");
    }
}
