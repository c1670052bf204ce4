//! Opening a travel account: what moves where, and every refusal.

use super::*;
use crate::system::system_handle;
use crate::testing::{RATE, World, handle, session_key};
use crate::travel::foreign_handle;
use idx_types::testing::{concealed, envelope_of, forex_rate, key, open_travel};
use idx_types::{AccountHandle, BankId, Currency, Outcome, Rate, SessionId, TxKind};

struct Story {
    world: World,
    source: AccountHandle,
    session: SessionId,
}

fn story() -> Story {
    let mut world = World::with_travel(6);
    world.dollars_at(RATE);
    let source = world.account(2, 2_000_000);
    let session = world.session(2, source);
    Story { world, source, session }
}

impl Story {
    fn ask(&self, change: impl FnOnce(&mut OpenTravel)) -> TxKind {
        let mut kind = open_travel((self.session, BankId(2)), "CITI_USA", Paise(1_000_000), handle(70));
        if let TxKind::OpenTravel(ask) = &mut kind {
            change(ask);
        }
        kind
    }

    fn refused(&mut self, kind: TxKind, reason: Reason) {
        let tx = self.world.tx_by(kind, &session_key());
        self.world.assert_refused(&tx, reason);
    }

    fn balances(&self) -> [u64; 5] {
        let citi = "CITI_USA".parse().unwrap();
        let fees = system_handle(BankId(2), AccountKind::BankFees);
        let (vostro, nostro) =
            (foreign_handle(&citi, AccountKind::Vostro), foreign_handle(&citi, AccountKind::Nostro));
        [self.source, vostro, fees, nostro, handle(70)].map(|handle| self.world.balance(&handle).0)
    }
}

/// The reference conversion: 10,000.00 INR at 83.33333333 are 119.82 USD and a fee of 15.00 INR.
#[test]
fn rupees_become_dollars() {
    let mut story = story();
    let before = story.balances();
    story.world.done_by(story.ask(|ask| ask.least = Paise(11_982)), &session_key());
    let moved: Vec<i128> = story
        .balances()
        .into_iter()
        .zip(before)
        .map(|(now, was)| i128::from(now) - i128::from(was))
        .collect();
    assert_eq!(moved, [-1_000_000, 998_500, 1_500, -11_982, 11_982]);
    let account = story.world.state.account(&handle(70)).unwrap();
    let shape = (account.kind, account.currency, account.home_bank);
    assert_eq!(shape, (AccountKind::Travel, Currency::Usd, BankId(2)));
    let terms = account.terms.as_deref().unwrap();
    assert_eq!((terms.source, terms.foreign_bank.as_str()), (story.source, "CITI_USA"));
    let opening =
        Conversion { rate: RATE, rupees: Paise(1_000_000), fee: Paise(1_500), foreign: Paise(11_982) };
    assert_eq!((terms.opening, terms.closing), (opening, None));
    assert_eq!(story.world.state.account(&story.source).unwrap().travels, 1);
}

/// What a customer holds, and until when, is proved like a balance.
#[test]
fn the_terms_are_under_the_state_root() {
    let mut story = story();
    story.world.done_by(story.ask(|_| {}), &session_key());
    let mut proof = story.world.state.account_proof(&handle(70)).unwrap();
    let root = story.world.state.root();
    assert!(proof.verify(&root).is_ok());
    proof.account.terms.as_mut().unwrap().expires_on = NetworkDay(99_999);
    assert!(proof.verify(&root).is_err());
}

