//! Who is logged in at the bank's interfaces, and the secret that its tokens are made with.

use crate::secret::{Secret32, secret_bytes};
use crate::vault::keys::VaultKeys;
use crate::vault::record::{Record, record};
use crate::vault::store::Table;
use crate::vault::{Draft, VaultError};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::Hash32;
use idx_types::{Idx, TimestampMs};
use zeroize::Zeroizing;

/// Which login: random, and no secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct LoginId(pub [u8; 16]);

impl std::fmt::Debug for LoginId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LoginId(****)")
    }
}

/// Who a login is of.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Holder {
    /// A customer.
    Customer(Idx),
    /// One of the bank's own people, by the name that the operator gave him.
    Clerk(String),
    /// Somebody of an office outside the bank's counter, by the name that the operator gave him.
    Officer(Office, String),
}

/// An office that reads court orders at a bank. Part of the sealed login: whoever has a token cannot
/// change it. New ones are added at the end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub enum Office {
    /// Reads what was ordered, and proves the trail of it.
    Auditor,
    /// Works for judges: hands in what they signed, takes what is sealed to them.
    JudgeClerk,
    /// Works for a regulator: hands in proposals of judges that a bank signed.
    Regulator,
}

impl std::fmt::Debug for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Customer(_) => "Customer(****)",
            Self::Clerk(_) => "Clerk(****)",
            Self::Officer(..) => "Officer(****)",
        })
    }
}

record! {
    /// A login, from its beginning to its end. Of its refresh tokens only the newest is good; one that is
    /// shown again ends the login.
    pub Login in Logins {
        /// Which.
        id: LoginId,
        /// Whose.
        holder: Holder,
        /// Digest of the refresh token that is good; none for a login that cannot be prolonged.
        refresh: Option<Hash32>,
        /// When it began.
        since: TimestampMs,
        /// When it ends, if it is not prolonged.
        until: TimestampMs,
    }
    key(keys, me) {
        let mut key = Login::prefix_of(keys, &me.holder);
        key.extend(keys.index("login", &[&me.id.0]));
        key
    };
    names(me) vec![("id", Zeroizing::new(me.id.0.to_vec()))];
}

impl Login {
    pub(in crate::vault) fn prefix_of(keys: &VaultKeys, holder: &Holder) -> Vec<u8> {
        keys.index("logins-of", &[&secret_bytes(holder)]).to_vec()
    }
}

/// Under which key of the table `Meta` the secret of tokens is.
const TOKEN_ROW: &[u8] = b"tokens";

record! {
    /// What tokens are made with.
    pub(in crate::vault) TokenSecret in Meta {
        /// Random; whoever has it can log in as anybody.
        secret: Secret32,
    }
    key(_keys, _me) TOKEN_ROW.to_vec();
}

/// The secret that this bank's tokens are made with; drawn when it is first asked for. A vault that is
/// made again from the chain has another, which ends all logins.
///
/// # Errors
/// [`VaultError`] if the record is damaged or the machine fails.
pub fn token_secret(draft: &mut Draft<'_>) -> Result<Secret32, VaultError> {
    if let Some(TokenSecret { secret }) = draft.get(TOKEN_ROW)? {
        return Ok(secret);
    }
    let secret = Secret32::from(draft.entropy().draw());
    draft.put(&TokenSecret { secret: secret.clone() });
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of logins that were written before there were offices are read as they were.
    #[test]
    fn what_a_login_is_of_keeps_its_bytes() {
        let table = [
            (Holder::Customer(Idx([7; 32])), [vec![0], vec![7; 32]].concat()),
            (Holder::Clerk("C4".to_owned()), vec![1, 2, 0, 0, 0, b'C', b'4']),
            (Holder::Officer(Office::Auditor, "A".to_owned()), vec![2, 0, 1, 0, 0, 0, b'A']),
            (Holder::Officer(Office::JudgeClerk, "A".to_owned()), vec![2, 1, 1, 0, 0, 0, b'A']),
            (Holder::Officer(Office::Regulator, "A".to_owned()), vec![2, 2, 1, 0, 0, 0, b'A']),
        ];
        for (holder, bytes) in table {
            assert_eq!(borsh::to_vec(&holder).unwrap(), bytes, "{holder:?}");
            assert!(borsh::from_slice::<Holder>(&bytes).unwrap() == holder, "{holder:?}");
            assert!(format!("{holder:?}").ends_with("(****)"));
        }
    }
}
