//! Sessions: opened when an account first moves money on a day, signed in by bank or customer.

use super::Desk;
use super::customers::{customer, moving_account};
use super::effect::{Answer, Effect};
use super::refusal::Refusal;
use super::work::{Stop, Work};
use crate::pseudonym::session_id;
use crate::vault::{BankAccount, Credential, Customer, OpenedSession, month_key};
use idx_crypto::{Hash32, SecretKey, Signature, Signer};
use idx_types::tx::OpenSession;
use idx_types::{AccountHandle, Concealed, Idx, TxKind, TxSignature};

impl Desk {
    pub(super) fn open_session(
        &self,
        work: &mut Work<'_>,
        owner: Idx,
        handle: AccountHandle,
    ) -> Result<Answer, Stop> {
        let account = moving_account(work, &owner, &handle)?;
        Ok(Answer::Session(self.session_of(work, &account)?.id))
    }

    /// Today's session of an account; opened now if there is none that can be signed in.
    pub(super) fn session_of(
        &self,
        work: &mut Work<'_>,
        account: &BankAccount,
    ) -> Result<OpenedSession, Stop> {
        let customer = customer(work, &account.owner)?;
        let day = work.day();
        let known = work.draft.session(day, &account.handle)?;
        if let Some(session) = known.as_ref().filter(|session| is_usable(session, &customer)) {
            return Ok(session.clone());
        }
        let month = month_key(&mut work.draft, day)?;
        let id = session_id(&month, &account.owner, &self.home.code, day, &account.handle);
        if known.is_some_and(|session| session.id == id) {
            return Err(Refusal::SessionTaken.into());
        }
        let (key, secret) = match &customer.credential {
            Credential::OwnKey(key) => (*key, None),
            _ => {
                let seed = work.draft.entropy().draw();
                (SecretKey::from_seed(&seed).public_key(), Some(seed.into()))
            }
        };
        let session = OpenedSession { day, handle: account.handle, owner: account.owner, id, key, secret };
        work.draft.put(&session);
        self.announce(work, &customer, account, &session)?;
        Ok(session)
    }

    /// Asks the ledger to bind a session to its account.
    pub(super) fn announce(
        &self,
        work: &mut Work<'_>,
        customer: &Customer,
        account: &BankAccount,
        session: &OpenedSession,
    ) -> Result<(), Stop> {
        let identity = self.envelope(work, customer, account, Some(session.id))?;
        let kind = TxKind::OpenSession(OpenSession {
            bank: self.home.bank,
            session: session.id,
            handle: Concealed::new(account.handle, work.draft.entropy().draw()),
            key: session.key,
            expires_at: session.day.end(),
            identity,
        });
        let longest = work.now.plus(work.ledger.validity_ms_max());
        let body = self.body(work, kind, longest.min(session.day.end()));
        work.effects.push(Effect::SignAndSubmit(Box::new(body)));
        Ok(())
    }

    /// Submits the opening of a session again, if its day is not over.
    pub(super) fn announce_again(&self, work: &mut Work<'_>, session: &OpenedSession) -> Result<(), Stop> {
        if work.now >= session.day.end() {
            return Ok(());
        }
        let Some(account) = work.draft.account(&session.handle)? else { return Ok(()) };
        let customer = customer(work, &account.owner)?;
        self.announce(work, &customer, &account, session)
    }
}

/// Whether somebody can sign in a session: the bank, or the customer with his present key. One that was
/// rebuilt from the chain has lost its key.
fn is_usable(session: &OpenedSession, customer: &Customer) -> bool {
    match &customer.credential {
        Credential::OwnKey(key) => session.secret.is_none() && session.key == *key,
        _ => session.secret.is_some(),
    }
}

/// The signature of a session over a digest: the bank's, or the one that the customer gave. `None` if he
/// must still give it.
pub(super) fn sign_in(
    work: &Work<'_>,
    session: &OpenedSession,
    digest: &Hash32,
    given: Option<Signature>,
) -> Result<Option<TxSignature>, Stop> {
    let key = session.key;
    if let Some(signer) = session.signer() {
        return Ok(Some(TxSignature { key, signature: signer.sign(digest) }));
    }
    let Some(signature) = given else { return Ok(None) };
    work.verifier.verify(&key, digest, &signature).map_err(|_| Refusal::BadSignature)?;
    Ok(Some(TxSignature { key, signature }))
}
