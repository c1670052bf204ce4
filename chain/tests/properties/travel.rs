//! Travel accounts in any sequence: whatever comes, money is kept in every currency, and each account
//! knows how many travel accounts return to it.

use super::{ACCOUNTS, Ask, bank_of, session_of};
use idx_chain::State;
use idx_chain::testing::{RATE, World, handle, session_key};
use idx_crypto::{SecretKey, Signer};
use idx_types::testing::{self, close_travel, concealed, forex_rate, key, open_travel, publisher_key};
use idx_types::tx::Closing;
use idx_types::{
    AccountHandle, AccountKind, BankId, Currency, NetworkDay, Paise, SessionId, TimestampMs, TxKind,
};

/// How long before midnight the story begins: some blocks of it are before, some after.
const BEFORE_MIDNIGHT_MS: u64 = 5_000;

fn travel_handle(number: u64) -> AccountHandle {
    handle(300 + number)
}

fn travel_session(number: u64) -> SessionId {
    SessionId(handle(700 + number).0)
}

fn today(world: &World) -> NetworkDay {
    NetworkDay::of(world.next_time())
}

/// Every account with money has a travel account in dollars; half of them expire at midnight.
pub fn set_up(world: &mut World) {
    world.dollars_at(RATE);
    for number in 2..ACCOUNTS {
        let bank = BankId(bank_of(number));
        let from = (session_of(number), bank);
        let mut open = open_travel(from, "CITI_USA", Paise(400_000), travel_handle(number));
        if let TxKind::OpenTravel(ask) = &mut open {
            ask.expires_on = NetworkDay(today(world).0 + (number % 2) as u32);
        }
        world.done_by(open, &session_key());
        let (key, ends) = (session_key().public_key(), world.next_time().plus(40_000_000));
        let session = testing::open_session(bank, travel_session(number), travel_handle(number), key, ends);
        world.done(session, bank.0);
    }
    let begin = today(world).end().0 - BEFORE_MIDNIGHT_MS;
    world.pass_time(begin - world.state.tip().timestamp.0);
}

fn rate(world: &World, ask: &Ask) -> TxKind {
    let currency = [Currency::Usd, Currency::Gbp, Currency::Inr][ask.a as usize % 3];
    let buy = RATE.0 / 100 * (95 + ask.amount % 10);
    let from = TimestampMs(world.next_time().0 + ask.b * 500);
    forex_rate(currency, buy, buy + ask.amount % 1_000, from)
}

fn open(world: &World, ask: &Ask) -> TxKind {
    let foreign = ["CITI_USA", "HSBC_UK", "NOBODY"][ask.b as usize % 3];
    let from = (session_of(ask.a), BankId(bank_of(ask.a)));
    let mut kind = open_travel(from, foreign, Paise(ask.amount), handle(900 + ask.amount % 50));
    if let TxKind::OpenTravel(open) = &mut kind {
        open.expires_on = NetworkDay(today(world).0 + (ask.amount % 400) as u32);
    }
    kind
}

fn close(ask: &Ask) -> TxKind {
    let closing = match ask.b % 2 {
        0 => Closing::Session(travel_session(ask.a)),
        _ => Closing::Expired(concealed(travel_handle(ask.a))),
    };
    close_travel(BankId(bank_of(ask.a)), closing)
}

/// Between travel accounts, or from one to rupees.
pub fn spend(world: &World, ask: &Ask) -> TxKind {
    let to = if ask.amount.is_multiple_of(7) { session_of(ask.b) } else { travel_session(ask.b) };
    let from = (bank_of(ask.a), travel_session(ask.a));
    TxKind::Transfer(world.transfer(from, (bank_of(ask.b), to), ask.amount % 20_000))
}

pub fn kind(world: &World, ask: &Ask) -> TxKind {
    match ask.kind {
        22 => rate(world, ask),
        23 | 24 => open(world, ask),
        25 => close(ask),
        26 => world.freeze(bank_of(ask.a), travel_handle(ask.a)),
        _ => spend(world, ask),
    }
}

/// Who should sign it.
pub fn signer(kind: &TxKind, bank: u16) -> SecretKey {
    match kind {
        TxKind::ForexRate(_) => publisher_key(),
        TxKind::CloseTravel(close) if matches!(close.closing, Closing::Expired(_)) => key(bank as u8 + 1),
        TxKind::Freeze(_) => key(bank as u8 + 1),
        _ => session_key(),
    }
}

/// Terms and counts agree.
pub fn check(state: &State) {
    for account in state.accounts() {
        assert_eq!(account.terms.is_some(), account.kind == AccountKind::Travel);
        let returns = |other: &&idx_types::Account| {
            let terms = other.terms.as_ref();
            other.closed_at.is_none() && terms.is_some_and(|terms| terms.source == account.handle)
        };
        assert_eq!(usize::from(account.travels), state.accounts().iter().filter(returns).count());
        assert!(account.travels == 0 || account.closed_at.is_none(), "closed under its travellers");
        if let Some(terms) = &account.terms {
            assert_eq!(terms.closing.is_some(), account.closed_at.is_some());
        }
    }
}
