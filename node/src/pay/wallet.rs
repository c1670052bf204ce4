//! The names and keys of a test network's customers, all derived from one secret.
//!
//! Nothing about a customer has to be stored: the same wallet key gives the same account handle for a
//! bank and account number, and the same session for a handle and a day, so a run can be repeated or
//! taken up again. Without the key neither shows which account it stands for, nor that two sessions
//! are of one account.

use super::row::Party;
use idx_crypto::{SecretKey, Signer, hkdf_derive, hmac_sha256};
use idx_types::{AccountHandle, NetworkDay, ReceiverTag, SessionId};
use zeroize::Zeroizing;

/// A session of an account: its public name and the key that signs in it.
#[derive(Clone, Debug)]
pub struct WalletSession {
    /// Its name on the ledger.
    pub id: SessionId,
    /// Signs what the account pays and receives in the session.
    pub key: SecretKey,
}

impl WalletSession {
    /// The key as the ledger shall know it.
    pub fn public_key(&self) -> idx_crypto::PublicKey {
        self.key.public_key()
    }
}

/// The secret behind all customers of a test network.
#[derive(Clone)]
pub struct Wallet(Zeroizing<[u8; 32]>);

impl Wallet {
    /// A wallet of this secret.
    pub const fn new(key: Zeroizing<[u8; 32]>) -> Self {
        Self(key)
    }

    /// The ledger's name of an account.
    pub fn handle(&self, party: &Party) -> AccountHandle {
        let parts = [party.bank.as_str().as_bytes(), party.account.as_bytes()];
        AccountHandle(hmac_sha256(self.0.as_slice(), "idx/testnet/account-handle/1", &parts).0)
    }

    /// The session of an account on a day.
    pub fn session(&self, handle: &AccountHandle, day: NetworkDay) -> WalletSession {
        let day = day.0.to_le_bytes();
        let parts = [handle.0.as_slice(), &day];
        let id = SessionId(hmac_sha256(self.0.as_slice(), "idx/testnet/session-id/1", &parts).0);
        let seed = hkdf_derive(self.0.as_slice(), "idx/testnet/session-key/1", &parts.concat());
        WalletSession { id, key: SecretKey::from_seed(&seed) }
    }

    /// What stands for a receiver in an intent of a day. The tool accepts for both sides itself, so no
    /// bank has to recognise its customer by it.
    pub fn tag(&self, handle: &AccountHandle, day: NetworkDay) -> ReceiverTag {
        let parts = [handle.0.as_slice(), &day.0.to_le_bytes()];
        ReceiverTag(hmac_sha256(self.0.as_slice(), "idx/testnet/receiver-tag/1", &parts).0)
    }
}

impl std::fmt::Debug for Wallet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wallet(****)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn wallet(byte: u8) -> Wallet {
        Wallet::new(Zeroizing::new([byte; 32]))
    }

    fn party(bank: &str, account: &str) -> Party {
        Party { bank: bank.parse().unwrap(), account: account.to_owned() }
    }

    #[test]
    fn the_same_wallet_finds_the_same_names_again() {
        let (a, b) = (wallet(1), wallet(1));
        let handle = a.handle(&party("HDFC", "A1"));
        assert_eq!(handle, b.handle(&party("HDFC", "A1")));
        let (one, two) = (a.session(&handle, NetworkDay(3)), b.session(&handle, NetworkDay(3)));
        assert_eq!((one.id, one.public_key()), (two.id, two.public_key()));
    }

    #[test]
    fn names_differ_by_wallet_bank_account_and_day() {
        let handles: BTreeSet<AccountHandle> = [
            wallet(1).handle(&party("HDFC", "A1")),
            wallet(2).handle(&party("HDFC", "A1")),
            wallet(1).handle(&party("SBI", "A1")),
            wallet(1).handle(&party("HDFC", "A2")),
        ]
        .into();
        assert_eq!(handles.len(), 4);
        let handle = AccountHandle([5; 32]);
        let days = [NetworkDay(1), NetworkDay(2)].map(|day| wallet(1).session(&handle, day));
        assert_ne!(days[0].id, days[1].id);
        assert_ne!(days[0].public_key(), days[1].public_key());
    }

    #[test]
    fn the_secret_does_not_print() {
        assert_eq!(format!("{:?}", wallet(0xab)), "Wallet(****)");
    }
}
