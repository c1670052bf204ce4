//! What the banks share, read with a bank's HPKE key: first from the genesis file, then from the ledger.

use super::NodeKeys;
use idx_chain::State;
use idx_crypto::HpkeSecret;
use idx_genesis::{Genesis, SharedError};
use idx_types::{Bank, BankCode, ChainSecrets, EpochKeys};
use std::sync::Arc;

impl NodeKeys {
    /// The founders' shared secrets.
    ///
    /// # Errors
    /// [`SharedError`] says whether they are not for this bank, or damaged.
    pub fn open_shared(&self, genesis: &Genesis, bank: &BankCode) -> Result<ChainSecrets, SharedError> {
        genesis.open_shared(bank, &HpkeSecret::from_bytes(&self.hpke_secret))
    }

    /// All keys of the private chain that were ever given to this bank, as far as the ledger keeps them: a
    /// founder's first one, and those of every epoch wrapped for it. A bank without the key in force is
    /// told so, and goes on.
    ///
    /// # Errors
    /// [`SharedError`] if the genesis file is damaged.
    pub fn chain_keys(
        &self,
        genesis: &Genesis,
        bank: &Bank,
        state: &State,
    ) -> Result<EpochKeys, SharedError> {
        let opener = Arc::new(HpkeSecret::from_bytes(&self.hpke_secret));
        let ring = EpochKeys::new(bank.id, opener);
        let mut ring = match self.open_shared(genesis, &bank.code) {
            Ok(secrets) => ring.with(secrets),
            // It joined later.
            Err(SharedError::NotForYou(_)) => ring,
            Err(error) => return Err(error),
        };
        for epoch in state.chain_keys().teach(state.chain_id(), &mut ring) {
            tracing::error!(epoch, "this bank's wrap of the private chain's key does not open");
        }
        let in_force = state.chain_keys().in_force(state.tip().height.next());
        if in_force.is_none_or(|epoch| ring.get(epoch).is_none()) {
            tracing::warn!(
                "no key of the private chain yet: this node takes the others' word for its bodies"
            );
        }
        Ok(ring)
    }
}
