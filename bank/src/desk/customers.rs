//! Who is a customer, with which accounts and contacts.

use super::effect::{Answer, Effect};
use super::refusal::Refusal;
use super::work::{Stop, Work};
use super::{ACCOUNTS_PER_CUSTOMER_MAX, CONTACTS_PER_CUSTOMER_MAX, Desk};
use crate::pseudonym::{Identity, account_handle};
use crate::record::{IdentityContext, IdentityRecord};
use crate::vault::{BankAccount, Contact, Credential, Customer};
use crate::{AccountNumber, FullName, Nickname};
use idx_crypto::{Envelope, HpkePublic, PublicKey, Recipients};
use idx_types::tx::{OpenAccount, TX_VERSION};
use idx_types::{
    Account, AccountHandle, AccountKind, Concealed, Currency, FreezeState, Idx, SessionId, TimestampMs,
    TxBody, TxKind,
};

impl Desk {
    pub(super) fn register(
        &mut self,
        work: &mut Work<'_>,
        identity: Identity,
        name: FullName,
        credential: Credential,
    ) -> Result<Answer, Stop> {
        let (idx, pan, rbi) = identity.into_parts();
        if work.draft.customer(&idx)?.is_some() {
            return Err(Refusal::CustomerExists.into());
        }
        if work.draft.customer_of_pan(&pan)?.is_some() {
            return Err(Refusal::PanInUse.into());
        }
        if let Credential::OwnKey(key) = &credential {
            sound(work, key)?;
        }
        work.draft.put(&Customer { idx, name, pan, rbi, credential, registered: work.now });
        self.tags.add(idx);
        Ok(Answer::Registered(idx))
    }

    pub(super) fn open_account(
        &self,
        work: &mut Work<'_>,
        owner: Idx,
        number: AccountNumber,
    ) -> Result<Answer, Stop> {
        let customer = customer(work, &owner)?;
        let account = match work.draft.account_of_number(&number)? {
            Some(known) if known.owner == owner && work.ledger.account(&known.handle).is_none() => known,
            Some(_) => return Err(Refusal::AccountExists.into()),
            None => self.new_account(work, owner, number)?,
        };
        let identity = self.envelope(work, &customer, &account, None)?;
        let kind = TxKind::OpenAccount(OpenAccount {
            bank: self.home.bank,
            handle: Concealed::new(account.handle, work.draft.entropy().draw()),
            currency: Currency::Inr,
            identity,
        });
        let body = self.body(work, kind, work.now.plus(work.ledger.validity_ms_max()));
        let (handle, tx) = (account.handle, body.id());
        work.effects.push(Effect::SignAndSubmit(Box::new(body)));
        Ok(Answer::AccountOpening { handle, tx })
    }

    pub(super) fn new_account(
        &self,
        work: &mut Work<'_>,
        owner: Idx,
        number: AccountNumber,
    ) -> Result<BankAccount, Stop> {
        if work.draft.accounts_of(&owner)?.len() >= ACCOUNTS_PER_CUSTOMER_MAX {
            return Err(Refusal::TooManyAccounts.into());
        }
        let handle = account_handle(work.keys.current().handle_key(), &number);
        let account = BankAccount { handle, number, owner, opened: work.now };
        work.draft.put(&account);
        Ok(account)
    }

    pub(super) fn add_contact(
        &self,
        work: &mut Work<'_>,
        owner: Idx,
        nickname: Nickname,
        idx: Idx,
    ) -> Result<Answer, Stop> {
        customer(work, &owner)?;
        if work.draft.contact(&owner, &nickname)?.is_some() {
            return Err(Refusal::ContactExists.into());
        }
        if work.draft.contacts_of(&owner)?.len() >= CONTACTS_PER_CUSTOMER_MAX {
            return Err(Refusal::TooManyContacts.into());
        }
        work.draft.put(&Contact { owner, nickname, idx });
        Ok(Answer::Contacts)
    }

    pub(super) fn rename_contact(
        &self,
        work: &mut Work<'_>,
        owner: Idx,
        nickname: &Nickname,
        new: Nickname,
    ) -> Result<Answer, Stop> {
        let contact = work.draft.contact(&owner, nickname)?.ok_or(Refusal::UnknownContact)?;
        if work.draft.contact(&owner, &new)?.is_some_and(|taken| taken != contact) {
            return Err(Refusal::ContactExists.into());
        }
        work.draft.delete(&contact);
        work.draft.put(&Contact { nickname: new, ..contact });
        Ok(Answer::Contacts)
    }

