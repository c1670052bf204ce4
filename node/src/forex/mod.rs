//! The rate publisher at work: says through any bank's node what foreign money costs.
//!
//! ```text
//!   a rate, or a bank's published cards --> Quote --sign--> ForexRate --> a bank --> the ledger
//! ```
//!
//! The publisher's key is a file of its own; no bank has it. A rate begins when it is published or later:
//! the ledger takes none that is back-dated, so cards of past days set today's rate, for trying out.

pub mod cards;

use crate::doors::{Doors, NotSettled};
use crate::keys::{self, KeysError};
use crate::pay::now;
use idx_crypto::{SecretKey, Signer};
use idx_genesis::SoundGenesis;
use idx_types::tx::{ForexRate, TX_VERSION};
use idx_types::{Currency, Quote, Rate, TimestampMs, Transaction, TxBody, TxId, TxKind};

/// How long a rate may take to settle, milliseconds: well below what the ledger takes as back-dated.
const LIFE_MS: u64 = 300_000;

/// A publisher with its key, the network's genesis, and the nodes to talk to.
#[derive(Debug)]
pub struct Publisher {
    /// The publisher's key.
    pub key: SecretKey,
    /// What all banks agreed on.
    pub genesis: SoundGenesis,
    /// The banks' nodes.
    pub doors: Doors,
}

/// A rate to publish.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wish {
    /// Of which currency.
    pub currency: Currency,
    /// When a customer sells.
    pub buy: Rate,
    /// When a customer buys.
    pub sell: Rate,
    /// From when on; at once if not said.
    pub valid_from: Option<TimestampMs>,
    /// How long it can be used if no other comes.
    pub stale_after_ms: u64,
}

/// Why nothing is published.
#[derive(Debug, thiserror::Error)]
pub enum ForexError {
    /// The ledger did not take the rate, or nobody answers.
    #[error(transparent)]
    NotSettled(#[from] NotSettled),
    /// The ledger knows another publisher.
    #[error(
        "the ledger takes rates from another key than this one\n  what to do: use the publisher's home, or have four banks name this key (set_rate_publisher)"
    )]
    OtherPublisher,
    /// No random bytes.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

impl Publisher {
    /// Publishes a rate, and waits until it is on the ledger.
    ///
    /// # Errors
    /// [`ForexError`].
    pub async fn publish(&self, wish: &Wish) -> Result<TxId, ForexError> {
        let rates = self.doors.any(|door| door.forex_rates()).await.map_err(NotSettled::Client)?;
        if rates.publisher.is_none_or(|key| key.0 != self.key.public_key()) {
            return Err(ForexError::OtherPublisher);
        }
        let tx = self.sign(wish)?;
        self.doors.settle(&tx).await?;
        Ok(tx.id())
    }

    fn sign(&self, wish: &Wish) -> Result<Transaction, KeysError> {
        let created_at = now();
        let valid_from = wish.valid_from.unwrap_or(created_at);
        let Wish { currency, buy, sell, stale_after_ms, .. } = *wish;
        let quote = Quote { buy, sell, valid_from, stale_after_ms };
        let body = TxBody {
            version: TX_VERSION,
            chain_id: self.genesis.chain_id(),
            created_at,
            valid_until: created_at.plus(LIFE_MS.min(self.genesis.body().params.max_validity_ms)),
            nonce: u64::from_le_bytes(*keys::random()?),
            kind: TxKind::ForexRate(ForexRate { currency, quote }),
        };
        Ok(body.sign(&[&self.key]))
    }
}
