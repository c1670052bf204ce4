//! Logging in: the clock, the secrets and the slow hash that the interface asks for.

use super::Door;
use super::door::failed;
use async_trait::async_trait;
use idx_api::{Answer, Doorkeeper};
use idx_bank::desk::Refusal;
use idx_bank::vault::{Customer, Login, LoginId, PasswordHash, SecondFactor};
use idx_bank::{Pan, Password, Secret32};
use idx_crypto::KdfCost;
use idx_types::{BankCode, Idx, TimestampMs};

impl Door {
    /// Runs one slow hash on a blocking thread when its turn comes.
    async fn hashing<R: Send + 'static>(
        &self,
        hash: impl FnOnce(KdfCost) -> R + Send + 'static,
    ) -> Result<R, Refusal> {
        let _place = self.hash_queue.try_acquire().map_err(|_| Refusal::BankBusy)?;
        let turn = self.hashing.clone().acquire_owned().await.map_err(|_| Refusal::BankBusy)?;
        let cost = self.password_cost;
        // The turn ends with the work: a client that leaves does not make room for a second one.
        let work = move || {
            let _turn = turn;
            hash(cost)
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Refusal::BankBusy)
    }
}

#[async_trait]
impl Doorkeeper for Door {
    fn bank(&self) -> &BankCode {
        &self.bank
    }

    fn now(&self) -> TimestampMs {
        crate::engine::clock()
    }

    fn random(&self) -> Answer<Secret32> {
        Ok(Secret32::from(*crate::keys::random::<32>().map_err(failed)?))
    }

    fn token_secret(&self) -> &Secret32 {
        &self.vault.token_secret
    }

    fn customer_of_pan(&self, pan: &Pan) -> Answer<Option<Customer>> {
        self.vault.shelf().customer_of_pan(pan).map_err(failed)
    }

    fn login(&self, id: &LoginId) -> Answer<Option<Login>> {
        self.vault.shelf().login(id).map_err(failed)
    }

    fn second_factor(&self, owner: &Idx) -> Answer<Option<SecondFactor>> {
        self.vault.shelf().second_factor(owner).map_err(failed)
    }

    async fn hash_password(&self, password: Password) -> Result<PasswordHash, Refusal> {
        let salt = self.random().map_err(|_| Refusal::VaultUnavailable)?;
        let made = self.hashing(move |cost| PasswordHash::new(password.expose(), *salt.expose(), cost));
        made.await?.ok_or(Refusal::VaultUnavailable)
    }

    async fn is_password(&self, hash: Option<PasswordHash>, password: Password) -> Result<bool, Refusal> {
        self.hashing(move |cost| match hash {
            Some(hash) => hash.is(password.expose()),
            None => PasswordHash::new(password.expose(), [0; 32], cost).is_none(),
        })
        .await
    }
}
