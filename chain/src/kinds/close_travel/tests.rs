//! Closing a travel account: what comes home, on whose word, and every refusal.

use super::*;
use crate::system::system_handle;
use crate::testing::{RATE, World, handle, session_key};
use idx_types::params::DAY_MS;
use idx_types::testing::{TEST_DAY, account_ref, close_travel, concealed, forex_rate, key};
use idx_types::{BankId, Currency, NetworkDay, Paise, Rate, SessionId, TxKind};

struct Story {
    world: World,
    source: AccountHandle,
    travel: AccountHandle,
    session: SessionId,
}

fn story() -> Story {
    let mut world = World::with_travel(6);
    world.dollars_at(RATE);
    let (source, _, travel) = world.traveller(2);
    let session = world.session(2, travel);
    Story { world, source, travel, session }
}

impl Story {
    fn by_customer(&self) -> TxKind {
        close_travel(BankId(2), Closing::Session(self.session))
    }

    fn by_bank(&self) -> TxKind {
        close_travel(BankId(2), Closing::Expired(concealed(self.travel)))
    }

    fn refused(&mut self, kind: TxKind, reason: Reason) {
        let tx = self.world.tx_by(kind, &session_key());
        self.world.assert_refused(&tx, reason);
    }

    /// Moves past the account's last day, and publishes a rate there.
    fn expire(&mut self) {
        let after = NetworkDay(TEST_DAY.0 + 31).start();
        self.world.pass_time(after.since(self.world.next_time()) + 1);
        self.world.dollars_at(RATE);
    }
}

/// The reference conversion: 119.82 USD at 83.33333333 are 9,985.00 INR, of which 14.98 are the fee.
#[test]
fn dollars_come_home() {
    let mut story = story();
    let before = story.world.balance(&story.source);
    let fees = system_handle(BankId(2), AccountKind::BankFees);
    let earned = story.world.balance(&fees);
    let TxKind::CloseTravel(mut ask) = story.by_customer() else { unreachable!() };
    ask.least = Paise(997_003);
    story.refused(TxKind::CloseTravel(ask.clone()), Reason::BelowLeast);
    ask.least = Paise(997_002);
    story.world.done_by(TxKind::CloseTravel(ask), &session_key());
    assert_eq!(story.world.balance(&story.source), Paise(before.0 + 997_002));
    assert_eq!(story.world.balance(&fees), Paise(earned.0 + 1_498));
    let closed = story.world.state.account(&story.travel).unwrap();
    assert_eq!((closed.balance, closed.closed_at), (Paise::ZERO, Some(story.world.state.tip().height)));
    let closing =
        Conversion { rate: RATE, rupees: Paise(997_002), fee: Paise(1_498), foreign: Paise(11_982) };
    assert_eq!(closed.terms.as_ref().unwrap().closing, Some(closing));
    assert_eq!(story.world.state.account(&story.source).unwrap().travels, 0);
    story.refused(story.by_customer(), Reason::AccountClosed);
}

#[test]
fn closing_uses_the_buying_rate() {
    let mut story = story();
    let from = story.world.next_time();
    story.world.published(forex_rate(Currency::Usd, 8_000_000_000, RATE.0, from));
    story.world.done_by(story.by_customer(), &session_key());
    let closed = story.world.state.account(&story.travel).unwrap();
    let closing = closed.terms.as_ref().unwrap().closing.unwrap();
    assert_eq!((closing.rupees, closing.fee), (Paise(958_560 - 1_438), Paise(1_438)));
}

#[test]
fn an_expired_account_comes_home_on_its_banks_word() {
    let mut story = story();
    story.world.refused(story.by_bank(), 2, Reason::TravelNotExpired);
    story.expire();
    story.world.refused(story.by_bank(), 3, Reason::WrongSigner);
    let before = story.world.balance(&story.source);
    story.world.done(story.by_bank(), 2);
    assert_eq!(story.world.balance(&story.source), Paise(before.0 + 997_002));
    story.world.refused(story.by_bank(), 2, Reason::AccountClosed);
}

