//! Logging in with a key of one's own: what a customer signs, once, for one bank.

use crate::ids::{BankCode, ChainId};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, PublicKey, Signature, Signer, Verifier, hash_borsh};

/// Domain label of what is signed.
const DOMAIN: &str = "idx/login/1";

/// A login at one bank of one network. No bank can use it at another one, and no two logins are alike,
/// because the bank draws a challenge for each.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct LoginProof {
    /// The network.
    pub chain_id: ChainId,
    /// The bank's short name.
    pub bank: BankCode,
    /// Thirty-two random bytes that this bank drew for one login.
    pub challenge: [u8; 32],
}

impl LoginProof {
    /// What the customer's key signs.
    pub fn digest(&self) -> Hash32 {
        hash_borsh(DOMAIN, self)
    }

    /// The customer's signature.
    pub fn sign(&self, signer: &dyn Signer) -> Signature {
        signer.sign(&self.digest())
    }

    /// Whether the owner of this key signed it.
    pub fn is_by(&self, key: &PublicKey, signature: &Signature, verifier: &dyn Verifier) -> bool {
        verifier.verify(key, &self.digest(), signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{chain_id, key};
    use idx_crypto::{Ed25519, Hasher};

    fn proof() -> LoginProof {
        LoginProof { chain_id: chain_id(), bank: "HDFC".parse().unwrap(), challenge: [7; 32] }
    }

    #[test]
    fn a_signature_is_good_for_one_challenge_of_one_bank_of_one_network() {
        type Change = fn(&mut LoginProof);
        let signature = proof().sign(&key(70));
        let is_good = |change: Change, by: u8| {
            let mut shown = proof();
            change(&mut shown);
            shown.is_by(&key(by).public_key(), &signature, &Ed25519)
        };
        assert!(is_good(|_| {}, 70));
        assert!(!is_good(|_| {}, 71), "another key");
        let table: [(&str, Change); 3] = [
            ("another network", |shown| shown.chain_id.0.0[0] ^= 1),
            ("another bank", |shown| shown.bank = "ICICI".parse().unwrap()),
            ("another challenge", |shown| shown.challenge[31] ^= 1),
        ];
        for (what, change) in table {
            assert!(!is_good(change, 70), "{what}");
        }
    }

    /// The bytes as docs/api.md tells them, for who writes a client in another language.
    #[test]
    fn the_digest_is_of_these_bytes() {
        let mut bytes = chain_id().0.0.to_vec();
        bytes.extend([4, 0, 0, 0]);
        bytes.extend(b"HDFC");
        bytes.extend([7; 32]);
        assert_eq!(proof().digest(), Hasher::new("idx/login/1").part(&bytes).finish());
    }
}
