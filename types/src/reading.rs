//! Asking for one's own balance without a login: a request that only who holds the account's session of
//! today can have signed.

use crate::account::Session;
use crate::ids::{AccountHandle, ChainId, Height, SessionId, TimestampMs};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, Signature, Signer, Verifier, hash_borsh};

/// For how many heights after the one that it names a reading is answered. Whoever overhears one learns no
/// more by sending it again than he overheard, and that not for long.
pub const READING_HEIGHTS_MAX: u64 = 600;

/// Domain label of what is signed.
const DOMAIN: &str = "idx/account-reading/1";

/// A request to be shown an account.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct AccountReading {
    /// The account.
    pub account: AccountHandle,
    /// A session of it that is open.
    pub session: SessionId,
    /// A final height that the asker knows of.
    pub height: Height,
    /// By the session's key.
    pub signature: Signature,
}

/// What a node knows when it is asked.
#[derive(Clone, Copy, Debug)]
pub struct ReadingRules<'a> {
    /// The network.
    pub chain_id: ChainId,
    /// The node's newest final height.
    pub height: Height,
    /// The time of that height's block.
    pub time: TimestampMs,
    /// The named session, if the ledger has it.
    pub session: Option<&'a Session>,
}

impl AccountReading {
    /// Signs a request with the session's key.
    pub fn new(
        chain_id: ChainId,
        (account, session): (AccountHandle, SessionId),
        height: Height,
        signer: &dyn Signer,
    ) -> Self {
        let signature = signer.sign(&digest(&chain_id, &account, &session, height));
        Self { account, session, height, signature }
    }

    /// Whether it is the account's owner who asks, and now.
    pub fn is_by_owner(&self, rules: &ReadingRules<'_>, verifier: &dyn Verifier) -> bool {
        let Some(session) = rules.session else { return false };
        let is_fresh = self.height <= rules.height && rules.height.0 - self.height.0 <= READING_HEIGHTS_MAX;
        let is_open =
            session.id == self.session && session.account == self.account && session.expires_at > rules.time;
        let digest = digest(&rules.chain_id, &self.account, &self.session, self.height);
        is_fresh && is_open && verifier.verify(&session.key, &digest, &self.signature).is_ok()
    }
}

fn digest(chain: &ChainId, account: &AccountHandle, session: &SessionId, height: Height) -> Hash32 {
    hash_borsh(DOMAIN, &(chain, account, session, height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::BankId;
    use idx_crypto::{Ed25519, SecretKey};

    const CHAIN: ChainId = ChainId(Hash32([1; 32]));
    const ACCOUNT: AccountHandle = AccountHandle([2; 32]);

    fn session(key: &SecretKey) -> Session {
        Session {
            id: SessionId([3; 32]),
            home_bank: BankId(0),
            account: ACCOUNT,
            key: key.public_key(),
            opened_at: Height(1),
            expires_at: TimestampMs(1_000),
        }
    }

    #[test]
    fn an_account_is_read_by_its_owner_in_its_session_and_now() {
        type Spoil = fn(&mut AccountReading, &mut Session, &mut (ChainId, Height, TimestampMs));
        let key = SecretKey::from_seed(&[7; 32]);
        let allowed = |spoil: Spoil| {
            let mut session = session(&key);
            let mut asked = AccountReading::new(CHAIN, (ACCOUNT, session.id), Height(10), &key);
            let mut node = (CHAIN, Height(10), TimestampMs(999));
            spoil(&mut asked, &mut session, &mut node);
            let (chain_id, height, time) = node;
            asked.is_by_owner(&ReadingRules { chain_id, height, time, session: Some(&session) }, &Ed25519)
        };
        assert!(allowed(|_, _, _| {}));
        assert!(allowed(|_, _, node| node.1.0 += READING_HEIGHTS_MAX), "a while later");
        let table: [(&str, Spoil); 9] = [
            ("another network", |_, _, node| node.0.0.0[0] ^= 1),
            ("too long ago", |_, _, node| node.1.0 += READING_HEIGHTS_MAX + 1),
            ("a height to come", |_, _, node| node.1.0 -= 1),
            ("an ended session", |_, _, node| node.2 = TimestampMs(1_000)),
            ("another account", |asked, _, _| asked.account.0[0] ^= 1),
            ("a session of another account", |_, session, _| session.account.0[0] ^= 1),
            ("another session", |_, session, _| session.id.0[0] ^= 1),
            ("another key", |_, session, _| session.key = SecretKey::from_seed(&[8; 32]).public_key()),
            ("another height than signed", |asked, _, _| asked.height.0 -= 1),
        ];
        for (what, spoil) in table {
            assert!(!allowed(spoil), "{what}");
        }
        let asked = AccountReading::new(CHAIN, (ACCOUNT, SessionId([3; 32])), Height(10), &key);
        let unknown =
            ReadingRules { chain_id: CHAIN, height: Height(10), time: TimestampMs(1), session: None };
        assert!(!asked.is_by_owner(&unknown, &Ed25519));
    }
}
