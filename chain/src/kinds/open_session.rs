//! `OpenSession`: a pseudonym for one account, with the key that speaks for it.

use super::{Plan, Record, check_identity, open_account_of, signed_by_bank};
use crate::draft::Draft;
use idx_types::params::DAY_MS;
use idx_types::tx::OpenSession;
use idx_types::{Reason, Session, TimestampMs, TxSignature};

/// A session of a frozen account may be opened; it moves no money while the freeze lasts.
pub(super) fn plan(
    draft: &Draft<'_>,
    ask: &OpenSession,
    by: &[TxSignature],
    created_at: TimestampMs,
) -> Result<Plan, Reason> {
    let bank = signed_by_bank(draft, ask.bank, by)?;
    let handle = ask.handle.shown()?;
    open_account_of(draft, ask.bank, handle)?;
    if draft.session(&ask.session).is_some() {
        return Err(Reason::SessionExists);
    }
    if ask.expires_at <= draft.place.now {
        return Err(Reason::SessionExpired);
    }
    if ask.expires_at > created_at.plus(DAY_MS) {
        return Err(Reason::ValidityTooLong);
    }
    if !draft.base.verifier.is_sound(&ask.key) {
        return Err(Reason::BadKey);
    }
    check_identity(draft, bank, &ask.identity, created_at)?;
    Ok(Plan::record(Record::Session(Session {
        id: ask.session,
        home_bank: ask.bank,
        account: *handle,
        key: ask.key,
        opened_at: draft.place.height,
        expires_at: ask.expires_at,
    })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, handle, session_key};
    use idx_crypto::{PublicKey, Signer};
    use idx_types::testing::{concealed, envelope_of, open_session};
    use idx_types::{AccountHandle, BankId, SessionId, TxKind};

    fn ask(world: &World, handle: AccountHandle, change: impl FnOnce(&mut OpenSession)) -> TxKind {
        let (key, ends) = (session_key().public_key(), world.next_time().plus(DAY_MS / 2));
        let mut kind = open_session(BankId(0), SessionId([1; 32]), handle, key, ends);
        if let TxKind::OpenSession(ask) = &mut kind {
            change(ask);
        }
        kind
    }

    #[test]
    fn lives_at_most_a_day_from_its_making() {
        let mut world = World::new(6);
        let account = world.account(0, 0);
        let created = world.next_time();
        let longest = ask(&world, account, |a| a.expires_at = created.plus(DAY_MS));
        world.done(longest, 0);
        let session = world.state.session(&SessionId([1; 32])).unwrap();
        assert_eq!((session.account, session.expires_at), (account, created.plus(DAY_MS)));
        assert_eq!(session.opened_at, world.state.tip().height);
    }

    #[test]
    fn refusals() {
        let mut world = World::new(6);
        let account = world.account(0, 0);
        let known = ask(&world, account, |_| {});
        world.done(known.clone(), 0);
        let now = world.next_time();
        type Change<'a> = &'a dyn Fn(&mut OpenSession);
        let table: [(Change<'_>, u16, Reason); 10] = [
            (&|a| a.identity = concealed(envelope_of(BankId(1))), 0, Reason::BadEnvelope),
            (&|a| a.bank = BankId(9), 0, Reason::UnknownBank),
            (&|_| (), 1, Reason::WrongSigner),
            (&|a| a.bank = BankId(1), 1, Reason::WrongHomeBank),
            (&|a| a.handle = concealed(handle(99)), 0, Reason::UnknownAccount),
            (&|_| (), 0, Reason::SessionExists),
            (&|a| a.expires_at = now, 0, Reason::SessionExpired),
            (&|a| a.expires_at = TimestampMs(0), 0, Reason::SessionExpired),
            (&|a| a.expires_at = now.plus(DAY_MS + 1), 0, Reason::ValidityTooLong),
            (&|a| a.key = PublicKey([0; 32]), 0, Reason::BadKey),
        ];
        for (change, signer, reason) in table {
            let fresh = |a: &mut OpenSession| {
                if reason != Reason::SessionExists {
                    a.session = SessionId([2; 32]);
                }
                change(a);
            };
            let kind = ask(&world, account, fresh);
            world.refused(kind, signer, reason);
        }
    }
}
