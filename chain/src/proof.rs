//! Proofs that anyone can check with nothing but a state root: "my balance at height h is x"
//! (document 3.5).

use crate::root::StateParts;
use crate::state::State;
use crate::table::{Row, Table};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, Proof, ProofError};
use idx_types::{Account, AccountHandle, Session, SessionId};

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

fn check<T: Row>(
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

impl State {
    /// The proof of an account against [`State::root`]; `None` if there is no such account.
    pub fn account_proof(&self, handle: &AccountHandle) -> Option<AccountProof> {
        let (account, path) = row_and_path(&self.accounts, &handle.0)?;
        Some(AccountProof { account, path, parts: self.parts })
    }

    /// The proof of a session against [`State::root`]; `None` if there is no such session.
    pub fn session_proof(&self, id: &SessionId) -> Option<SessionProof> {
        let (session, path) = row_and_path(&self.sessions, &id.0)?;
        Some(SessionProof { session, path, parts: self.parts })
    }
}

fn row_and_path<T: Row>(table: &Table<T>, key: &[u8; 32]) -> Option<(T, Proof)> {
    let index = table.find(key)?;
    Some((table.get(index)?.clone(), table.proof(index)?))
}
