//! What an operator does for a person's rights and with the vault's key, by the commands that he types.

use super::net::{Net, assert_success, until};
use super::people::{Person, done};
use idx_types::Paise;
use serde_json::{Value, json};
use std::process::Output;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_shown_and_forgotten_and_the_vault_gets_a_new_key() {
    let net = Net::up();
    let asha = Person::joins(&net, ["QWXZA7391K", "Q7X9Z2", "Asha Rao"], &[("HDFC", "592807164430")]).await;
    let bilal =
        Person::joins(&net, ["VJKPB6284M", "V3K8W5", "Bilal Khan"], &[("HDFC", "603918275541")]).await;
    let paid = asha.pays(&net, &bilal, "10.00").await;
    bilal.takes(&net, "HDFC", paid).await;
    asha.sees(&net, "HDFC", paid, Some("COMPLETED")).await;

    let file = customer(&net, "export", &asha);
    assert_success(&file, "customer export");
    let file: Value = serde_json::from_slice(&file.stdout).expect("a file is JSON");
    assert_eq!((&file["pan_card"], &file["full_name"]), (&json!("QWXZA7391K"), &json!("Asha Rao")));
    assert_eq!(file["accounts"][0]["number"], asha.number_at("HDFC"));
    assert_eq!(file["transfers"][0]["to"], bilal.idx.to_string());
    assert!(!file.to_string().contains("Bilal Khan"), "an export holds one person");

    let refused = customer(&net, "erase", &asha);
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && text.contains("MONEY_LEFT"), "{text}");
    takes_all_out(&net, &asha).await;
    let erased = customer(&net, "erase", &asha);
    assert_success(&erased, "customer erase");
    let text = String::from_utf8_lossy(&erased.stdout).into_owned();
    assert!(text.contains("stays: 1 transfers") && text.contains("stays: name, PAN"), "{text}");

    the_vault_turns(&net, &bilal).await;
}

/// A clerk's command about a person.
fn customer(net: &Net, verb: &str, person: &Person) -> Output {
    let home = net.place("HDFC").home.root().display().to_string();
    net.idx_node(["customer", "--home", &home, verb, &person.idx.to_string()])
}

async fn takes_all_out(net: &Net, person: &Person) {
    let left = person.standing(net, "HDFC").await.expect("there is an account").balance;
    done(net, "HDFC", "admin_withdraw", json!({"number": person.number_at("HDFC"), "amount": left})).await;
    let is_empty = || async {
        person.standing(net, "HDFC").await.is_some_and(|standing| standing.balance == Paise::ZERO)
    };
    until("the account is empty", is_empty).await;
}

/// Refused while the node runs; afterwards customers are who they were, under another key.
async fn the_vault_turns(net: &Net, bilal: &Person) {
    let home = net.place("HDFC").home;
    let turn = || net.idx_node(["vault", "rotate", "--home", &home.root().display().to_string()]);
    let key = || std::fs::read_to_string(home.key_file(idx_crypto::Purpose::Vault)).expect("there is a key");
    let (before, standing) = (key(), bilal.standing(net, "HDFC").await);
    assert!(!turn().status.success(), "the node runs");
    assert_eq!(key(), before);
    tokio::task::block_in_place(|| {
        net.stop("HDFC");
        assert_success(&turn(), "vault rotate");
        net.start("HDFC");
    });
    assert_ne!(key(), before);
    assert_eq!(bilal.standing(net, "HDFC").await, standing);
    let opening =
        done(net, "HDFC", "admin_deposit", json!({"number": bilal.number_at("HDFC"), "amount": "1.00"}));
    opening.await;
}
