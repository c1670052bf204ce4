//! Proofs that anyone can check with nothing but a state root: "my balance at height h is x"
//! (document 3.5).

use crate::account::{Account, Session};
use crate::parts::StateParts;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, Hasher, Proof, ProofError};

/// Something whose rows are the leaves of a Merkle tree under the state root.
pub trait StateRow: BorshSerialize {
    /// Domain label of a leaf of this kind.
    const LEAF_DOMAIN: &'static str;

    /// The leaf of the row at this place: binds the place and all fields.
    fn leaf(&self, index: u64) -> Hash32 {
        let mut bytes = Vec::with_capacity(128);
        index.serialize(&mut bytes).and_then(|()| self.serialize(&mut bytes)).expect("memory takes it");
        Hasher::new(Self::LEAF_DOMAIN).part(&bytes).finish()
    }
}

impl StateRow for Account {
    const LEAF_DOMAIN: &'static str = "idx/account-leaf/1";
}

impl StateRow for Session {
    const LEAF_DOMAIN: &'static str = "idx/session-leaf/1";
}

/// An account with its way to the state root.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct AccountProof {
    /// The account as it was.
    pub account: Account,
    /// From its leaf to the accounts' root.
    pub path: Proof,
    /// From the accounts' root to the state root.
    pub parts: StateParts,
}

/// A session with its way to the state root.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct SessionProof {
    /// The session.
    pub session: Session,
    /// From its leaf to the sessions' root.
    pub path: Proof,
    /// From the sessions' root to the state root.
    pub parts: StateParts,
}

/// Why a proof is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateProofError {
    /// The parts do not make the root: a proof of another height, or a forged one.
    #[error("the proof belongs to state root {computed}, not to {expected}")]
    OtherRoot {
        /// Root of the proof's parts.
        computed: Hash32,
        /// Root to prove against.
        expected: Hash32,
    },
    /// The row is not where the path says.
    #[error("the path does not lead to the list's root: {0}")]
    Path(#[from] ProofError),
}

impl AccountProof {
    /// Checks that exactly this account was in the state of this root.
    ///
    /// # Errors
    /// [`StateProofError`] names what does not fit.
    pub fn verify(&self, state_root: &Hash32) -> Result<&Account, StateProofError> {
        check(&self.account, &self.path, &self.parts, (&self.parts.accounts, state_root))?;
        Ok(&self.account)
    }
}

impl SessionProof {
    /// Checks that exactly this session was in the state of this root.
    ///
    /// # Errors
    /// [`StateProofError`] names what does not fit.
    pub fn verify(&self, state_root: &Hash32) -> Result<&Session, StateProofError> {
        check(&self.session, &self.path, &self.parts, (&self.parts.sessions, state_root))?;
        Ok(&self.session)
    }
}

fn check<T: StateRow>(
    row: &T,
    path: &Proof,
    parts: &StateParts,
    (list_root, state_root): (&Hash32, &Hash32),
) -> Result<(), StateProofError> {
    let computed = parts.root();
    if computed != *state_root {
        return Err(StateProofError::OtherRoot { computed, expected: *state_root });
    }
    Ok(path.verify_counted(&row.leaf(path.index), list_root)?)
}
