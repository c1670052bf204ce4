//! Second factors of logins: codes that change with time (RFC 6238).

use crate::secret::{Secret32, secret_bytes};
use crate::vault::keys::VaultKeys;
use crate::vault::record::{Record, record};
use crate::vault::store::Table;
use idx_types::Idx;
use zeroize::Zeroizing;

record! {
    /// What a customer proves to hold, beside his password.
    pub SecondFactor in Factors {
        /// Whose.
        owner: Idx,
        /// What his codes are made with.
        secret: Secret32,
        /// Whether it is asked for: not before he has shown one good code.
        active: bool,
        /// The newest time step whose code was used; a code is good once (RFC 6238, 5.2).
        last_step: u64,
    }
    key(keys, me) SecondFactor::key_of(keys, &me.owner);
}

impl SecondFactor {
    pub(in crate::vault) fn key_of(keys: &VaultKeys, owner: &Idx) -> Vec<u8> {
        keys.index("factor-of", &[&owner.0]).to_vec()
    }
}
