//! Proofs that anyone can check with nothing but a state root: "my balance at height h is x"
//! (document 3.5).

use crate::state::State;
use crate::table::{Row, Table};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, Proof, ProofError};
use idx_types::{Account, AccountHandle, Session, SessionId, StateParts};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;
    use idx_types::Paise;

    struct Story {
        world: World,
        handle: AccountHandle,
        proof: AccountProof,
        root: Hash32,
    }

    fn story() -> Story {
        let mut world = World::new(6);
        let handle = world.account(0, 12_345);
        world.session(0, handle);
        let proof = world.state.account_proof(&handle).unwrap();
        let root = world.state.root();
        Story { world, handle, proof, root }
    }

    #[test]
    fn a_balance_is_proven_by_a_root_alone() {
        let Story { world, proof, root, .. } = story();
        let bytes = borsh::to_vec(&proof).unwrap();
        let received: AccountProof = borsh::from_slice(&bytes).unwrap();
        assert_eq!(received.verify(&root).unwrap().balance, Paise(12_345));
        for account in world.state.accounts() {
            let proof = world.state.account_proof(&account.handle).unwrap();
            assert_eq!(proof.verify(&root), Ok(account));
        }
        for session in world.state.sessions() {
            assert_eq!(world.state.session_proof(&session.id).unwrap().verify(&root), Ok(session));
        }
    }

    /// Faults 17 and 18: neighbours, other places, other counts, cut and padded paths prove nothing.
    #[test]
    fn nothing_else_is_proven() {
        type Spoil = fn(&mut AccountProof);
        let Story { proof, root, .. } = story();
        let table: [(&str, Spoil); 11] = [
            ("another balance", |p| p.account.balance.0 += 1),
            ("another handle", |p| p.account.handle.0[0] ^= 1),
            ("another place", |p| p.path.index -= 1),
            ("a place beyond the end", |p| p.path.index += 1),
            ("one account fewer", |p| p.path.leaves -= 1),
            ("one account more", |p| p.path.leaves += 1),
            ("a cut path", |p| p.path.path.truncate(1)),
            ("an empty path", |p| p.path.path.clear()),
            ("a padded path", |p| p.path.path.push(Hash32::ZERO)),
            ("another accounts' root", |p| p.parts.accounts.0[0] ^= 1),
            ("the sessions' root", |p| std::mem::swap(&mut p.parts.accounts, &mut p.parts.sessions)),
        ];
        for (what, spoil) in table {
            let mut forged = proof.clone();
            spoil(&mut forged);
            assert!(forged.verify(&root).is_err(), "{what}");
        }
        let alone = AccountProof { parts: StateParts { work: Hash32::ZERO, ..proof.parts }, ..proof };
        assert!(matches!(alone.verify(&root), Err(StateProofError::OtherRoot { .. })));
    }

    #[test]
    fn a_proof_is_of_its_height_only() {
        let Story { mut world, handle, proof, root } = story();
        world.done(world.cash_in(0, handle, 1), 0);
        let now = world.state.root();
        assert!(matches!(proof.verify(&now), Err(StateProofError::OtherRoot { .. })));
        let later = world.state.account_proof(&handle).unwrap();
        assert!(later.verify(&root).is_err());
        assert_eq!(later.verify(&now).unwrap().balance, Paise(12_346));
    }

    #[test]
    fn what_is_not_there_has_no_proof() {
        let Story { world, .. } = story();
        assert_eq!(world.state.account_proof(&crate::testing::handle(1)), None);
        assert_eq!(world.state.session_proof(&SessionId([7; 32])), None);
    }
}
