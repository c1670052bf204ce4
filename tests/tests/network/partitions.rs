//! Cut, slow and healed links between six real processes, under load.

use super::history::Sending;
use super::net::{Net, assert_success, until};
use super::traffic::Traffic;
use idx_node::testnet::links::{self, Links, Mode};
use idx_node::testnet::{BANKS, TestnetError};
use idx_types::Paise;
use std::time::Duration;

/// Progress after healing within this: the longest wait before a peer is dialed again (10 s), a dial into
/// the cut that must fail first (5 s), and as much again for the rounds.
const HEALS_WITHIN: Duration = Duration::from_secs(30);

/// The exit code of `idx-node` for what makes no sense.
const REFUSED: i32 = 3;

/// Heights that count as progress.
const PROGRESS: u64 = 5;

/// The delay of the slow bank's links, each way.
const SLOW_MS: u32 = 100;

/// How often the slow bank must come as high as the others were.
const CAUGHT_UP_TIMES: usize = 10;

/// Heights that the slow bank may be behind.
const LAG_MAX: u64 = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_partition_makes_a_wrong_answer_and_every_one_heals() {
    let traffic = Traffic::on(Net::up_with_links()).await;
    traffic
        .during(async {
            halves_stand_still(&traffic).await;
            four_go_on_and_two_catch_up(&traffic).await;
            one_bank_is_not_heard(&traffic).await;
            one_pair_is_cut_one_way(&traffic).await;
        })
        .await;
    let report = traffic.judge().await;
    assert!(report.completed > 100, "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_bank_keeps_up_and_stops_nobody() {
    let traffic = Traffic::on(Net::up_with_links()).await;
    done(links::slow(&traffic.net.layout(), BANKS[5], SLOW_MS, None).await);
    let lag = traffic.during(follows(&traffic)).await;
    let report = traffic.judge().await;
    println!("{} is {SLOW_MS} ms away each way: at most {lag} heights behind", BANKS[5]);
    assert!(lag <= LAG_MAX, "{lag} heights behind");
    assert!(report.completed > 100, "{report:?}");
}

/// What an operator types, and what it says (document 6.1).
#[test]
fn the_verbs_cut_show_refuse_and_heal() {
    let net = Net::up_with_links();
    let links = |net: &Net| -> Vec<String> {
        let output = net.testnet(&["status", "--output", "json"]);
        assert_success(&output, "status");
        let rows: serde_json::Value = serde_json::from_slice(&output.stdout).expect("status is JSON");
        let of = |row: &serde_json::Value| row["links"].as_str().unwrap_or("whole").to_owned();
        rows.as_array().expect("a row a bank").iter().map(of).collect()
    };
    assert_eq!(links(&net), ["whole"; 6]);
    assert_success(&net.testnet(&["partition", "hdfc,ICICI|SBI,AXIS,KOTAK"]), "partition");
    assert_success(&net.testnet(&["cut", "SBI", "AXIS"]), "cut");
    assert_success(&net.testnet(&["slow", "HDFC", "20", "--bytes-per-s", "1000000"]), "slow");
    let cut = links(&net);
    assert_eq!(cut[0], "cut from SBI, AXIS, KOTAK, YES; slow to ICICI, SBI, AXIS, KOTAK, YES");
    assert!(cut[2].contains("not heard by AXIS") && cut[3].contains("does not hear SBI"), "{cut:?}");
    assert!(cut[5].contains("cut from HDFC, ICICI, SBI, AXIS, KOTAK"), "{cut:?}");
    for (sides, says) in
        [("HDFC|CITI", "\"CITI\" is none"), ("SBI,SBI", "SBI is named twice"), ("SBI|", "a side without")]
    {
        let output = net.testnet(&["partition", sides]);
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(REFUSED) && text.contains(says), "{sides}: {text}");
    }
    assert_eq!(links(&net), cut, "a refused verb changed something");
    assert_success(&net.testnet(&["heal"]), "heal");
    assert_eq!(links(&net), ["whole"; 6]);
}

