//! What an account holds: for its owner, with a proof, and for nobody else.

use super::ledger::Customer;
use idx_client::IdxClient;
use idx_client::encoding::{BlockTag, Hex};
use idx_client::verify::{self, Trusted};
use idx_client::views::{AccountProofView, AccountView};
use idx_crypto::Ed25519;
use idx_types::{AccountHandle, AccountReading, Paise};
use serde_json::{Value, json};

/// What an owner is told can be proven, to him and by him; nobody else is told anything.
pub async fn balances_are_the_owners(client: &IdxClient, owner: &Customer, other: &Customer) {
    let chain_id = client.chain_id().await.unwrap();
    let height = client.block_number().await.unwrap();
    let proof = client.account_proof(&owner.reading(chain_id, height)).await.expect("he asks himself");
    let at = BlockTag::Number(proof.account.as_of);
    let set = client.validator_set(at).await.unwrap().expect("banks rule every height");
    let banks = set.validators().expect("the set is sound");
    let trusted = Trusted { chain_id, banks: &banks, quorum: usize::from(set.quorum) };
    let proven = verify::account(&trusted, &proof, &Ed25519).expect("the proof holds");
    assert_eq!((proven.account.handle, proven.header.height), (owner.handle, proof.account.as_of));

    let richer = AccountView { balance: Paise(proof.account.balance.0 + 1), ..proof.account.clone() };
    let altered = AccountProofView { account: richer, ..proof };
    assert!(verify::account(&trusted, &altered, &Ed25519).is_err(), "a readable lie is believed");

    let stolen = AccountReading { account: owner.handle, ..other.reading(chain_id, height) };
    let nowhere = AccountReading { account: AccountHandle([1; 32]), ..other.reading(chain_id, height) };
    for reading in [stolen, nowhere] {
        let refused = client.account(&reading).await.unwrap_err();
        assert!(refused.is_not_owner(), "{refused}");
    }
    for handle in [owner.handle, AccountHandle([1; 32])] {
        let refused = client.call::<Value>("idx_getAccount", json!({"handle": Hex(handle)})).await;
        let refused = refused.unwrap_err();
        assert!(refused.is_not_owner(), "{refused}");
    }
}
