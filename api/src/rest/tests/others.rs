//! No answer shows another person's data: every route that names a thing, asked with another's things.

use super::*;
use serde_json::{Value, json};

/// What Bilal must never read about Asha.
fn secrets(asha: &bench::Person) -> Vec<String> {
    let [pan, rbi, name] = PEOPLE[0];
    let account = asha.account.to_string();
    vec![pan.into(), rbi.into(), name.into(), account, asha.idx.to_string(), "Landlord".into()]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_anothers_is_as_if_it_were_not_there() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let add = json!({"recipient_idx": bilal.idx, "nickname": "Landlord"});
    assert_eq!(bench.post("/api/recipients/add", &asha.token, add).await.status, 201);
    // A transfer that Bilal has no part in: Asha pays a stranger.
    let stranger = "IDX_0909090909090909090909090909090909090909090909090909090909090909";
    let body = json!({"recipient_idx": stranger, "amount": 10, "sender_account_id": asha.account});
    let sent = bench.post("/api/transactions/send", &asha.token, body).await.json();
    let hash = sent["tx_hash"].as_str().unwrap().to_owned();
    let (hers, his) = (asha.account, bilal.account);
    let before = (bench.balance(&asha).await, bench.balance(&bilal).await);
    let pay = |from: u64| json!({"recipient_idx": stranger, "amount": 1, "sender_account_id": from});
    let asked: Vec<(&str, String, Value)> = vec![
        ("GET", format!("/api/bank-accounts/{hers}"), Value::Null),
        ("GET", format!("/api/bank-accounts/{hers}/proof"), Value::Null),
        ("GET", format!("/api/transactions/{hash}"), Value::Null),
        ("GET", format!("/api/transactions/history/{}", asha.idx), Value::Null),
        ("GET", "/api/recipients/Landlord".into(), Value::Null),
        ("PUT", "/api/recipients/Landlord".into(), json!({"new_nickname": "Mine"})),
        ("PUT", "/api/recipients/Landlord/nickname".into(), json!({"new_nickname": "Mine"})),
        ("DELETE", "/api/recipients/Landlord".into(), Value::Null),
        ("POST", "/api/transactions/send".into(), pay(hers)),
        ("POST", format!("/api/transactions/{hash}/confirm"), json!({"receiver_account_id": his})),
        ("POST", format!("/api/transactions/{hash}/confirm"), json!({"receiver_account_id": hers})),
        ("POST", format!("/api/transactions/{hash}/reject"), Value::Null),
        ("POST", format!("/api/transactions/{hash}/cancel"), Value::Null),
    ];
    for (verb, path, body) in asked {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let reply = bench.ask(verb, &path, &bilal.token, "", &text).await;
        assert_eq!(reply.status, 404, "{verb} {path}: {}", reply.body);
        // The same as for what nobody has.
        let nothing = path.replace(&hers.to_string(), "599999999999").replace(&hash, &"9".repeat(64));
        let nothing = nothing.replace("Landlord", "Nobody").replace(&asha.idx.to_string(), stranger);
        let text = text.replace(&hers.to_string(), "599999999999");
        let same = bench.ask(verb, &nothing, &bilal.token, "", &text).await;
        assert_eq!((same.status, same.body), (reply.status, reply.body), "{verb} {path}");
    }
    assert_eq!((bench.balance(&asha).await, bench.balance(&bilal).await), before);
    let mine = bench.get("/api/recipients/Landlord", &asha.token).await;
    assert_eq!(mine.status, 200, "her contact is as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_list_tells_of_another_person() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let add = json!({"recipient_idx": bilal.idx, "nickname": "Landlord"});
    bench.post("/api/recipients/add", &asha.token, add).await;
    let body = json!({"recipient_nickname": "landlord", "amount": 10, "sender_account_id": asha.account});
    let sent = bench.post("/api/transactions/send", &asha.token, body).await.json();
    let hash = sent["tx_hash"].as_str().unwrap().to_owned();
    let one = format!("/api/transactions/{hash}");
    let past = format!("/api/transactions/history/{}", bilal.idx);
    let mut told = String::new();
    let accept = json!({"receiver_account_id": bilal.account});
    told += &bench.post(&format!("{one}/confirm"), &bilal.token, accept).await.body;
    for path in [
        "/api/accounts/info",
        "/api/accounts/balance",
        "/api/bank-accounts",
        "/api/bank-accounts/summary",
        "/api/transactions",
        "/api/transactions/pending-for-me",
        "/api/recipients",
        &one,
        &past,
    ] {
        told += &bench.get(path, &bilal.token).await.body;
    }
    assert!(told.contains(&hash) && told.contains(&bilal.idx.to_string()), "he sees his own");
    for secret in secrets(&asha) {
        assert!(!told.contains(&secret), "{secret} of the payer is told to the payee");
    }
    // Nor to who is nobody.
    let mut public = String::new();
    for path in ["/api/blocks", "/api/blocks/1", "/api/banks", "/api/stats", "/docs", "/docs/openapi.json"] {
        public += &bench.get(path, "").await.body;
    }
    for secret in secrets(&asha).into_iter().chain(secrets(&bilal)) {
        assert!(!public.contains(&secret), "{secret} is public");
    }
}