/// After its expiry the customer can still close it.
#[test]
fn expiry_takes_nothing_from_the_customer() {
    let mut story = story();
    story.expire();
    story.session = story.world.session(2, story.travel);
    story.world.done_by(story.by_customer(), &session_key());
}

#[test]
fn refusals() {
    let mut story = story();
    let of_source = story.world.session(2, story.source);
    let session = |session| Closing::Session(session);
    let table = [
        (close_travel(BankId(9), session(story.session)), Reason::UnknownBank),
        (close_travel(BankId(3), session(story.session)), Reason::WrongHomeBank),
        (close_travel(BankId(2), session(SessionId([9; 32]))), Reason::UnknownSession),
        (close_travel(BankId(2), session(of_source)), Reason::WrongAccountKind),
    ];
    for (kind, reason) in table {
        story.refused(kind, reason);
    }
    let forged = story.world.tx_by(story.by_customer(), &key(3));
    story.world.assert_refused(&forged, Reason::WrongSigner);
    let unknown = close_travel(BankId(2), Closing::Expired(concealed(handle(99))));
    story.world.refused(unknown, 2, Reason::UnknownAccount);
    let rupees = close_travel(BankId(2), Closing::Expired(concealed(story.source)));
    story.world.refused(rupees, 2, Reason::WrongAccountKind);
    let hidden = close_travel(BankId(2), Closing::Expired(concealed(story.travel).hidden()));
    story.world.refused(hidden, 2, Reason::Concealed);
}

#[test]
fn without_a_fresh_rate_nothing_is_changed() {
    let mut story = story();
    story.world.pass_time(DAY_MS + 1);
    story.session = story.world.session(2, story.travel);
    story.refused(story.by_customer(), Reason::RateStale);
}

/// Neither from a frozen account nor to one.
#[test]
fn a_freeze_of_either_side_holds_it() {
    let mut story = story();
    let (source, travel) = (story.source, story.travel);
    for frozen in [source, travel] {
        story.world.done(story.world.freeze(2, frozen), 2);
        story.refused(story.by_customer(), Reason::AccountFrozen);
        story.world.done(TxKind::Unfreeze(account_ref(BankId(2), frozen)), 2);
    }
    story.world.done_by(story.by_customer(), &session_key());
}

/// While money is to return to it, an account stays open, even if it is empty.
#[test]
fn the_source_stays_until_the_money_is_back() {
    let mut story = story();
    let rest = story.world.balance(&story.source);
    let cash = idx_types::testing::cash(BankId(2), story.source, rest);
    story.world.done(TxKind::Withdraw(cash), 2);
    let close = TxKind::CloseAccount(account_ref(BankId(2), story.source));
    story.world.refused(close, 2, Reason::TravelOpen);
    story.world.refused(
        TxKind::CloseAccount(account_ref(BankId(2), story.travel)),
        2,
        Reason::WrongAccountKind,
    );
}

/// A foreign bank whose rupees have run out cannot buy its money back; the account stays as it is.
#[test]
fn the_vostro_account_pays_no_more_than_it_holds() {
    let mut spec = crate::testing::travel_spec(6);
    spec.foreign_banks[0].rupees = Paise(0);
    let mut world = World::of(&spec);
    world.dollars_at(RATE);
    let (source, _, travel) = world.traveller(2);
    let session = world.session(2, travel);
    world.dollars_at(Rate(RATE.0 + 100_000_000));
    let kind = close_travel(BankId(2), Closing::Session(session));
    let tx = world.tx_by(kind, &session_key());
    world.assert_refused(&tx, Reason::FloatTooSmall);
    assert_eq!(world.state.account(&source).unwrap().travels, 1);
    assert_eq!(world.state.account(&travel).unwrap().currency, Currency::Usd);
}
