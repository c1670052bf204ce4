//! What a bank must reject whatever the ledger says, because its desk knows better.

use super::notice::acceptance_proof;
use crate::pseudonym::TagKey;
use crate::vault::{Outgoing, Shelf, Status, VaultError};
use idx_types::tx::{Acceptance, Transfer};
use idx_types::{BankId, Transaction, TxId, TxKind};

/// A bank's objections to transfers of its own customers. Apart from the desk, so that the bank's policy
/// can ask while the desk is at work: it reads nothing but the vault.
#[derive(Debug, Clone)]
pub struct Objections {
    bank: BankId,
    key: TagKey,
}

impl Objections {
    /// The objections of a bank; `key` is the banks' key of tags.
    pub const fn new(bank: BankId, key: TagKey) -> Self {
        Self { bank, key }
    }

    /// Whether the bank must reject a transfer: one whose hold it has let go, or that a bank has accepted
    /// which does not know the receiver; or one into a session of this vault that its customer has not
    /// accepted. Of sessions that are not in the vault it knows nothing and says nothing.
    ///
    /// # Errors
    /// [`VaultError`] if a record is damaged or the machine fails.
    pub fn hold_against(&self, shelf: &Shelf<'_>, transfer: &Transaction) -> Result<bool, VaultError> {
        let TxKind::Transfer(ask) = &transfer.body.kind else { return Ok(false) };
        let id = transfer.id();
        Ok(self.sender_objects(shelf, id, ask)? || self.receiver_objects(shelf, id, ask)?)
    }

    fn sender_objects(&self, shelf: &Shelf<'_>, id: TxId, ask: &Transfer) -> Result<bool, VaultError> {
        if ask.from_bank != self.bank {
            return Ok(false);
        }
        let sent = shelf.outgoing(&id)?;
        Ok(sent.is_some_and(|sent| is_let_go(sent.status()) || self.is_stolen(&sent, ask.accepted)))
    }

    fn receiver_objects(&self, shelf: &Shelf<'_>, id: TxId, ask: &Transfer) -> Result<bool, VaultError> {
        let Some(accepted) = ask.accepted.filter(|accepted| accepted.to_bank == self.bank) else {
            return Ok(false);
        };
        if shelf.session_of_id(&accepted.to)?.is_none() {
            return Ok(false);
        }
        let here = shelf.incoming(&id)?;
        Ok(here.is_none_or(|here| here.handle.is_none() || is_let_go(here.status())))
    }

    /// Whether the bank that accepted cannot show that it knows whom the money is for.
    fn is_stolen(&self, sent: &Outgoing, accepted: Option<Acceptance>) -> bool {
        let proof = |to| acceptance_proof(&self.key, &sent.receiver, sent.id, to);
        accepted.is_some_and(|accepted| accepted.proof != proof(accepted.to))
    }
}

const fn is_let_go(status: Status) -> bool {
    matches!(status, Status::Rejected | Status::Cancelled | Status::Expired)
}
