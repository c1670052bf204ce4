//! The bank's policy: what its desk holds against a transfer decides the bank's own verdict.

use super::vault::Vault;
use crate::engine::shared::Shared;
use idx_bank::desk::Objections;
use idx_chain::State;
use idx_replica::Policy;
use idx_types::tx::{CloseTravel, Closing};
use idx_types::{BankId, PreparedTx, TxKind};
use std::sync::{Arc, OnceLock};

/// The policy of a bank with a vault. The mind shows its rules only when it runs, so the way to them is
/// put in then.
pub(super) struct DeskPolicy {
    pub(super) bank: BankId,
    pub(super) rules: Arc<OnceLock<Arc<Shared>>>,
    pub(super) vault: Vault,
}

impl DeskPolicy {
    fn objects(&self, tx: &PreparedTx) -> Result<bool, String> {
        let rules = self.rules.get().map(|shared| shared.rules());
        let keys = rules.as_ref().and_then(|rules| rules.tag_keys.as_ref());
        let (_, keys) = keys.ok_or("this bank has no key of the private chain")?;
        let (objections, shelf) = (Objections::new(self.bank, keys), self.vault.shelf());
        let objects = match &tx.tx.body.kind {
            TxKind::Transfer(ask) => objections.hold_against(&shelf, tx.id, ask),
            TxKind::OpenTravel(ask) => {
                objections.hold_against_journey(&shelf, tx.id, (ask.bank, ask.session))
            }
            TxKind::CloseTravel(CloseTravel { bank, closing: Closing::Session(session), .. }) => {
                objections.hold_against_journey(&shelf, tx.id, (*bank, *session))
            }
            _ => Ok(false),
        };
        objects.map_err(|error| error.to_string())
    }
}

impl Policy for DeskPolicy {
    /// A bank that cannot read its vault does not know whether it has let a hold go: it says no.
    fn accepts(&self, _: &State, tx: &PreparedTx) -> bool {
        self.objects(tx).map(|objects| !objects).unwrap_or_else(|error| {
            tracing::error!(%error, id = %tx.id, "rejected, because the vault gave no answer");
            false
        })
    }
}