    pub(super) fn remove_contact(
        &self,
        work: &mut Work<'_>,
        owner: Idx,
        nickname: &Nickname,
    ) -> Result<Answer, Stop> {
        let contact = work.draft.contact(&owner, nickname)?.ok_or(Refusal::UnknownContact)?;
        work.draft.delete(&contact);
        Ok(Answer::Contacts)
    }

    /// The unsigned part of a transaction made now.
    pub(super) fn body(&self, work: &mut Work<'_>, kind: TxKind, valid_until: TimestampMs) -> TxBody {
        TxBody {
            version: TX_VERSION,
            chain_id: self.home.chain_id,
            created_at: work.now,
            valid_until,
            nonce: work.draft.entropy().draw_u64(),
            kind,
        }
    }

    /// Who is behind an account or a session, sealed to whom the ledger names today.
    pub(super) fn envelope(
        &self,
        work: &mut Work<'_>,
        customer: &Customer,
        account: &BankAccount,
        session: Option<SessionId>,
    ) -> Result<Concealed<Envelope>, Stop> {
        let (chain_id, bank) = (self.home.chain_id, self.home.bank);
        let context = IdentityContext { chain_id, bank, handle: account.handle, session };
        let record = IdentityRecord::new(customer, account, &self.home.code, session);
        let recipients = self.recipients(work).ok_or(Refusal::SealingUnavailable)?;
        let sealed = record.seal(&context, &recipients, &work.draft.entropy().draw());
        let envelope = sealed.map_err(|_| Refusal::SealingUnavailable)?;
        Ok(Concealed::new(envelope, work.draft.entropy().draw()))
    }

    /// This bank, the company by its key of today, and all regulators; `None` if the ledger lacks one.
    fn recipients(&self, work: &Work<'_>) -> Option<Recipients> {
        let home = HpkePublic::new(work.ledger.bank(self.home.bank)?.hpke_key.0).ok()?;
        let escrow = work.ledger.escrow();
        let company = *escrow.company.day_keys.get(&work.day())?;
        let regulators = escrow.regulators.iter().map(|regulator| regulator.hpke_key).collect();
        Some(Recipients { home, company, regulators })
    }
}

/// A customer, or a refusal.
pub(super) fn customer(work: &Work<'_>, idx: &Idx) -> Result<Customer, Stop> {
    Ok(work.draft.customer(idx)?.ok_or(Refusal::UnknownCustomer)?)
}

/// An account of a customer that may move money now. Another's account is refused as if there were none.
pub(super) fn moving_account(
    work: &Work<'_>,
    owner: &Idx,
    handle: &AccountHandle,
) -> Result<BankAccount, Stop> {
    let account = work.draft.account(handle)?.filter(|account| account.owner == *owner);
    let account = account.ok_or(Refusal::UnknownAccount)?;
    let there = on_ledger(work, handle)?;
    if there.freeze != FreezeState::Free {
        return Err(Refusal::AccountFrozen.into());
    }
    match &there.terms {
        Some(terms) if terms.is_expired(work.ledger.time()) => Err(Refusal::TravelExpired.into()),
        _ => Ok(account),
    }
}

/// The same, in rupees.
pub(super) fn rupee_account(
    work: &Work<'_>,
    owner: &Idx,
    handle: &AccountHandle,
) -> Result<BankAccount, Stop> {
    let account = moving_account(work, owner, handle)?;
    let is_rupees = on_ledger(work, handle)?.kind == AccountKind::Customer;
    if is_rupees { Ok(account) } else { Err(Refusal::WrongAccountKind.into()) }
}

/// An account of this bank that is open on the ledger, whoever's it is.
pub(super) fn open_account(work: &Work<'_>, handle: &AccountHandle) -> Result<BankAccount, Stop> {
    let account = work.draft.account(handle)?.ok_or(Refusal::UnknownAccount)?;
    on_ledger(work, handle)?;
    Ok(account)
}

/// An account that is open on the ledger.
pub(super) fn on_ledger(work: &Work<'_>, handle: &AccountHandle) -> Result<Account, Stop> {
    let account = work.ledger.account(handle).ok_or(Refusal::AccountNotOpen)?;
    if account.closed_at.is_some() { Err(Refusal::AccountClosed.into()) } else { Ok(account) }
}

pub(super) fn sound(work: &Work<'_>, key: &PublicKey) -> Result<(), Stop> {
    if work.verifier.is_sound(key) { Ok(()) } else { Err(Refusal::BadKey.into()) }
}
