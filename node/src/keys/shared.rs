//! What the banks share, read from the genesis file with a bank's HPKE key.

use super::NodeKeys;
use idx_crypto::HpkeSecret;
use idx_genesis::{Genesis, SharedError, SharedSecrets};
use idx_types::{BankCode, EpochKey};

impl NodeKeys {
    /// The banks' shared secrets.
    ///
    /// # Errors
    /// [`SharedError`] says whether they are not for this bank, or damaged.
    pub fn open_shared(&self, genesis: &Genesis, bank: &BankCode) -> Result<SharedSecrets, SharedError> {
        genesis.open_shared(bank, &HpkeSecret::from_bytes(&self.hpke_secret))
    }

    /// The key of the private chain; none for a bank that joined after genesis.
    ///
    /// # Errors
    /// [`SharedError`] if the file is damaged.
    pub fn epoch_key(&self, genesis: &Genesis, bank: &BankCode) -> Result<Option<EpochKey>, SharedError> {
        match self.open_shared(genesis, bank) {
            Ok(shared) => Ok(Some(shared.epoch_key)),
            Err(SharedError::NotForYou(_)) => {
                tracing::warn!(
                    "no key of the private chain: this node takes the others' word for its bodies"
                );
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
