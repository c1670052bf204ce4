//! The bank's own side as the engine starts and ends it.

use super::stored::Disks;
use crate::desk::{DeskError, Front, FrontDesk, VaultOpening, watchlist};
use crate::home::Home;
use crate::keys::NodeKeys;
use crate::settings::Settings;
use anyhow::{Context, Result};
use idx_bank::pseudonym::Pepper;
use idx_bank::vault::Retention;
use idx_crypto::HpkeSecret;
use idx_genesis::Genesis;
use idx_types::{Bank, EpochKeys};
use std::sync::Arc;
use tokio::sync::oneshot;

/// The end of the desk's thread; never, if there is no desk.
pub(super) async fn end_of(
    desk: &mut Option<oneshot::Receiver<Result<(), DeskError>>>,
) -> Result<Result<(), DeskError>, oneshot::error::RecvError> {
    match desk {
        Some(end) => end.await,
        None => std::future::pending().await,
    }
}

/// The bank's own side; none for a bank that was not given the banks' secrets yet.
pub(super) fn front(
    home: &Home,
    genesis: &Genesis,
    disks: &Disks,
    (bank, keys): (&Bank, &NodeKeys),
    chain_keys: &EpochKeys,
    settings: &Settings,
) -> Result<Option<Front>> {
    let shared = genesis.shared.as_ref();
    let (Some(pepper), Some(shared)) = (chain_keys.pepper(), shared) else {
        tracing::warn!(
            "this bank has no key of the private chain yet: it serves no customers until it is started with one"
        );
        return Ok(None);
    };
    let hpke = HpkeSecret::from_bytes(&keys.hpke_secret);
    let opening =
        VaultOpening { home, store: &disks.store, bank, vault_secret: &keys.vault_secret, hpke: &hpke };
    Ok(Some(Front::new(FrontDesk {
        chain_id: disks.state.chain_id(),
        bank: bank.clone(),
        vault: opening.open().context("the bank's vault")?,
        hpke,
        retention: Retention { months: settings.vault.retention_months },
        risk: settings.risk.rules(),
        watched: Arc::new((watchlist(&settings.risk.sanctions_lists)?, settings.risk.sanctions_permille)),
        pepper: Pepper::new(**pepper),
        pseudonym_cost: shared.pseudonym_cost,
    })))
}
