//! Travel accounts, and payments by file, of a customer who signs himself.

use super::own_keys::{OF_THE_DAY, key_text, sign};
use super::*;
use idx_client::encoding::Bytes;
use idx_types::TxBody;
use idx_types::testing::key;
use serde_json::{Value, json};

/// What is to be signed is the transaction that was told.
fn is_of(told: &Value) -> bool {
    let bytes: Bytes = serde_json::from_value(told["transaction"].clone()).unwrap();
    let body: TxBody = borsh::from_slice(&bytes.0).unwrap();
    told["digest"] == json!(body.id())
}

#[tokio::test(flavor = "multi_thread")]
async fn out_and_home_by_signing() {
    let (bench, [asha, _]) = Bench::people().await;
    let charu = bench.charu_today().await;
    let wish = json!({
        "source_account_id": charu.account, "foreign_bank_code": "CITI_USA", "inr_amount": "6000.00",
    });
    let told = bench.to_sign("/api/travel/create", &charu.token, wish.clone()).await;
    assert!(is_of(&told));
    let again = bench.to_sign("/api/travel/create", &charu.token, wish).await;
    assert_eq!(again, told, "asked again, the same, and its money held once");
    let signed = |by: u8, told: &Value| json!({"digest": told["digest"], "signature": sign(&told["digest"], &key(by))});
    let post = async |token: &str, body: Value| bench.post("/api/travel/sign", token, body).await;
    for (token, by, told, code) in [
        (&charu.token, 78, told.clone(), "BAD_SIGNATURE"),
        (&asha.token, OF_THE_DAY, told.clone(), "UNKNOWN_TRANSFER"),
        (&charu.token, OF_THE_DAY, json!({"digest": "9".repeat(64)}), "UNKNOWN_TRANSFER"),
    ] {
        assert_eq!(post(token, signed(by, &told)).await.json()["error"]["code"], code);
    }
    let opened = post(&charu.token, signed(OF_THE_DAY, &told)).await;
    assert_eq!((opened.status, &opened.json()["tx_hash"]), (200, &told["digest"]), "{}", opened.body);
    let id = opened.json()["travel_account_id"].clone();
    let path = format!("/api/travel/accounts/{id}");
    assert_eq!(bench.get(&path, &charu.token).await.json()["account"]["status"], "ACTIVE");

    let close = format!("{path}/close");
    let refused = bench.post(&close, &charu.token, json!({})).await.json();
    assert_eq!(refused["error"]["code"], "SESSION_KEY_NEEDED", "this account has sessions of its own");
    let session = format!("/api/bank-accounts/{id}/session");
    let used = bench.post(&session, &charu.token, json!({"public_key": key_text(OF_THE_DAY)})).await.json();
    assert_eq!(used["error"]["code"], "SESSION_KEY_USED");
    let fresh = bench.post(&session, &charu.token, json!({"public_key": key_text(80)})).await;
    assert_eq!(fresh.status, 201, "{}", fresh.body);
    let told = bench.to_sign(&close, &charu.token, json!({})).await;
    assert!(is_of(&told));
    assert_eq!(bench.to_sign(&close, &charu.token, json!({})).await, told, "asked again, the same");
    let closed = post(&charu.token, signed(80, &told)).await;
    assert_eq!((closed.status, &closed.json()["status"]), (200, &json!("PENDING")), "{}", closed.body);
    assert_eq!(bench.get(&path, &charu.token).await.json()["account"]["status"], "CLOSED");
}

/// A file signs nothing: its transfers are refused one by one.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_cannot_sign_for_him() {
    let (bench, [asha, _]) = Bench::people().await;
    let charu = bench.charu_today().await;
    let one = imports::transfer("E-1", "10.00", &asha.idx.to_string());
    let file = imports::file(charu.account, "M", (1, "10.00"), &one);
    let (status, report) = imports::import(&bench, &charu, &file, false).await;
    assert_eq!((status, &report["lines"][0]["code"]), (200, &json!("SIGNATURE_NEEDED")), "{report}");
}
