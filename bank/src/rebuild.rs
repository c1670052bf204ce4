//! A lost vault, made again from the chain: every account and session carries an envelope that its home
//! bank can open (document 4.3).
//!
//! ```text
//!   heights --> PrivateRecord --open with the bank's HPKE key--> IdentityRecord --> customers, accounts,
//!                             `-- not for us: passed by                             sessions
//! ```
//!
//! What comes back: who the customers are, their accounts, and which session stood for which account.
//! What does not, because it was never on the chain: passwords and own keys, contacts, session keys,
//! month keys. Customers set a credential anew; sessions are opened anew when they are needed; intents
//! that were open run out or settle without the vault.

use crate::record::{IdentityContext, IdentityRecord};
use crate::vault::{BankAccount, Credential, Customer, Draft, OpenedSession, TravelEnd, VaultError};
use idx_crypto::{Envelope, EnvelopeError, HpkeSecret, PublicKey};
use idx_types::{BankCode, Height, NetworkDay, TimestampMs, Transaction, TxKind};

/// An opening of an account or a session, as the private chain shows it to banks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateRecord {
    /// Where it took effect.
    pub height: Height,
    /// When it was made.
    pub created_at: TimestampMs,
    /// What its envelope belongs to.
    pub context: IdentityContext,
    /// Who is behind it, sealed.
    pub envelope: Envelope,
    /// The key and the day of the session, if it is one.
    pub session: Option<(PublicKey, NetworkDay)>,
    /// The last day of the account, if it is for travel.
    pub expires_on: Option<NetworkDay>,
}

impl PrivateRecord {
    /// The opening of an account or session in a transaction; `None` if it is another kind, or if only
    /// its public form is here.
    pub fn of(height: Height, tx: &Transaction) -> Option<Self> {
        let (bank, handle, id, identity, session) = match &tx.body.kind {
            TxKind::OpenAccount(ask) => (ask.bank, &ask.handle, None, &ask.identity, None),
            TxKind::OpenSession(ask) => {
                // Its last moment: one that was opened just before midnight is the next day's.
                let day = NetworkDay::of(TimestampMs(ask.expires_at.0.saturating_sub(1)));
                (ask.bank, &ask.handle, Some(ask.session), &ask.identity, Some((ask.key, day)))
            }
            // The session it names is the payer's, and has an envelope of its own.
            TxKind::OpenTravel(ask) => (ask.bank, &ask.handle, None, &ask.identity, None),
            _ => return None,
        };
        let handle = *handle.shown().ok()?;
        let context = IdentityContext { chain_id: tx.body.chain_id, bank, handle, session: id };
        let envelope = identity.shown().ok()?.clone();
        let expires_on = match &tx.body.kind {
            TxKind::OpenTravel(ask) => Some(ask.expires_on),
            _ => None,
        };
        Some(Self { height, created_at: tx.body.created_at, context, envelope, session, expires_on })
    }
}

/// What a rebuild found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rebuilt {
    /// Customers that were not in the vault.
    pub customers: usize,
    /// Accounts that were not in the vault.
    pub accounts: usize,
    /// Sessions that were not in the vault.
    pub sessions: usize,
    /// Openings of this bank whose envelopes do not open, with why: the chain goes on without them.
    pub unreadable: Vec<(Height, Unreadable)>,
}

/// Why an opening of this bank gave no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The envelope does not open.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// It opened, and what is in it is no record of this account and bank.
    #[error("the envelope holds no identity record of this account")]
    Record,
}

/// The bank whose vault it is.
#[derive(Debug)]
pub struct Home<'a> {
    /// Its short name.
    pub code: &'a BankCode,
    /// Its number.
    pub bank: idx_types::BankId,
    /// Opens what is sealed to it; a bank that rotated its key rebuilds once with each.
    pub secret: &'a HpkeSecret,
}

/// Puts what records say into the vault; what is there already stays as it is. Records come in order of
/// height, as many at a time as one batch shall hold.
///
/// # Errors
/// [`VaultError`] if a record of the vault is damaged or the machine fails.
pub fn rebuild<'r>(
    draft: &mut Draft<'_>,
    home: &Home<'_>,
    records: impl IntoIterator<Item = &'r PrivateRecord>,
) -> Result<Rebuilt, VaultError> {
    let mut rebuilt = Rebuilt::default();
    for record in records.into_iter().filter(|record| record.context.bank == home.bank) {
        match identity(home, record) {
            Ok(identity) => put(draft, record, identity, &mut rebuilt)?,
            Err(Unreadable::Envelope(EnvelopeError::NotForYou { .. })) => {}
            Err(why) => rebuilt.unreadable.push((record.height, why)),
        }
    }
    Ok(rebuilt)
}

fn identity(home: &Home<'_>, record: &PrivateRecord) -> Result<IdentityRecord, Unreadable> {
    let opened = record.envelope.open_home(home.secret, &record.context.digest())?;
    let identity = IdentityRecord::read(&opened, &record.context).ok_or(Unreadable::Record)?;
    if identity.bank == *home.code { Ok(identity) } else { Err(Unreadable::Record) }
}

fn put(
    draft: &mut Draft<'_>,
    record: &PrivateRecord,
    identity: IdentityRecord,
    rebuilt: &mut Rebuilt,
) -> Result<(), VaultError> {
    let IdentityRecord { idx, name, pan, rbi, number, handle, .. } = identity;
    if draft.customer(&idx)?.is_none() {
        let registered = record.created_at;
        draft.put(&Customer { idx, name, pan, rbi, credential: Credential::Unset, registered });
        rebuilt.customers += 1;
    }
    if draft.account(&handle)?.is_none() {
        draft.put(&BankAccount { handle, number, owner: idx, opened: record.created_at });
        rebuilt.accounts += 1;
        if let Some(expires_on) = record.expires_on {
            draft.put(&TravelEnd { expires_on, handle });
        }
    }
    let Some((id, (key, day))) = record.context.session.zip(record.session) else { return Ok(()) };
    if draft.session_of_id(&id)?.is_none() {
        draft.put(&OpenedSession { day, handle, owner: idx, id, key, secret: None });
        rebuilt.sessions += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
