//! A stand-in signature scheme: as unique as Ed25519 to honest code, hundreds of times faster, and
//! worthless as protection. A share of all runs uses real keys instead.

use idx_crypto::{BadSignature, Ed25519, Hash32, Hasher, PublicKey, SecretKey, Signature, Signer, Verifier};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Which signatures a run uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scheme {
    /// Digests that anyone could make.
    StandIn,
    /// Ed25519, as in production.
    Real,
}

impl Scheme {
    /// The signing key of a small number.
    pub fn signer(self, number: u64) -> Arc<dyn Signer> {
        let seed = Hasher::new("idx-sim/key/1").part(&number.to_le_bytes()).finish();
        match self {
            Self::StandIn => Arc::new(StandIn(SecretKey::from_seed(&seed.0).public_key())),
            Self::Real => Arc::new(SecretKey::from_seed(&seed.0)),
        }
    }

    /// The verifier that goes with it.
    pub fn verifier(self) -> Arc<dyn Verifier> {
        match self {
            Self::StandIn => Arc::new(StandInVerifier),
            Self::Real => Arc::new(Ed25519),
        }
    }
}

struct StandIn(PublicKey);

struct StandInVerifier;

fn stamp(key: &PublicKey, digest: &Hash32) -> Signature {
    let half = Hasher::new("idx-sim/stamp/1").part(&key.0).part(&digest.0).finish();
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(&half.0);
    bytes[32..].copy_from_slice(&half.0);
    Signature(bytes)
}

impl Signer for StandIn {
    fn public_key(&self) -> PublicKey {
        self.0
    }
    fn sign(&self, digest: &Hash32) -> Signature {
        stamp(&self.0, digest)
    }
}

impl Verifier for StandInVerifier {
    fn verify(&self, key: &PublicKey, digest: &Hash32, signature: &Signature) -> Result<(), BadSignature> {
        if *signature == stamp(key, digest) { Ok(()) } else { Err(BadSignature { key: *key }) }
    }
}
