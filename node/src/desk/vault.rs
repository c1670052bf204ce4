//! The vault of a node: opened, made new, or made again from the chain.

use super::durable::Durable;
use crate::home::Home;
use anyhow::{Context, Result, ensure};
use idx_bank::rebuild::{self, PrivateRecord, Rebuilt, rebuild};
use idx_bank::vault::{Draft, Shelf, VaultKey, VaultKeys, VaultStore, index_histories, token_secret};
use idx_bank::{Entropy, Secret32};
use idx_crypto::HpkeSecret;
use idx_storage::{Store, VaultDb};
use idx_types::{Bank, Height};
use std::path::Path;
use std::sync::Arc;

/// The version of a vault key that was never rotated.
const FIRST_VERSION: u16 = 1;

/// Openings put back with one write.
const RECORDS_PER_BATCH: usize = 1_000;

/// The open vault with its keys. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Vault {
    /// The disk.
    pub db: Arc<VaultDb>,
    /// The keys.
    pub keys: Arc<VaultKeys>,
    /// What tokens are made with.
    pub token_secret: Secret32,
    /// What of it is durable.
    pub(super) durable: Arc<Durable>,
}

/// What is needed to open a vault or to make it again.
pub struct VaultOpening<'a> {
    /// Where it is.
    pub home: &'a Home,
    /// The chain to make it again from.
    pub store: &'a Store,
    /// Whose it is.
    pub bank: &'a Bank,
    /// Seals the vault.
    pub vault_secret: &'a [u8; 32],
    /// Opens what the chain holds sealed for this bank.
    pub hpke: &'a HpkeSecret,
}

impl Vault {
    /// The vault as it reads.
    pub fn shelf(&self) -> Shelf<'_> {
        Shelf::new(&self.keys, &*self.db)
    }
}

impl VaultOpening<'_> {
    /// Opens the vault. If there is none, makes one with the customers and accounts of this bank whose
    /// openings the chain has, so that a lost vault comes back by itself.
    ///
    /// # Errors
    /// The vault is in use, damaged, or sealed under another key; or a disk fails.
    pub fn open(&self) -> Result<Vault> {
        let path = self.home.vault();
        if !path.exists() {
            self.make(&path)?;
        }
        let next = self.home.next_vault_key();
        ensure!(
            !next.exists(),
            "{}: the vault is on its way to a new key\n  what to do: end it with `idx-node vault rotate`",
            next.display()
        );
        let db = VaultDb::open(&path)?;
        let keys = VaultKeys::version_in(&db)
            .and_then(|version| VaultKeys::open(VaultKey::new(version, self.vault_secret), None, &db));
        let keys = keys.with_context(|| format!("the vault at {} does not open", path.display()))?;
        let mut draft = Draft::new(&keys, &db, entropy()?);
        let token_secret = token_secret(&mut draft)?;
        db.commit(&draft.into_batch())?;
        index_histories(&keys, &db, entropy).context("the histories of customers cannot be indexed")?;
        let (db, keys, durable) = (Arc::new(db), Arc::new(keys), Arc::default());
        Ok(Vault { db, keys, token_secret, durable })
    }

    /// Makes the vault beside its place and moves it there when it is whole: one that was cut short is
    /// begun anew.
    fn make(&self, path: &Path) -> Result<()> {
        let unfinished = path.with_extension("unfinished");
        if unfinished.exists() {
            std::fs::remove_dir_all(&unfinished).context("an unfinished vault cannot be removed")?;
        }
        let rebuilt = self.fill(&unfinished).context("the vault cannot be made")?;
        std::fs::rename(&unfinished, path).context("the new vault cannot be moved to its place")?;
        report(&rebuilt);
        Ok(())
    }

    fn fill(&self, path: &Path) -> Result<Rebuilt> {
        let db = VaultDb::open(path)?;
        let key = VaultKey::new(FIRST_VERSION, self.vault_secret);
        let (keys, first) = VaultKeys::create(key, &mut entropy()?);
        db.commit(&first)?;
        let mut all = Rebuilt::default();
        let mut records = Vec::new();
        for height in self.heights() {
            records.extend(self.records(height)?);
            if records.len() >= RECORDS_PER_BATCH {
                self.put(&db, &keys, &std::mem::take(&mut records), &mut all)?;
            }
        }
        self.put(&db, &keys, &records, &mut all)?;
        Ok(all)
    }

    fn heights(&self) -> impl Iterator<Item = Height> + use<> {
        let base = self.store.base().map_or(0, |base| base.0);
        let tip = self.store.height().map_or(0, |tip| tip.0);
        (base.saturating_add(1)..=tip).map(Height)
    }

    /// The openings of accounts and sessions that took effect at a height.
    fn records(&self, height: Height) -> Result<Vec<PrivateRecord>> {
        let Some(certified) = self.store.certified(height)? else { return Ok(Vec::new()) };
        let txs = certified.public.transactions.iter().zip(&certified.private.outcomes);
        let done = txs.filter(|(_, outcome)| **outcome == idx_types::Outcome::Completed);
        Ok(done.filter_map(|(tx, _)| PrivateRecord::of(height, tx)).collect())
    }

    fn put(
        &self,
        db: &VaultDb,
        keys: &VaultKeys,
        records: &[PrivateRecord],
        all: &mut Rebuilt,
    ) -> Result<()> {
        let home = rebuild::Home { code: &self.bank.code, bank: self.bank.id, secret: self.hpke };
        let mut draft = Draft::new(keys, db, entropy()?);
        let part = rebuild(&mut draft, &home, records)?;
        db.commit(&draft.into_batch())?;
        all.customers += part.customers;
        all.accounts += part.accounts;
        all.sessions += part.sessions;
        all.unreadable.extend(part.unreadable);
        Ok(())
    }
}

fn entropy() -> Result<Entropy> {
    Ok(Entropy::new(*crate::keys::random()?))
}

fn report(rebuilt: &Rebuilt) {
    let Rebuilt { customers, accounts, sessions, unreadable } = rebuilt;
    tracing::info!(customers, accounts, sessions, "the vault is made from the chain");
    for (height, why) in unreadable {
        tracing::warn!(%height, %why, "an opening of this bank on the chain cannot be read");
    }
}