#[test]
fn refusals() {
    type Change = fn(&mut OpenTravel);
    let table: [(Change, Reason); 17] = [
        (|a| a.bank = BankId(9), Reason::UnknownBank),
        (|a| a.bank = BankId(3), Reason::WrongHomeBank),
        (|a| a.session = SessionId([9; 32]), Reason::UnknownSession),
        (|a| a.foreign_bank = "NOBODY".parse().unwrap(), Reason::UnknownForeignBank),
        (|a| a.foreign_bank = "HDFC".parse().unwrap(), Reason::UnknownForeignBank),
        (|a| a.foreign_bank = "HSBC_UK".parse().unwrap(), Reason::NoRate),
        (|a| a.amount = Paise(99_999), Reason::AmountTooSmall),
        (|a| a.amount = Paise(1_000_000_001), Reason::AmountTooLarge),
        (|a| a.amount = Paise(u64::MAX), Reason::AmountTooLarge),
        (|a| a.amount = Paise(2_000_001), Reason::InsufficientFunds),
        (|a| a.least = Paise(11_983), Reason::BelowLeast),
        (|a| a.expires_on = NetworkDay(0), Reason::BadTravelExpiry),
        (|a| a.expires_on = NetworkDay(u32::MAX), Reason::BadTravelExpiry),
        (|a| a.handle = concealed(handle(70)).hidden(), Reason::Concealed),
        (|a| a.identity = concealed(envelope_of(BankId(3))), Reason::BadEnvelope),
        (|a| a.handle = concealed(system_handle(BankId(0), AccountKind::Stake)), Reason::AccountExists),
        (|a| a.identity = concealed(envelope_of(BankId(2))).hidden(), Reason::Concealed),
    ];
    let mut story = story();
    for (change, reason) in table {
        let kind = story.ask(change);
        story.refused(kind, reason);
    }
    let forged = story.world.tx_by(story.ask(|_| {}), &key(3));
    story.world.assert_refused(&forged, Reason::WrongSigner);
    let later = NetworkDay::of(story.world.next_time()).0 + TRAVEL_DAYS_MAX;
    story.refused(story.ask(|ask| ask.expires_on = NetworkDay(later + 1)), Reason::BadTravelExpiry);
    story.world.done_by(story.ask(|ask| ask.expires_on = NetworkDay(later)), &session_key());
}

#[test]
fn frozen_closed_or_foreign_money_opens_nothing() {
    let mut story = story();
    story.world.done(story.world.freeze(2, story.source), 2);
    story.refused(story.ask(|_| {}), Reason::AccountFrozen);
    let mut world = World::with_travel(6);
    world.dollars_at(RATE);
    let (_, _, travel) = world.traveller(2);
    let session = world.session(2, travel);
    let from_dollars = open_travel((session, BankId(2)), "CITI_USA", Paise(100_000), handle(71));
    let tx = world.tx_by(from_dollars, &session_key());
    world.assert_refused(&tx, Reason::WrongAccountKind);
}

/// The last rate is used until its time is over, and not a moment longer.
#[test]
fn a_stale_rate_opens_nothing() {
    let mut story = story();
    story.world.pass_time(idx_types::params::DAY_MS - 60_000);
    story.session = story.world.session(2, story.source);
    story.world.done_by(story.ask(|ask| ask.handle = concealed(handle(71))), &session_key());
    story.world.pass_time(60_000);
    story.refused(story.ask(|_| {}), Reason::RateStale);
    let next = story.world.next_time();
    story.world.published(forex_rate(Currency::Usd, RATE.0, RATE.0, next));
    story.world.done_by(story.ask(|_| {}), &session_key());
}

#[test]
fn a_foreign_bank_gives_no_more_than_it_holds() {
    let mut spec = crate::testing::travel_spec(6);
    spec.foreign_banks[0].float = Paise(12_000);
    let mut world = World::of(&spec);
    world.dollars_at(RATE);
    let source = world.account(2, 5_000_000);
    let session = world.session(2, source);
    let ask = |n| open_travel((session, BankId(2)), "CITI_USA", Paise(1_000_000), handle(n));
    let txs = [70, 71].map(|n| world.tx_by(ask(n), &session_key()));
    assert_eq!(world.apply(&txs), [Outcome::Completed, Outcome::Failed(Reason::FloatTooSmall)]);
}

#[test]
fn so_many_travels_and_no_more() {
    let mut story = story();
    for n in 0..u64::from(TRAVELS_PER_ACCOUNT_MAX) {
        let kind = story.ask(|a| (a.amount, a.handle) = (Paise(100_000), concealed(handle(100 + n))));
        story.world.done_by(kind, &session_key());
    }
    let one_more = |a: &mut OpenTravel| a.amount = Paise(100_000);
    story.refused(story.ask(one_more), Reason::TooManyTravels);
    let account = story.world.state.account(&story.source).unwrap();
    assert_eq!(account.travels, TRAVELS_PER_ACCOUNT_MAX);
}

/// Both rates stand in one quote: who opens pays the higher.
#[test]
fn opening_uses_the_selling_rate() {
    let mut story = story();
    let from = story.world.next_time();
    story.world.published(forex_rate(Currency::Usd, RATE.0, 10_000_000_000, from));
    story.world.done_by(story.ask(|_| {}), &session_key());
    let account = story.world.state.account(&handle(70)).unwrap();
    assert_eq!(account.balance, Paise(9_985));
    assert_eq!(account.terms.as_ref().unwrap().opening.rate, Rate(10_000_000_000));
}
