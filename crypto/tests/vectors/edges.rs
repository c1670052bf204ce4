//! Signatures on which implementations disagree, and what our one rule says to each.
//!
//! `verify_strict` refuses keys and nonce points of small order, non-canonical points and scalars; it
//! checks without the cofactor. Whatever it says must never change: a node that said otherwise would
//! leave the chain.

use crate::data::{array, bytes, cases, load};
use idx_crypto::{PublicKey, Signature};

/// Cases 0 to 11 of "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko 2020), table 5. Only case
/// 3 is accepted: key and nonce point of mixed order, for which the equation without cofactor holds.
/// Such a signature can be made only by the owner of the key.
#[test]
fn of_the_twelve_contested_signatures_one_is_accepted() {
    let Some(file) = load("ed25519-speccheck/cases.json") else { return };
    let accepted: Vec<usize> = (0..12).filter(|place| holds(&file[place], "pub_key", "message")).collect();
    assert_eq!(cases(&file).len(), 12);
    assert_eq!(accepted, [3]);
}

/// All 196 pairs of small-order key and nonce point, valid by the rule of ZIP 215: none is accepted,
/// and none of the keys could be registered.
#[test]
fn small_order_pairs_are_all_refused() {
    let Some(file) = load("zip215.json") else { return };
    assert_eq!(cases(&file["cases"]).len(), 196);
    for case in cases(&file["cases"]) {
        assert!(!holds(case, "A", "message"), "{case}");
        assert!(!PublicKey(array(case, "A").unwrap()).is_sound(), "{case}");
    }
}

fn holds(case: &serde_json::Value, key: &str, message: &str) -> bool {
    let key = PublicKey(array(case, key).unwrap());
    let signature = Signature(array(case, "signature").unwrap());
    key.verify_message(&bytes(case, message), &signature).is_ok()
}
