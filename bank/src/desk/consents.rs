//! What another bank is told of a customer: nothing, unless he said here that this bank may ask.
//!
//! ```text
//!   customer --give, withdraw--> his consents        one for each bank that may ask
//!   another bank --tag of the day--> customer --consent to that bank, live--> his rupee accounts
//!                                        '--none of it--> nothing to tell, in the same words
//! ```

use super::customers::customer;
use super::effect::Answer;
use super::refusal::Refusal;
use super::work::{Stop, Work};
use super::{ACCOUNTS_PER_CUSTOMER_MAX, CONSENTS_PER_CUSTOMER_MAX, Desk};
use crate::vault::{BankAccount, Consented, Credential};
use idx_crypto::Signature;
use idx_types::balances::ACCOUNTS_TOLD_MAX;
use idx_types::params::DAY_MS;
use idx_types::{
    Account, AccountKind, AccountTold, BankCode, BankId, CONSENT_DAYS_MAX, Consent, ConsentId, FreezeState,
    Idx, NetworkDay, NumberEnding, ReceiverTag,
};

const _: () = assert!(ACCOUNTS_PER_CUSTOMER_MAX <= ACCOUNTS_TOLD_MAX, "an answer tells of all accounts");

impl Desk {
    pub(super) fn give_consent(
        &self,
        work: &mut Work<'_>,
        owner: Idx,
        to: BankCode,
        days: u32,
        own_signature: Option<Signature>,
    ) -> Result<Answer, Stop> {
        let credential = customer(work, &owner)?.credential;
        if !(1..=CONSENT_DAYS_MAX).contains(&days) {
            return Err(Refusal::BadConsentTerm.into());
        }
        let bank = work.ledger.bank_of_code(&to).filter(|bank| bank.id != self.home.bank);
        let asker = bank.ok_or(Refusal::UnknownBank)?.id;
        self.is_his_word(work, &owner, &credential, (asker, days), own_signature)?;
        make_room(work, &owner, asker)?;
        let id = ConsentId(work.draft.entropy().draw());
        let consent = Consent {
            chain_id: self.home.chain_id,
            id,
            person: Consented::person(work.keys, &owner, &id),
            holder: self.home.bank,
            asker,
            from: work.now,
            until: work.now.plus(u64::from(days) * DAY_MS),
        };
        let (last_used, times_used) = (None, 0);
        work.draft.put(&Consented { owner, consent, asker: to, own_signature, last_used, times_used });
        Ok(Answer::Consent(consent))
    }

    /// A customer with a key of his own says it with that key; of the others the bank is the witness.
    fn is_his_word(
        &self,
        work: &Work<'_>,
        owner: &Idx,
        credential: &Credential,
        (asker, days): (BankId, u32),
        given: Option<Signature>,
    ) -> Result<(), Stop> {
        match (credential, given) {
            (Credential::OwnKey(key), Some(signature)) => {
                let banks = (self.home.bank, asker);
                let said = Consent::own_word(self.home.chain_id, owner, banks, (work.day(), days));
                let checked = work.verifier.verify(key, &said, &signature);
                Ok(checked.map_err(|_| Refusal::BadSignature)?)
            }
            (Credential::OwnKey(_), None) => Err(Refusal::ConsentUnsigned.into()),
            (Credential::Password(_) | Credential::Unset, Some(_)) => Err(Refusal::BadSignature.into()),
            (Credential::Password(_) | Credential::Unset, None) => Ok(()),
        }
    }

    pub(super) fn withdraw_consent(
        &self,
        work: &mut Work<'_>,
        owner: Idx,
        id: ConsentId,
    ) -> Result<Answer, Stop> {
        let mut consents = work.draft.consents_of(&owner)?.into_iter();
        let known = consents.find(|known| known.consent.id == id).ok_or(Refusal::UnknownConsent)?;
        work.draft.delete(&known);
        Ok(Answer::ConsentWithdrawn)
    }

    /// Another bank asks. Whoever is not to be told of is answered like nobody, and looked for like
    /// somebody: a stranger's tag costs the same read of the vault as a customer without a consent.
    pub(super) fn tell_bank(
        &self,
        work: &mut Work<'_>,
        asker: BankId,
        tag: &ReceiverTag,
    ) -> Result<Answer, Stop> {
        let known = self.customer_of(work.day(), tag);
        let consent = work.draft.consent_to(&known.unwrap_or(Idx(tag.0)), asker)?;
        let home = (self.home.chain_id, self.home.bank);
        let live = consent.filter(|consent| consent.allows(work.keys, home, asker, work.now));
        let Some(consent) = live.filter(|consent| Some(consent.owner) == known) else {
            return Ok(Answer::BalancesTold(None));
        };
        let accounts = told_accounts(work, &consent.owner)?;
        if accounts.is_empty() {
            return Ok(Answer::BalancesTold(None));
        }
        let times_used = consent.times_used.saturating_add(1);
        work.draft.put(&Consented { last_used: Some(work.now), times_used, ..consent });
        Ok(Answer::BalancesTold(Some(accounts)))
    }

    /// Whose tag it is, of the day by the asker's clock: midnight is not at one moment everywhere.
    fn customer_of(&self, today: NetworkDay, tag: &ReceiverTag) -> Option<Idx> {
        let days = [today, NetworkDay(today.0.saturating_sub(1)), NetworkDay(today.0.saturating_add(1))];
        days.into_iter().find_map(|day| self.tags.customer(tag, day))
    }
}

/// Where all places are taken, those go whose time is over, the oldest first.
fn make_room(work: &mut Work<'_>, owner: &Idx, asker: BankId) -> Result<(), Stop> {
    let mut others = work.draft.consents_of(owner)?;
    others.retain(|known| known.consent.asker != asker);
    let surplus = (others.len() + 1).saturating_sub(CONSENTS_PER_CUSTOMER_MAX);
    others.retain(|known| known.consent.until <= work.now);
    others.sort_by_key(|known| known.consent.until);
    if others.len() < surplus {
        return Err(Refusal::TooManyConsents.into());
    }
    others[..surplus].iter().for_each(|old| work.draft.delete(old));
    Ok(())
}

/// His open rupee accounts, in order of their keys.
fn told_accounts(work: &Work<'_>, owner: &Idx) -> Result<Vec<AccountTold>, Stop> {
    let mut told = Vec::new();
    for account in work.draft.accounts_of(owner)? {
        let on_ledger = work.ledger.account(&account.handle);
        let open = on_ledger.filter(|there| there.kind == AccountKind::Customer && there.closed_at.is_none());
        if let Some(there) = open {
            told.extend(as_told(work, &account, &there)?);
        }
    }
    Ok(told)
}

fn as_told(work: &Work<'_>, account: &BankAccount, there: &Account) -> Result<Option<AccountTold>, Stop> {
    let held = work.draft.held(&account.handle)?;
    let is_frozen = there.freeze != FreezeState::Free;
    let ending = NumberEnding::of(account.number.expose());
    Ok(ending.map(|ending| AccountTold { ending, balance: there.balance, held, is_frozen }))
}
