//! The full sets: RFC 8032, RFC 5869, RFC 7748, NIST and Wycheproof, through our own functions where
//! they take raw bytes, else through the primitives they stand on.

use crate::data::{array, bytes, cases, load, wycheproof};
use hkdf::Hkdf;
use hkdf::hmac::{Hmac, KeyInit, Mac};
use idx_crypto::{
    AeadKey, HpkePublic, PublicKey, SecretKey, Signature, Signer, UnsoundKey, sha256, x25519_public,
};
use serde_json::Value;
use sha2::Sha256;

#[test]
fn rfc_8032_signatures() {
    let Some(file) = load("rfc8032_ed25519.json") else { return };
    for case in cases(&file) {
        let key = SecretKey::from_seed(&array(case, "secret_key").unwrap());
        assert_eq!(key.public_key().0.as_slice(), bytes(case, "public_key"), "{}", case["name"]);
        let signature = key.sign_message(&bytes(case, "message"));
        assert_eq!(signature.0.as_slice(), bytes(case, "signature"), "{}", case["name"]);
    }
}

#[test]
fn wycheproof_signatures() {
    let Some(file) = load("wycheproof/ed25519_test.json") else { return };
    for (group, case, valid) in wycheproof(&file) {
        let key = PublicKey(array(&group["publicKey"], "pk").unwrap());
        let signature = array(case, "sig").map(Signature);
        let holds = signature.is_some_and(|s| key.verify_message(&bytes(case, "msg"), &s).is_ok());
        assert_eq!(holds, valid, "case {}: {}", case["tcId"], case["comment"]);
    }
}

#[test]
fn nist_digests() {
    let Some(file) = load("nist_sha256_shortmsg_subset.json") else { return };
    for case in cases(&file) {
        assert_eq!(sha256(&bytes(case, "msg")).0.as_slice(), bytes(case, "md"));
    }
}

/// Public keys through our own function, agreement through the primitive behind it.
#[test]
fn rfc_7748_agreement() {
    let Some(file) = load("rfc7748_x25519.json") else { return };
    for case in cases(&file["vectors"]) {
        let out = x25519_dalek::x25519(array(case, "scalar").unwrap(), array(case, "u").unwrap());
        assert_eq!(out.as_slice(), bytes(case, "out"));
    }
    let pair = &file["diffie_hellman"];
    for who in ["alice", "bob"] {
        let secret = array(pair, &format!("{who}_secret")).unwrap();
        assert_eq!(x25519_public(&secret).as_slice(), bytes(pair, &format!("{who}_public")), "{who}");
    }
}

#[test]
fn wycheproof_agreement() {
    let Some(file) = load("wycheproof/x25519_test.json") else { return };
    for (_, case, _) in wycheproof(&file) {
        let public = array(case, "public").unwrap();
        let shared = x25519_dalek::x25519(array(case, "private").unwrap(), public);
        assert_eq!(shared.as_slice(), bytes(case, "shared"), "case {}", case["tcId"]);
        let sound = idx_crypto::x25519_is_sound(&public);
        assert_eq!(sound, shared != [0; 32], "case {}: {}", case["tcId"], case["comment"]);
        match HpkePublic::new(public) {
            Ok(key) => assert!(sound && key.as_bytes() == &public, "case {}", case["tcId"]),
            Err(UnsoundKey::SmallOrder { .. }) => assert!(!sound, "case {}", case["tcId"]),
            Err(refused) => {
                let second_spelling = case["flags"].to_string().contains("NonCanonicalPublic");
                assert!(second_spelling || !sound, "{refused}");
            }
        }
    }
}

#[test]
fn derived_keys() {
    if let Some(file) = load("rfc5869_hkdf_sha256.json") {
        for case in cases(&file) {
            assert_eq!(hkdf(case, "L"), Some(bytes(case, "okm")), "case {}", case["case"]);
        }
    }
    if let Some(file) = load("wycheproof/hkdf_sha256_test.json") {
        for (_, case, valid) in wycheproof(&file) {
            let expected = valid.then(|| bytes(case, "okm"));
            assert_eq!(hkdf(case, "size"), expected, "case {}: {}", case["tcId"], case["comment"]);
        }
    }
}

fn hkdf(case: &Value, size: &str) -> Option<Vec<u8>> {
    let mut okm = vec![0; case[size].as_u64().unwrap() as usize];
    let extracted = Hkdf::<Sha256>::new(Some(&bytes(case, "salt")), &bytes(case, "ikm"));
    extracted.expand(&bytes(case, "info"), &mut okm).ok().map(|()| okm)
}

/// We use whole tags only; truncated ones in the set are compared with ours cut to their length.
#[test]
fn wycheproof_tags() {
    let Some(file) = load("wycheproof/hmac_sha256_test.json") else { return };
    for (_, case, valid) in wycheproof(&file) {
        let mut mac = Hmac::<Sha256>::new_from_slice(&bytes(case, "key")).unwrap();
        mac.update(&bytes(case, "msg"));
        let (tag, ours) = (bytes(case, "tag"), mac.finalize().into_bytes());
        assert_eq!(ours.starts_with(&tag), valid, "case {}: {}", case["tcId"], case["comment"]);
    }
}

/// Only 256-bit keys, 96-bit nonces and 128-bit tags; the wrapper cannot be called with others.
#[test]
fn wycheproof_sealing() {
    let Some(file) = load("wycheproof/aes_gcm_test.json") else { return };
    let (mut run, mut others) = (0, 0);
    for (group, case, valid) in wycheproof(&file) {
        let (Some(key), Some(nonce)) = (array(case, "key"), array(case, "iv")) else {
            others += 1;
            continue;
        };
        assert_eq!(group["tagSize"], 128);
        let (aad, plain) = (bytes(case, "aad"), bytes(case, "msg"));
        let sealed = [bytes(case, "ct"), bytes(case, "tag")].concat();
        let key = AeadKey::new(&key);
        let opened = key.open(&nonce, &aad, &sealed);
        assert_eq!(opened.is_ok(), valid, "case {}: {}", case["tcId"], case["comment"]);
        if valid {
            assert_eq!(opened.unwrap().as_slice(), plain);
            assert_eq!(key.seal(&nonce, &aad, &plain), sealed);
        }
        run += 1;
    }
    println!("AES-GCM: {run} cases run, {others} of key or nonce sizes that we do not use");
    assert_eq!(run, 66);
}
