//! Who is logged in: logins begin, are prolonged, and end.

use super::customers::{customer, sound};
use super::effect::Answer;
use super::refusal::Refusal;
use super::work::{Stop, Work};
use super::{Desk, LOGINS_PER_HOLDER_MAX};
use crate::vault::{Credential, Customer, Holder, Login, LoginId};
use idx_crypto::Hash32;
use idx_types::{Idx, TimestampMs};

impl Desk {
    /// A credential that was lost with the vault, or forgotten, is set anew. Nobody stays logged in by
    /// the old one.
    pub(super) fn set_credential(
        &self,
        work: &mut Work<'_>,
        owner: Idx,
        credential: Credential,
    ) -> Result<Answer, Stop> {
        let customer = customer(work, &owner)?;
        if let Credential::OwnKey(key) = &credential {
            sound(work, key)?;
        }
        work.draft.put(&Customer { credential, ..customer });
        let logins = work.draft.logins_of(&Holder::Customer(owner))?;
        logins.iter().for_each(|login| work.draft.delete(login));
        Ok(Answer::Credential)
    }

    pub(super) fn log_in(
        &self,
        work: &mut Work<'_>,
        holder: Holder,
        id: LoginId,
        refresh: Option<Hash32>,
        until: TimestampMs,
    ) -> Result<Answer, Stop> {
        if let Holder::Customer(idx) = &holder {
            customer(work, idx)?;
        }
        make_room(work, &holder)?;
        work.draft.put(&Login { id, holder, refresh, since: work.now, until });
        Ok(Answer::LoggedIn)
    }

    /// Two who show the same token are two: one of them has stolen it, so neither stays.
    pub(super) fn turn_login(
        &self,
        work: &mut Work<'_>,
        id: LoginId,
        (shown, next): (Hash32, Hash32),
        until: TimestampMs,
    ) -> Result<Answer, Stop> {
        let login = work.draft.login(&id)?.filter(|login| login.until > work.now);
        let login = login.ok_or(Refusal::LoginOver)?;
        if login.refresh != Some(shown) {
            work.draft.delete(&login);
            return Ok(Answer::LoggedOut);
        }
        work.draft.put(&Login { refresh: Some(next), until, ..login });
        Ok(Answer::LoggedIn)
    }

    pub(super) fn log_out(&self, work: &mut Work<'_>, id: &LoginId) -> Result<Answer, Stop> {
        if let Some(login) = work.draft.login(id)? {
            work.draft.delete(&login);
        }
        Ok(Answer::LoggedOut)
    }
}

/// What is over goes, then the oldest, until there is room for one more.
fn make_room(work: &mut Work<'_>, holder: &Holder) -> Result<(), Stop> {
    let mut logins = work.draft.logins_of(holder)?;
    logins.sort_by_key(|login| login.since);
    let live = logins.iter().filter(|login| login.until > work.now).count();
    let mut surplus = (live + 1).saturating_sub(LOGINS_PER_HOLDER_MAX);
    for login in &logins {
        let is_over = login.until <= work.now;
        if is_over || surplus > 0 {
            surplus -= usize::from(!is_over);
            work.draft.delete(login);
        }
    }
    Ok(())
}
