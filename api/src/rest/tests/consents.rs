//! Consents over REST, and what a customer sees of his other banks.

use super::*;
use crate::{OtherBank, RestLimits, Said};
use idx_client::testing::bank_key;
use idx_crypto::{Ed25519, Signer};
use idx_types::{AccountTold, BankId, Consent, Height, NumberEnding, Paise, Signed};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const DAY_MS: u64 = 86_400_000;

async fn consents(bench: &Bench, token: &str) -> Vec<Value> {
    let list = bench.get("/api/consents", token).await;
    assert_eq!(list.status, 200, "{}", list.body);
    list.json()["consents"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_from_its_giving_to_its_withdrawal() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let body = json!({"bank": "sbi", "valid_for_days": 30});
    let given = bench.post("/api/consents", &asha.token, body).await;
    assert_eq!(given.status, 201, "{}", given.body);
    let given = given.json();
    assert_eq!(
        (&given["bank"], &given["is_valid"], &given["times_used"]),
        (&json!("SBI"), &json!(true), &json!(0))
    );
    let bytes = hex::decode(given["signed"].as_str().unwrap()).unwrap();
    let signed: Signed<Consent> = borsh::from_slice(&bytes).unwrap();
    assert!(signed.check(&bank_key(0).public_key(), &Ed25519).is_ok(), "the bank is the witness");
    assert_eq!((signed.message.holder, signed.message.asker), (BankId(0), BankId(2)));
    assert_eq!(signed.message.until.since(signed.message.from), 30 * DAY_MS);
    assert!(!given.to_string().contains(&asha.idx.to_string()), "a document shows no IDX");

    let usual = bench.post("/api/consents", &asha.token, json!({"bank": "ICICI"})).await.json();
    assert_ne!(usual["consent_id"], given["consent_id"]);
    assert_eq!(consents(&bench, &asha.token).await.len(), 2);
    assert!(consents(&bench, &bilal.token).await.is_empty(), "his own, and nobody else's");
    let path = format!("/api/consents/{}", given["consent_id"].as_str().unwrap());
    let others = bench.ask("DELETE", &path, &bilal.token, "", "").await;
    let nobodys = bench.ask("DELETE", "/api/consents/x", &bilal.token, "", "").await;
    assert_eq!((others.status, &others.body), (404, &nobodys.body), "as if it were not there");
    assert_eq!(bench.ask("DELETE", &path, &asha.token, "", "").await.status, 200);
    assert_eq!(
        bench.ask("DELETE", &path, &asha.token, "", "").await.json()["error"]["code"],
        "UNKNOWN_CONSENT"
    );
    bench.teller.clock.fetch_add(90 * DAY_MS, Ordering::SeqCst);
    let left = bench.teller.shelf().consents_of(&asha.idx).unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(
        left[0].consent.until.0,
        bench.teller.clock.load(Ordering::SeqCst),
        "90 days if nothing is said"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_consent_is_refused_with_its_reason() {
    let (bench, [asha, _]) = Bench::people().await;
    let signature = "a".repeat(128);
    for (body, status, code) in [
        (json!({"bank": "HDFC"}), 404, "UNKNOWN_BANK"),
        (json!({"bank": "CITI_USA"}), 404, "UNKNOWN_BANK"),
        (json!({"bank": ""}), 400, "INVALID_BODY"),
        (json!({"bank": 5}), 400, "INVALID_BODY"),
        (json!({}), 400, "INVALID_BODY"),
        (json!({"bank": "SBI", "valid_for_days": 0}), 400, "INVALID_BODY"),
        (json!({"bank": "SBI", "valid_for_days": 367}), 400, "INVALID_BODY"),
        (json!({"bank": "SBI", "valid_for_days": "30"}), 400, "INVALID_BODY"),
        (json!({"bank": "SBI", "own_signature": "aa"}), 400, "INVALID_BODY"),
        (json!({"bank": "SBI", "own_signature": signature}), 400, "BAD_SIGNATURE"),
        (json!({"bank": "SBI", "person": asha.idx}), 400, "INVALID_BODY"),
    ] {
        let refused = bench.post("/api/consents", &asha.token, body.clone()).await;
        assert_eq!((refused.status, &refused.json()["error"]["code"]), (status, &json!(code)), "{body}");
    }
    assert!(consents(&bench, &asha.token).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_gives_one_consent() {
    let (bench, [asha, _]) = Bench::people().await;
    let key = "Idempotency-Key: once\r\n";
    let body = json!({"bank": "SBI"}).to_string();
    let [first, again] = [
        bench.ask("POST", "/api/consents", &asha.token, key, &body).await,
        bench.ask("POST", "/api/consents", &asha.token, key, &body).await,
    ];
    assert_eq!((first.status, &first.body), (201, &again.body));
}

fn other(bank: &str, said: Said) -> OtherBank {
    OtherBank { bank: bank.parse().unwrap(), said }
}

fn account(number: &str, balance: u64, held: u64) -> AccountTold {
    let ending = NumberEnding::of(number).unwrap();
    AccountTold { ending, balance: Paise(balance), held: Paise(held), is_frozen: false }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_banks_are_shown_as_each_answers() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let plain = bench.get("/api/accounts/balance", &asha.token).await;
    let two = vec![account("501000004321", 250_050, 50), account("501000000007", 100, 0)];
    bench.teller.others.say(
        asha.idx,
        vec![
            other("ICICI", Said::Told(two, Height(812))),
            other("SBI", Said::NothingTold),
            other("AXIS", Said::Unreachable),
        ],
    );
    for path in ["/api/accounts/balance", "/api/accounts/balance?all_banks=false"] {
        assert_eq!(bench.get(path, &asha.token).await.body, plain.body, "{path}: as always");
    }
    let all = bench.get("/api/accounts/balance?all_banks=true", &asha.token).await;
    assert_eq!(all.status, 200, "{}", all.body);
    let mut all = all.json();
    assert_eq!(all["total_balance"], "12501.50");
    let nothing = |bank: &str, status: &str| json!({"bank": bank, "status": status, "balance": null, "accounts": [], "height": null});
    assert_eq!(
        all["banks"],
        json!([
            {"bank": "ICICI", "status": "told", "balance": "2501.50", "height": 812, "accounts": [
                {"account_number_ending": "4321", "balance": "2500.50", "held": "0.50", "available": "2500.00",
                 "is_frozen": false},
                {"account_number_ending": "0007", "balance": "1.00", "held": "0.00", "available": "1.00",
                 "is_frozen": false},
            ]},
            nothing("SBI", "nothing_told"),
            nothing("AXIS", "unreachable"),
        ])
    );
    let own = all.as_object_mut().unwrap();
    own.retain(|name, _| !["banks", "total_balance"].contains(&name.as_str()));
    assert_eq!(all, plain.json(), "what is here stays as it is");
    let busy = bench.get("/api/accounts/balance?all_banks=true", &bilal.token).await;
    assert_eq!((busy.status, &busy.json()["error"]["code"]), (503, &json!("BANK_BUSY")));
    let bad = bench.get("/api/accounts/balance?all_banks=yes", &asha.token).await;
    assert_eq!(bad.json()["error"]["code"], "INVALID_QUERY");
}

/// Two banks that lie together cannot make a sum overflow.
#[tokio::test(flavor = "multi_thread")]
async fn no_sum_leaves_its_range() {
    let (bench, [asha, _]) = Bench::people().await;
    let most = vec![account("501000004321", u64::MAX, u64::MAX); 100];
    let said = ["SBI", "AXIS"].map(|bank| other(bank, Said::Told(most.clone(), Height(1))));
    bench.teller.others.say(asha.idx, said.into());
    let all = bench.get("/api/accounts/balance?all_banks=true", &asha.token).await.json();
    let one = u128::from(u64::MAX) * 100;
    let rupees = |paise: u128| format!("{}.{:02}", paise / 100, paise % 100);
    assert_eq!(all["banks"][0]["balance"], rupees(one));
    assert_eq!(all["total_balance"], rupees(2 * one + 1_000_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_has_all_banks_asked_a_few_times_a_minute() {
    let all_banks_per_login = RestLimits::default().all_banks_per_login;
    let bench = Bench::with(RestLimits { all_banks_per_login, ..bench::roomy() }).await;
    let (bench, [asha, bilal]) = bench.with_people().await;
    [&asha, &bilal]
        .iter()
        .for_each(|who| bench.teller.others.say(who.idx, vec![other("SBI", Said::NothingTold)]));
    let path = "/api/accounts/balance?all_banks=true";
    for _ in 0..all_banks_per_login.burst {
        assert_eq!(bench.get(path, &asha.token).await.status, 200);
    }
    let late = bench.get(path, &asha.token).await;
    assert_eq!((late.status, &late.json()["error"]["code"]), (429, &json!("RATE_LIMITED")));
    assert_eq!(bench.get("/api/accounts/balance", &asha.token).await.status, 200);
    assert_eq!(bench.get(path, &bilal.token).await.status, 200, "another's turns are his own");
}
