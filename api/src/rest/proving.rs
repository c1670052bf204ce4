//! How somebody proves at a login to be himself: by a password, or by signing with a key of his own what the
//! bank drew for this login.
//!
//! ```text
//!   challenge --> 32 random bytes, kept two minutes
//!                        |
//!   login: papers, challenge, signature --> spent, whatever comes of it --> one signature check --> his, or not
//!   login: papers, password ---------------------------------------------> one slow hash --------> his, or not
//! ```
//!
//! Whatever is wrong (PAN, RBI number, password, key, challenge, the other kind of proof), the answer is one
//! and costs the same: a password is hashed once, a signature checked once.

use super::auth::Papers;
use super::error::ApiError;
use super::route::{Call, Outcome, answer};
use super::transfers::Nothing;
use crate::teller::Teller;
use idx_bank::Password;
use idx_bank::vault::{Credential, Customer, PasswordHash};
use idx_client::encoding::Time;
use idx_crypto::{Ed25519, PublicKey, SecretKey, Signature, Signer};
use idx_types::LoginProof;
use serde_json::json;
use std::sync::{Arc, LazyLock};

/// What a signature is checked against where there is no key, so that it costs as much. What comes of it is
/// not looked at.
static NOBODYS: LazyLock<PublicKey> = LazyLock::new(|| SecretKey::from_seed(&[1; 32]).public_key());

/// What somebody shows beside his papers.
pub(super) enum Shown {
    Password(Password),
    Signed { challenge: [u8; 32], signature: Signature },
}

impl Papers {
    /// Takes out what proves him.
    ///
    /// # Errors
    /// It is neither one nor the other, or both.
    pub(super) fn shown(&mut self) -> Result<Shown, ApiError> {
        match (self.password.take(), self.challenge.take(), self.signature.take()) {
            (Some(password), None, None) => Ok(Shown::Password(password)),
            (None, Some(challenge), Some(signature)) => {
                Ok(Shown::Signed { challenge: challenge.0, signature: signature.0 })
            }
            _ => Err(ApiError::field("password", "this, or challenge and signature, and not both")),
        }
    }
}

/// The customer of these papers, if what he shows is his.
pub(super) async fn prove(
    call: &Call,
    teller: &Arc<dyn Teller>,
    papers: Papers,
    shown: Shown,
) -> Result<Option<Customer>, ApiError> {
    let Papers { pan_card, rbi_number, .. } = papers;
    let known = call.read(move |teller| teller.customer_of_pan(&pan_card)).await?;
    let known = known.filter(|customer| customer.rbi == rbi_number);
    let is_his = match shown {
        Shown::Password(password) => {
            let hash = known.as_ref().and_then(password_of);
            teller.is_password(hash.clone(), password).await? && hash.is_some()
        }
        Shown::Signed { challenge, signature } => {
            let key = known.as_ref().and_then(key_of);
            is_signed(call, teller, key, (challenge, signature)) && key.is_some()
        }
    };
    Ok(known.filter(|_| is_his))
}

/// Whether it is a signature by this key over a challenge that waits. From now on it waits no more.
fn is_signed(
    call: &Call,
    teller: &Arc<dyn Teller>,
    key: Option<PublicKey>,
    (challenge, signature): ([u8; 32], Signature),
) -> bool {
    let waited = call.rest.challenges.spend(&challenge, teller.now());
    let chain_id = call.rest.context.deps.queries.chain_id();
    let proof = LoginProof { chain_id, bank: teller.bank().clone(), challenge };
    // Both are always looked at.
    proof.is_by(&key.unwrap_or(*NOBODYS), &signature, &Ed25519) & waited
}

fn password_of(customer: &Customer) -> Option<PasswordHash> {
    match &customer.credential {
        Credential::Password(hash) => Some(hash.clone()),
        _ => None,
    }
}

const fn key_of(customer: &Customer) -> Option<PublicKey> {
    match &customer.credential {
        Credential::OwnKey(key) => Some(*key),
        _ => None,
    }
}

pub(super) async fn challenge(mut call: Call) -> Outcome {
    Nothing::read(std::mem::take(&mut call.fields))?;
    let teller = call.teller()?;
    let challenge = *teller.random()?.expose();
    let until = call.rest.challenges.keep(challenge, teller.now());
    Ok(answer(json!({"challenge": hex::encode(challenge), "expires_at": Time(until)})))
}
