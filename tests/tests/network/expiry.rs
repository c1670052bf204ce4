//! A transfer that nobody takes in its time: the money is free again, and it can be taken nowhere any more.

use super::net::Net;
use super::people::{Person, ask, done};
use idx_client::encoding::{BlockTag, Hex};
use idx_node::admin::AdminError;
use idx_types::TxId;
use serde_json::{Value, json};

/// How long the receiver has: long enough to be seen at all his banks.
const LIFE_MS: u64 = 6_000;

/// Where the receiver has accounts.
const OF_BILAL: [&str; 3] = ["ICICI", "SBI", "AXIS"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_takes_in_time_is_over_at_every_bank() {
    let net = Net::up();
    let asha = Person::joins(&net, ["QWXZA7391K", "Q7X9Z2", "Asha Rao"], &[("HDFC", "592807164430")]).await;
    let numbers = [("ICICI", "603918275541"), ("SBI", "714029386652"), ("AXIS", "825130497763")];
    let bilal = Person::joins(&net, ["VJKPB6284M", "V3K8W5", "Bilal Khan"], &numbers).await;
    let before = asha.standing(&net, "HDFC").await.expect("she has an account");

    let pay = json!({"idx": asha.idx, "number": asha.number_at("HDFC"), "amount": "500.00", "to": bilal.idx,
                     "validForMs": LIFE_MS});
    let id = done(&net, "HDFC", "admin_send", pay).await;
    let sent = asha.transfer(&net, "HDFC", id).await.expect("she sent it");
    let held = asha.standing(&net, "HDFC").await.expect("she has an account").held;
    assert_eq!((before.held.0, held.0), (0, 50_750), "amount and fee are held");
    for bank in OF_BILAL {
        bilal.sees(&net, bank, id, Some("AWAITING_RECEIVER")).await;
    }

    asha.sees(&net, "HDFC", id, Some("EXPIRED")).await;
    let tip = net.client("HDFC").header(BlockTag::Latest).await.expect("the node answers");
    let time = tip.expect("there is a block").timestamp;
    assert!(time.0 > sent.valid_until.0, "it was over before the chain's time had come");
    assert_eq!(asha.standing(&net, "HDFC").await, Some(before), "nothing is held, nothing was paid");
    for bank in OF_BILAL {
        bilal.sees(&net, bank, id, Some("EXPIRED")).await;
        assert_eq!(refused(&net, bank, &bilal, id).await, "NOT_OPEN", "{bank}");
    }
    net.assert_one_history().await;
    let on_the_ledger = net.client("SBI").transaction(id).await.expect("the node answers");
    assert!(on_the_ledger.is_none(), "the public chain knows nothing of it");
    the_ledger_has_its_limits(&net, &asha, &bilal).await;
}

/// The code with which a bank refuses that the receiver takes it.
async fn refused(net: &Net, bank: &str, bilal: &Person, id: TxId) -> String {
    let choice = json!({"idx": bilal.idx, "id": Hex(id), "number": bilal.number_at(bank)});
    code_of(ask::<Value>(net, bank, "admin_accept", choice).await)
}

fn code_of(answer: Result<Value, AdminError>) -> String {
    match answer {
        Err(AdminError::Refused { code, .. }) => code,
        other => panic!("{other:?} is no refusal"),
    }
}

/// No life is shorter than a choice takes, none longer than the ledger allows.
async fn the_ledger_has_its_limits(net: &Net, asha: &Person, bilal: &Person) {
    let longest = net.client("HDFC").parameters().await.expect("the node answers").parameters.max_validity_ms;
    for life_ms in [0, 4_999, longest + 1] {
        let pay = json!({"idx": asha.idx, "number": asha.number_at("HDFC"), "amount": "5.00", "to": bilal.idx,
                         "validForMs": life_ms});
        let answer = ask::<Value>(net, "HDFC", "admin_send", pay).await;
        assert_eq!(code_of(answer), "BAD_LIFETIME", "{life_ms}");
    }
}
