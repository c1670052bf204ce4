//! Messages that a bank signs, and the type that says a signature was checked.

use crate::bank::ValidatorSet;
use crate::ids::{BankId, ChainId};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{BadSignature, Hash32, PublicKey, Signature, Signer, Verifier, hash_borsh};
use std::ops::Deref;

/// A message that one bank signs. The digest covers a domain label of the kind and all fields, among
/// them network and height, so that no signature can be carried to another place.
pub trait Signable: BorshSerialize {
    /// Label of the kind, with a version.
    const DOMAIN: &'static str;
    /// The bank that signs.
    fn signer(&self) -> BankId;
    /// The network it is for.
    fn chain_id(&self) -> ChainId;
    /// What is signed.
    fn digest(&self) -> Hash32 {
        hash_borsh(Self::DOMAIN, self)
    }
}

/// A message with the signature of the bank it names; not yet checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Signed<T> {
    /// What was signed.
    pub message: T,
    /// By the bank that the message names.
    pub signature: Signature,
}

/// Why a signed message of a bank is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignedError {
    /// The message is of another network.
    #[error("it belongs to network {0}")]
    WrongChain(ChainId),
    /// The named bank is not one of this height.
    #[error("{0} is not a bank of this height")]
    UnknownBank(BankId),
    /// The signature is not that bank's.
    #[error(transparent)]
    BadSignature(#[from] BadSignature),
}

impl<T: Signable> Signed<T> {
    /// Signs a message.
    pub fn new(message: T, signer: &dyn Signer) -> Self {
        let signature = signer.sign(&message.digest());
        Self { message, signature }
    }

    /// Checks the signature under a key.
    ///
    /// # Errors
    /// [`BadSignature`] if it was not made by that key over this message.
    pub fn check(&self, key: &PublicKey, verifier: &dyn Verifier) -> Result<(), BadSignature> {
        verifier.verify(key, &self.message.digest(), &self.signature)
    }

    /// Checks network, bank and signature; the only way to a [`Verified`] message from outside.
    ///
    /// # Errors
    /// [`SignedError`] names what is wrong.
    pub fn verify(
        self,
        chain_id: ChainId,
        banks: &ValidatorSet,
        verifier: &dyn Verifier,
    ) -> Result<Verified<Self>, SignedError> {
        if self.message.chain_id() != chain_id {
            return Err(SignedError::WrongChain(self.message.chain_id()));
        }
        let signer = self.message.signer();
        let bank = banks.get(signer).ok_or(SignedError::UnknownBank(signer))?;
        self.check(&bank.consensus_key, verifier)?;
        Ok(Verified(self))
    }
}

/// Something whose signatures were checked. The pure core takes nothing else from the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// For what this node signed itself, or reads back from its own log: the caller vouches for it.
    pub const fn vouch(value: T) -> Self {
        Self(value)
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
