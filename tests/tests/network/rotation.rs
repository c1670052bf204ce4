//! The banks turn the key of the private chain while customers pay: one of them is down when it happens, an
//! observer sees bodies of both epochs and opens neither.

use super::ledger::{Ledger, settle};
use super::net::{Net, assert_success, until};
use super::observer::{Observer, let_in};
use super::people::Person;
use idx_client::views::{ChainEpochView, ChainKeysView, TxStatus};
use idx_node::testnet::BANKS;
use idx_types::tx::{Ballot, Change, Propose};
use idx_types::{Height, TxKind};
use std::fs;

/// The bank that is down while the key turns.
const AWAY: &str = "YES";

/// Heights within which the banks agree on the new key.
const HEIGHTS_TO_VOTE: u64 = 12;

/// Payments within which the new key is in force: each takes a height or more.
const PAYMENTS_MAX: usize = 60;

/// The epoch of genesis, and the one that the banks ask for.
const EPOCHS: [u32; 2] = [1, 2];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_of_the_private_chain_turns_while_customers_pay() {
    let net = Net::planned();
    assert_success(&net.testnet_up(&["--no-payments"]), "up");
    let observer = Observer::made(&net);
    tokio::task::block_in_place(|| BANKS[..2].iter().for_each(|bank| let_in(&net, bank, &observer.key)));
    let running = observer.start();
    let asha = Person::joins(&net, ["QWXZA7391K", "Q7X9Z2", "Asha Rao"], &[("HDFC", "592807164430")]).await;
    let numbers = [("ICICI", "603918275541"), ("SBI", "714029386652"), (AWAY, "825130497763")];
    let bilal = Person::joins(&net, ["VJKPB6284M", "V3K8W5", "Bilal Khan"], &numbers).await;
    let waiting = asha.pays(&net, &bilal, "20.00").await;
    bilal.sees(&net, "SBI", waiting, Some("AWAITING_RECEIVER")).await;

    tokio::task::block_in_place(|| net.stop(AWAY));
    let before = keys(&net, BANKS[0]).await;
    ask_for_a_new_key(&net).await;
    paid_until_it_turns(&net, &asha, &bilal).await;

    bilal.takes(&net, "SBI", waiting).await;
    bilal.sees(&net, "SBI", waiting, Some("COMPLETED")).await;
    let under_new = asha.pays(&net, &bilal, "30.00").await;
    bilal.takes(&net, "ICICI", under_new).await;
    bilal.sees(&net, "ICICI", under_new, Some("COMPLETED")).await;

    tokio::task::block_in_place(|| {
        net.start(AWAY);
        net.stop("ICICI");
        net.start("ICICI");
    });
    let tip = net.assert_one_history().await;
    all_hold_the_same(&net, &before).await;
    let charu = Person::joins(&net, ["YHGTC5173N", "Y9H4G6", "Charu Sen"], &[(AWAY, "258463720096")]).await;
    let to_who_was_away = asha.pays(&net, &charu, "40.00").await;
    charu.takes(&net, AWAY, to_who_was_away).await;
    charu.sees(&net, AWAY, to_who_was_away, Some("COMPLETED")).await;
    a_vault_comes_back_with_what_was_opened_in_both_epochs(&net, [&bilal, &charu]).await;

    let caught_up = || async { observer.client().block_number().await.is_ok_and(|height| height.0 >= tip) };
    until("the observer is beyond the turn", caught_up).await;
    drop(running);
    let traces = [asha.traces(), bilal.handles()].concat();
    assert_eq!(super::looking::found_in(&observer.home, &traces), Vec::<String>::new());
}

async fn keys(net: &Net, bank: &str) -> ChainKeysView {
    net.client(bank).chain_keys().await.expect("the node answers")
}

/// One bank proposes a new key, and the others that are there vote for it.
async fn ask_for_a_new_key(net: &Net) {
    let ledger = Ledger::of(net).await;
    let client = net.client(BANKS[0]);
    let effective_at = Height(client.block_number().await.expect("the node answers").0 + HEIGHTS_TO_VOTE);
    let bank = ledger.bank(0);
    let propose = TxKind::Propose(Propose { bank, change: Change::RotatePrivateKey, effective_at });
    let proposal = ledger.of_bank(0, propose);
    let vote = |place| {
        let (bank, proposal) = (ledger.bank(place), proposal.id());
        ledger.of_bank(place, TxKind::Ballot(Ballot { bank, proposal, approve: true }))
    };
    let receipts = settle(&client, vec![proposal.clone()]).await;
    assert_eq!(receipts[0].status, TxStatus::Completed, "{receipts:?}");
    settle(&client, (1..BANKS.len() - 1).map(vote).collect()).await;
}

/// A network with nothing to do makes few heights: customers pay until the new key is in force.
async fn paid_until_it_turns(net: &Net, asha: &Person, bilal: &Person) {
    for _ in 0..PAYMENTS_MAX {
        if keys(net, BANKS[0]).await.in_force == EPOCHS[1] {
            return;
        }
        let id = asha.pays(net, bilal, "1.00").await;
        bilal.takes(net, "ICICI", id).await;
        bilal.sees(net, "ICICI", id, Some("COMPLETED")).await;
    }
    panic!("the key did not turn within {PAYMENTS_MAX} payments");
}

/// Every bank has the key of both epochs, by the same commitments and wraps.
async fn all_hold_the_same(net: &Net, before: &ChainKeysView) {
    let epochs = |view: &ChainKeysView| -> Vec<ChainEpochView> { view.epochs.clone() };
    let first = keys(net, BANKS[0]).await;
    assert_eq!(epochs(&first)[..1], epochs(before)[..], "what was stays");
    let newest = first.epochs.last().expect("there is an epoch");
    let for_whom: Vec<String> =
        newest.wrapped_for.iter().filter_map(|bank| bank.code.as_ref()).map(ToString::to_string).collect();
    assert_eq!(for_whom, BANKS, "the bank that was away is given it as well");
    assert_ne!(newest.commitment, before.epochs[0].commitment);
    for bank in BANKS {
        let own = keys(net, bank).await;
        assert_eq!((epochs(&own), own.held), (epochs(&first), EPOCHS.to_vec()), "{bank}");
    }
}

/// The bank that was away loses its vault, and has both customers again.
async fn a_vault_comes_back_with_what_was_opened_in_both_epochs(net: &Net, people: [&Person; 2]) {
    let standings = || futures::future::join_all(people.map(|person| person.standing(net, AWAY)));
    let before = standings().await;
    tokio::task::block_in_place(|| {
        net.stop(AWAY);
        fs::remove_dir_all(net.place(AWAY).home.vault()).expect("there is a vault");
        net.start(AWAY);
    });
    assert!(before.iter().all(Option::is_some), "both are customers");
    assert_eq!(standings().await, before);
}
