//! The identity record that an envelope seals (document 4.3), and what an envelope belongs to.

use crate::secret::secret_bytes;
use crate::vault::{BankAccount, Customer};
use crate::{AccountNumber, FullName, Pan, RbiNumber};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Envelope, Hash32, Recipients, ShapeError, hash_borsh};
use idx_types::{AccountHandle, BankCode, BankId, ChainId, Idx, SessionId};

/// Who stands behind an account or a session: what the home bank reads after the loss of its vault, and
/// a judge with a live order.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct IdentityRecord {
    /// The permanent pseudonym.
    pub idx: Idx,
    /// The name.
    pub name: FullName,
    /// The PAN.
    pub pan: Pan,
    /// The RBI number.
    pub rbi: RbiNumber,
    /// The home bank.
    pub bank: BankCode,
    /// The account's number there.
    pub number: AccountNumber,
    /// The account's name on the ledger.
    pub handle: AccountHandle,
    /// The session, if the envelope is of one.
    pub session: Option<SessionId>,
}

impl std::fmt::Debug for IdentityRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdentityRecord(****)")
    }
}

/// What an envelope belongs to. Its digest is bound into the envelope, so one that is moved to another
/// account, session or network does not open. (The id of the transaction cannot be it: the id covers
/// the commitment to the envelope.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize)]
pub struct IdentityContext {
    /// The network.
    pub chain_id: ChainId,
    /// The home bank.
    pub bank: BankId,
    /// The account.
    pub handle: AccountHandle,
    /// The session, if it is of one.
    pub session: Option<SessionId>,
}

impl IdentityContext {
    /// What is bound into the envelope.
    pub fn digest(&self) -> Hash32 {
        hash_borsh("idx/identity-context/1", self)
    }
}

impl IdentityRecord {
    /// The record of a customer's account, or of a session of it.
    pub fn new(
        customer: &Customer,
        account: &BankAccount,
        bank: &BankCode,
        session: Option<SessionId>,
    ) -> Self {
        Self {
            idx: customer.idx,
            name: customer.name.clone(),
            pan: customer.pan.clone(),
            rbi: customer.rbi.clone(),
            bank: bank.clone(),
            number: account.number.clone(),
            handle: account.handle,
            session,
        }
    }

    /// Seals the record to the home bank, the company's key of the day and all regulators. `seed` is 32
    /// bytes of fresh entropy.
    ///
    /// # Errors
    /// [`ShapeError`] if the recipients are none that an envelope can have.
    pub fn seal(
        &self,
        context: &IdentityContext,
        recipients: &Recipients,
        seed: &[u8; 32],
    ) -> Result<Envelope, ShapeError> {
        Envelope::seal(&secret_bytes(self), &context.digest(), recipients, seed)
    }

    /// The record of opened bytes, if they are one and it belongs to this context.
    pub fn read(bytes: &[u8], context: &IdentityContext) -> Option<Self> {
        let record: Self = borsh::from_slice(bytes).ok()?;
        (record.handle == context.handle && record.session == context.session).then_some(record)
    }
}
