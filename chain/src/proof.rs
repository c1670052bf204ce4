//! Proofs of the state's rows; what they are and how they are checked stands in [`idx_types::state_proof`].

use crate::state::State;
use crate::table::{Row, Table};
use idx_crypto::Proof;
use idx_types::state_proof::{AccountProof, SessionProof};
use idx_types::{AccountHandle, SessionId};

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
    use idx_crypto::Hash32;
    use idx_types::state_proof::StateProofError;
    use idx_types::{Paise, StateParts};

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