fn done(result: Result<(), TestnetError>) {
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// Three and three: neither side has four, so nothing more becomes final than what had its votes.
async fn halves_stand_still(traffic: &Traffic) {
    let layout = traffic.net.layout();
    done(links::partition(&layout, "HDFC,ICICI,SBI").await);
    let at_cut = traffic.tip(&BANKS).await;
    loses_the_others(traffic, &BANKS, 2).await;
    let stood = traffic.tip(&BANKS).await;
    assert!(stood <= at_cut + 1, "three banks went on from {at_cut} to {stood}");
    heal("3|3", traffic).await;
}

/// Four and two: the four settle what is theirs; the two may take, but settle nothing.
async fn four_go_on_and_two_catch_up(traffic: &Traffic) {
    let (many, few) = BANKS.split_at(4);
    done(links::partition(&traffic.net.layout(), &few.join(",")).await);
    let at_cut = traffic.tip(few).await;
    let took = traffic.rises(many, PROGRESS).await;
    println!("4|2: the four went on {PROGRESS} heights in {} ms", took.as_millis());
    let payment = traffic.ledger.transfer(&traffic.customers[4], &traffic.customers[5], Paise(500));
    let taken = traffic.witness(4).send(&payment).await;
    loses_the_others(traffic, few, 1).await;
    let stood = traffic.tip(few).await;
    assert!(stood <= at_cut + 1, "two banks went on from {at_cut} to {stood}");
    heal("4|2", traffic).await;
    if taken == Sending::Taken {
        let wait = traffic.witness(0);
        until("what the two took settles", || async {
            let standing = wait.wait(payment.id(), Duration::from_secs(2)).await;
            matches!(standing, Some(super::history::Standing::Final(_)))
        })
        .await;
    }
}

/// Nobody hears one bank, which hears everybody: five go on.
async fn one_bank_is_not_heard(traffic: &Traffic) {
    let mut ways = Links::default();
    ways.change_all(|from, _| from == 0, |way| way.mode = Mode::Hold);
    done(links::set(&traffic.net.layout(), ways).await);
    traffic.rises(&BANKS[1..], PROGRESS).await;
    loses_the_others(traffic, &BANKS[..1], 0).await;
    traffic.rises(&BANKS[1..], PROGRESS).await;
    heal("one way, one bank", traffic).await;
}

/// One bank does not hear one other: all six go on, as the rest tell it.
async fn one_pair_is_cut_one_way(traffic: &Traffic) {
    done(links::cut(&traffic.net.layout(), BANKS[2], BANKS[3]).await);
    let took = traffic.rises(&BANKS, 4 * PROGRESS).await;
    println!("one pair cut one way: {} heights in {} ms", 4 * PROGRESS, took.as_millis());
    heal("one way, one pair", traffic).await;
}

/// Waits until these banks' nodes have found out that all but so many connections are dead: from then on
/// healing has to begin with finding each other.
async fn loses_the_others(traffic: &Traffic, banks: &[&str], left: usize) {
    for bank in banks {
        until(&format!("{bank} sees {left} others"), || async {
            let peers = traffic.net.client(bank).peers().await.unwrap_or_default();
            peers.iter().filter(|peer| peer.connected).count() == left && !peers.is_empty()
        })
        .await;
    }
}

/// Heals, and sees all six make progress within a stated time.
async fn heal(what: &str, traffic: &Traffic) {
    done(links::heal(&traffic.net.layout()).await);
    let took = traffic.rises(&BANKS, PROGRESS).await;
    println!("{what}: all six {PROGRESS} heights higher {} ms after healing", took.as_millis());
    assert!(took < HEALS_WITHIN, "{what}: progress only after {} s", took.as_secs());
}

/// Time and again the slow bank comes as high as the others were; the most that it was behind.
async fn follows(traffic: &Traffic) -> u64 {
    let (slow, others) = (&BANKS[5..], &BANKS[..5]);
    let mut lag = 0;
    for _ in 0..CAUGHT_UP_TIMES {
        traffic.rises(others, PROGRESS).await;
        let tip = traffic.tip(others).await;
        lag = lag.max(tip.saturating_sub(traffic.tip(slow).await));
        traffic.net.reach(slow, tip).await;
    }
    lag
}
