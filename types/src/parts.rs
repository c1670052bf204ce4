//! The state root: one digest over everything that the ledger knows (document 3.5).
//!
//! ```text
//!                       state root
//!   accounts  sessions  params  validators  registries  settled  work
//!   (counted  (counted
//!    tree)     tree)
//! ```

use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, hash_borsh};

/// The digests from which a state root is made. A proof carries them, so that one account can be
/// checked against a root without the rest of the state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, BorshSerialize, BorshDeserialize)]
pub struct StateParts {
    /// Root of the accounts' tree bound to their number.
    pub accounts: Hash32,
    /// Root of the sessions' tree bound to their number.
    pub sessions: Hash32,
    /// Digest of the parameters that rule the next height.
    pub params: Hash32,
    /// Digest of the banks that rule the next height, as headers carry it.
    pub validators: Hash32,
    /// Digest of open proposals, offences, used bank numbers and money issued.
    pub registries: Hash32,
    /// Digest of the settled ids that are still remembered.
    pub settled: Hash32,
    /// Digest of difficulty and search times.
    pub work: Hash32,
}

impl StateParts {
    /// The state root of these parts.
    pub fn root(&self) -> Hash32 {
        hash_borsh("idx/state-root/1", self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_moves_the_root() {
        let bytes = borsh::to_vec(&StateParts::default()).unwrap();
        assert_eq!(bytes.len(), 7 * 32);
        for part in 0..7 {
            let mut changed = bytes.clone();
            changed[part * 32] = 1;
            let parts: StateParts = borsh::from_slice(&changed).unwrap();
            assert_ne!(parts.root(), StateParts::default().root(), "part {part}");
        }
    }
}
