//! Sessions: opened when an account first moves money on a day, signed in by bank or customer. Just before
//! midnight the next day's is opened instead, so that no payment waits for one that comes too late.

use super::customers::{customer, moving_account, sound};
use super::effect::{Answer, Effect};
use super::refusal::Refusal;
use super::work::{Stop, Work};
use super::{Desk, SESSION_LEAST_MS};
use crate::pseudonym::session_id;
use crate::vault::{BankAccount, Credential, Customer, OpenedSession, month_key};
use idx_crypto::{Hash32, PublicKey, SecretKey, Signature, Signer};
use idx_types::params::DAY_MS;
use idx_types::tx::OpenSession;
use idx_types::{AccountHandle, Concealed, Idx, NetworkDay, TimestampMs, TxKind, TxSignature};

impl Desk {
    pub(super) fn open_session(
        &self,
        work: &mut Work<'_>,
        owner: Idx,
        handle: AccountHandle,
        key: Option<PublicKey>,
    ) -> Result<Answer, Stop> {
        let account = moving_account(work, &owner, &handle)?;
        Ok(Answer::Session(self.session_with(work, &account, key)?.id))
    }

    /// Today's session of an account; opened now if there is none that can be signed in.
    pub(super) fn session_of(
        &self,
        work: &mut Work<'_>,
        account: &BankAccount,
    ) -> Result<OpenedSession, Stop> {
        self.session_with(work, account, None)
    }

    /// The same, with the key that a customer who signs himself brings for it.
    fn session_with(
        &self,
        work: &mut Work<'_>,
        account: &BankAccount,
        given: Option<PublicKey>,
    ) -> Result<OpenedSession, Stop> {
        let customer = customer(work, &account.owner)?;
        if let Some(session) = running(work, account, &customer)? {
            let is_so = given.is_none_or(|key| key == session.key);
            return if is_so { Ok(session) } else { Err(Refusal::SessionTaken.into()) };
        }
        let day = day_to_open(work.now);
        let month = month_key(&mut work.draft, day)?;
        let id = session_id(&month, &account.owner, &self.home.code, day, &account.handle);
        if work.draft.session_of_id(&id)?.is_some() {
            return Err(Refusal::SessionTaken.into());
        }
        let (key, secret) = match &customer.credential {
            Credential::OwnKey(_) => (fresh_key(work, &customer, given)?, None),
            _ if given.is_some() => return Err(Refusal::BadKey.into()),
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
        // The ledger lets none live longer; what is opened ahead of its day ends that much before it does.
        let expires_at = session.day.end().min(work.now.plus(DAY_MS));
        let kind = TxKind::OpenSession(OpenSession {
            bank: self.home.bank,
            session: session.id,
            handle: Concealed::new(account.handle, work.draft.entropy().draw()),
            key: session.key,
            expires_at,
            identity,
        });
        let longest = work.now.plus(work.ledger.validity_ms_max());
        let body = self.body(work, kind, longest.min(expires_at));
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

/// The session of an account that runs now and that somebody can sign in: today's, or late in the day
/// tomorrow's.
fn running(
    work: &Work<'_>,
    account: &BankAccount,
    customer: &Customer,
) -> Result<Option<OpenedSession>, Stop> {
    for day in [work.day(), day_to_open(work.now)] {
        let known = work.draft.session(day, &account.handle)?;
        let runs = |session: &OpenedSession| is_usable(session, customer) && is_running(work, session);
        if let Some(session) = known.filter(runs) {
            return Ok(Some(session));
        }
    }
    Ok(None)
}

/// Whether something that is made now can be signed in a session.
pub(super) fn is_running(work: &Work<'_>, session: &OpenedSession) -> bool {
    let ends = work.ledger.session(&session.id).map_or(session.day.end(), |known| known.expires_at);
    (work.day()..=day_to_open(work.now)).contains(&session.day) && work.now < ends
}

/// The day whose session is opened if none runs.
fn day_to_open(now: TimestampMs) -> NetworkDay {
    NetworkDay::of(now.plus(SESSION_LEAST_MS))
}

/// The key that a customer brings for a session: sound, and none that the network or the bank has seen of
/// him.
fn fresh_key(work: &Work<'_>, customer: &Customer, given: Option<PublicKey>) -> Result<PublicKey, Stop> {
    let key = given.ok_or(Refusal::SessionKeyNeeded)?;
    sound(work, &key)?;
    if customer.credential == Credential::OwnKey(key) {
        return Err(Refusal::SessionKeyUsed.into());
    }
    if work.draft.session_of_own_key(&customer.idx, &key)?.is_some() {
        return Err(Refusal::SessionKeyUsed.into());
    }
    Ok(key)
}

/// Whether somebody can sign in a session: the bank, or the customer. Of one that was rebuilt from the chain
/// the bank has lost the key.
fn is_usable(session: &OpenedSession, customer: &Customer) -> bool {
    match &customer.credential {
        Credential::OwnKey(_) => session.secret.is_none(),
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
