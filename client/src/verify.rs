//! From a known network to a proven fact, without trusting the node that tells it: the checks of
//! [`idx_light::proof`], for the views of this crate.
//!
//! Pure functions; what they are given may come from anyone.

use crate::views::{AccountProofView, TransactionProofView};
use idx_crypto::Verifier;
use idx_light::proof::{AccountParts, TransactionProof};

pub use idx_light::VerifyError;
pub use idx_light::proof::{Proven, ProvenAccount, Trusted, headers};

/// Checks everything that a node says about a final transaction.
///
/// # Errors
/// [`VerifyError`] names the first link that does not hold.
pub fn transaction(
    trusted: &Trusted<'_>,
    proof: &TransactionProofView,
    verifier: &dyn Verifier,
) -> Result<Proven, VerifyError> {
    let parts = TransactionProof {
        header: &proof.header.0,
        private_header: &proof.private_header.0,
        commit_certificate: &proof.commit_certificate.0,
        outcomes: &proof.outcomes.0,
        transaction: &proof.transaction.0,
        path: &proof.path,
    };
    let proven = idx_light::proof::transaction(trusted, &parts, verifier)?;
    read_alike(proof.height == proven.header.height && proof.outcome.0 == proven.outcome)?;
    Ok(proven)
}

/// The readable fields of a proof must say the same as its bytes.
const fn read_alike(holds: bool) -> Result<(), VerifyError> {
    if holds { Ok(()) } else { Err(VerifyError::Mismatch("the readable fields say something else")) }
}

/// Checks everything that a node says about an account.
///
/// # Errors
/// [`VerifyError`] names the first link that does not hold.
pub fn account(
    trusted: &Trusted<'_>,
    proof: &AccountProofView,
    verifier: &dyn Verifier,
) -> Result<ProvenAccount, VerifyError> {
    let parts = AccountParts {
        header: &proof.header.0,
        private_header: &proof.private_header.0,
        commit_certificate: &proof.commit_certificate.0,
        state_proof: &proof.state_proof.0,
    };
    let proven = idx_light::proof::account(trusted, &parts, verifier)?;
    let (said, account) = (&proof.account, &proven.account);
    let holds = said.handle.0 == account.handle
        && said.balance == account.balance
        && said.currency == account.currency
        && said.as_of == proven.header.height;
    read_alike(holds)?;
    Ok(proven)
}
