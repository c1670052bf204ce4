//! What a bank must reject whatever the ledger says, because its desk knows better.

use super::notice::acceptance_proof;
use crate::pseudonym::TagKeys;
use crate::vault::{Outgoing, Shelf, Status, VaultError};
use idx_types::tx::{Acceptance, Transfer};
use idx_types::{BankId, SessionId, TxId};

/// A bank's objections to transfers of its own customers. Apart from the desk, so that the bank's policy
/// can ask while the desk is at work: it reads nothing but the vault.
#[derive(Debug, Clone, Copy)]
pub struct Objections<'a> {
    bank: BankId,
    keys: &'a TagKeys,
}

impl<'a> Objections<'a> {
    /// The objections of a bank; `keys` are the banks' keys of tags.
    pub const fn new(bank: BankId, keys: &'a TagKeys) -> Self {
        Self { bank, keys }
    }

    /// Whether the bank must reject the transfer of this id: one whose hold it has let go, or that a bank has accepted
    /// which does not know the receiver; or one into a session of this vault that its customer has not
    /// accepted. Of sessions that are not in the vault it knows nothing and says nothing.
    ///
    /// # Errors
    /// [`VaultError`] if a record is damaged or the machine fails.
    pub fn hold_against(&self, shelf: &Shelf<'_>, id: TxId, ask: &Transfer) -> Result<bool, VaultError> {
        Ok(self.sender_objects(shelf, id, ask)? || self.receiver_objects(shelf, id, ask)?)
    }

    /// Whether the bank must reject the opening or closing of a travel account: one in a session of this
    /// vault that its desk has not made or has given up, or whose customer has not shown it his signature: the desk
    /// weighs it then. What the bank itself signs it has made.
    ///
    /// # Errors
    /// [`VaultError`] if a record is damaged or the machine fails.
    pub fn hold_against_journey(
        &self,
        shelf: &Shelf<'_>,
        id: TxId,
        (bank, session): (BankId, SessionId),
    ) -> Result<bool, VaultError> {
        let is_ours = bank == self.bank && shelf.session_of_id(&session)?.is_some();
        Ok(is_ours && shelf.journey(&id)?.is_none_or(|journey| journey.tx.signatures.is_empty()))
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
        let Some(accepted) = accepted else { return false };
        let proof = |key| acceptance_proof(key, &sent.receiver, sent.id, accepted.to);
        self.keys.iter().all(|key| accepted.proof != proof(key))
    }
}

const fn is_let_go(status: Status) -> bool {
    matches!(status, Status::Rejected | Status::Cancelled | Status::Expired)
}
