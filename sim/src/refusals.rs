//! Refusals at a bank's door: each is judged by what was asked and by the state that the door looked
//! at. A door that refuses what it should take is a broken promise, and so is one for no good reason.

use crate::checks::Violation;
use crate::world::World;
use idx_chain::{RATE_LATE_MS_MAX, State};
use idx_types::tx::{CloseTravel, Closing, ForexRate};
use idx_types::{AccountHandle, BankId, Concealed, Paise, Reason, SessionId, TimestampMs, TxBody, TxKind};

/// What a client makes of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ruling {
    /// It will settle all the same, or is handed in again.
    Waits,
    /// The refusal is right, and will stay right.
    GivenUp,
    /// Nothing in the state speaks for it.
    Wrong,
}

impl World {
    /// The door of a node refused a client's transaction.
    pub(crate) fn door_refused(&mut self, node: usize, token: u64, reason: Reason) -> Result<(), Violation> {
        let now = self.clock(node);
        let (Some(body), Some(state)) = (self.clients.body_of(token), self.nodes[node].state()) else {
            return Ok(());
        };
        match ruling(reason, body, state, now) {
            Ruling::Waits => Ok(()),
            Ruling::GivenUp => {
                self.clients.give_up(token);
                Ok(())
            }
            Ruling::Wrong => Err(Violation(format!(
                "the door of bank {node} refuses {:?} without a ground: {reason}",
                body.kind
            ))),
        }
    }
}

fn ruling(reason: Reason, body: &TxBody, state: &State, now: TimestampMs) -> Ruling {
    match reason {
        // A settled one is taken off the list when its height is announced, and not before.
        Reason::PoolDuplicate | Reason::Replayed => Ruling::Waits,
        _ if reason.retriable() => Ruling::Waits,
        // The client saw its account at a bank that is ahead of this one.
        Reason::UnknownAccount | Reason::UnknownSession if lacks_party(&body.kind, state) => Ruling::Waits,
        _ if is_final(reason, body, state, now) => Ruling::GivenUp,
        _ => Ruling::Wrong,
    }
}

/// Whether this state, or this clock, will go on speaking against the transaction.
fn is_final(reason: Reason, body: &TxBody, state: &State, now: TimestampMs) -> bool {
    let exists = |handle| state.account(handle).is_some();
    match (reason, &body.kind) {
        // The next block is not earlier than the last, whatever this clock says.
        (Reason::Expired, _) => now.max(state.tip().timestamp) > body.valid_until,
        (Reason::AmountTooSmall, TxKind::Transfer(ask)) => ask.amount < state.params().min_transfer,
        (Reason::UnknownBank, kind) => {
            let left = |bank| state.validators().get(bank).is_none();
            kind.involved_banks().iter().any(left) || speaks_for(kind).is_some_and(left)
        }
        (Reason::AccountExists, TxKind::OpenAccount(ask)) => ask.handle.shown().is_ok_and(exists),
        (Reason::AccountExists, TxKind::OpenTravel(ask)) => ask.handle.shown().is_ok_and(exists),
        (Reason::AccountClosed, kind) => has_closed_party(kind, state),
        (Reason::BadRateTime | Reason::RateExists, TxKind::ForexRate(ask)) => is_late(ask, state, now),
        (Reason::SessionExists, TxKind::OpenSession(ask)) => state.session(&ask.session).is_some(),
        (Reason::InsufficientFunds, TxKind::Transfer(ask)) => {
            balance_of(&ask.from, state).is_some_and(|balance| balance.0 < ask.amount.0 + ask.fee.0)
        }
        (Reason::InsufficientFunds, TxKind::OpenTravel(ask)) => {
            balance_of(&ask.session, state).is_some_and(|balance| balance < ask.amount)
        }
        // Others have decided it meanwhile, or decided something that excludes it.
        (Reason::UnknownProposal | Reason::AlreadyVoted, TxKind::Ballot(_))
        | (Reason::BadProposal, TxKind::Propose(_)) => true,
        _ => false,
    }
}

/// The bank that says this in its own name.
const fn speaks_for(kind: &TxKind) -> Option<BankId> {
    match kind {
        TxKind::Propose(ask) => Some(ask.bank),
        TxKind::Ballot(ask) => Some(ask.bank),
        _ => None,
    }
}

fn balance_of(session: &SessionId, state: &State) -> Option<Paise> {
    Some(state.account(&state.session(session)?.account)?.balance)
}

/// Whether the account behind one of its sessions is closed: a traveller came home meanwhile.
fn has_closed_party(kind: &TxKind, state: &State) -> bool {
    let is_closed = |session: &SessionId| {
        let account = state.session(session).and_then(|session| state.account(&session.account));
        account.is_some_and(|account| account.closed_at.is_some())
    };
    match kind {
        TxKind::OpenSession(ask) => {
            let account = ask.handle.shown().ok().and_then(|handle| state.account(handle));
            account.is_some_and(|account| account.closed_at.is_some())
        }
        _ => sessions_of(kind).iter().flatten().any(is_closed),
    }
}

const fn sessions_of(kind: &TxKind) -> [Option<SessionId>; 2] {
    match kind {
        TxKind::Transfer(ask) => match ask.accepted {
            Some(accepted) => [Some(ask.from), Some(accepted.to)],
            None => [Some(ask.from), None],
        },
        TxKind::OpenTravel(ask) => [Some(ask.session), None],
        TxKind::CloseTravel(CloseTravel { closing: Closing::Session(session), .. }) => [Some(*session), None],
        _ => [None, None],
    }
}

/// Whether a rate comes after one that starts later or at the same time, or long after its own start.
fn is_late(ask: &ForexRate, state: &State, now: TimestampMs) -> bool {
    let (time, from) = (now.max(state.tip().timestamp), ask.quote.valid_from);
    let book = state.travel().book(ask.currency);
    let newest = book.and_then(|book| book.in_force(time.max(from)));
    newest.is_some_and(|other| other.valid_from >= from) || from.plus(RATE_LATE_MS_MAX) < time
}

/// Whether an account or session that it names is not there yet.
fn lacks_party(kind: &TxKind, state: &State) -> bool {
    let no_account = |handle: &Concealed<AccountHandle>| {
        handle.shown().is_ok_and(|handle| state.account(handle).is_none())
    };
    match kind {
        TxKind::OpenSession(ask) => no_account(&ask.handle),
        TxKind::Deposit(ask) => no_account(&ask.handle),
        _ => sessions_of(kind).iter().flatten().any(|session| state.session(session).is_none()),
    }
}
