//! Transfers between travel accounts: in their own currency, fee and all.

use super::*;
use crate::system::currency_handle;
use crate::testing::{RATE, handle};
use idx_types::params::DAY_MS;
use idx_types::testing::{self, TEST_DAY, forex_rate, open_travel};
use idx_types::{AccountHandle, Currency, NetworkDay, OrderId};

struct Abroad {
    world: World,
    /// Dollar accounts of banks 0 and 3.
    travels: [AccountHandle; 2],
    sessions: [SessionId; 2],
}

fn abroad() -> Abroad {
    let mut world = World::with_travel(6);
    world.dollars_at(RATE);
    let travels = [0, 3].map(|bank| world.traveller(bank).2);
    let sessions = [world.session(0, travels[0]), world.session(3, travels[1])];
    Abroad { world, travels, sessions }
}

impl Abroad {
    fn pay(&self, cents: u64) -> TxKind {
        TxKind::Transfer(self.world.transfer((0, self.sessions[0]), (3, self.sessions[1]), cents))
    }

    fn in_dollars(&self, kind: AccountKind) -> Vec<u64> {
        (0..6).map(|bank| self.world.balance(&currency_handle(BankId(bank), kind, Currency::Usd)).0).collect()
    }

    fn refused(&mut self, kind: TxKind, reason: Reason) {
        let tx = self.world.session_tx(kind);
        self.world.assert_refused(&tx, reason);
    }
}

/// 50.00 USD cost 50.75: 0.25 for the miner, 0.50 for the banks, each cent in dollars.
#[test]
fn the_fee_is_paid_in_the_currency_of_the_transfer() {
    let mut abroad = abroad();
    let rupees = abroad.world.balance(&system_handle(BankId(0), AccountKind::BankFees));
    let tx = abroad.world.session_tx(abroad.pay(5_000));
    let execution =
        abroad.world.state.execute(&abroad.world.header(), std::slice::from_ref(&tx), &[Decision::Pass]);
    assert_eq!(execution.block_fees().total, Paise::ZERO, "no rupee moves");
    assert_eq!(abroad.world.apply(&[tx]), [Outcome::Completed]);
    let left = abroad.travels.map(|handle| abroad.world.balance(&handle).0);
    assert_eq!(left, [11_982 - 5_075, 11_982 + 5_000]);
    assert_eq!(abroad.in_dollars(AccountKind::MinerRewards), [25, 0, 0, 0, 0, 0]);
    let shares = abroad.in_dollars(AccountKind::BankFees);
    assert_eq!((shares.iter().sum::<u64>(), shares.iter().max()), (50, Some(&9)));
    assert_eq!(abroad.world.balance(&system_handle(BankId(0), AccountKind::BankFees)), rupees);
}

#[test]
fn rupees_and_dollars_do_not_mix() {
    let mut abroad = abroad();
    let from = abroad.world.next_time();
    abroad.world.published(forex_rate(Currency::Gbp, RATE.0, RATE.0, from));
    let source = abroad.world.account(0, 1_000_000);
    let of_source = abroad.world.session(0, source);
    let pounds = handle(71);
    let open = open_travel((of_source, BankId(0)), "HSBC_UK", Paise(500_000), pounds);
    abroad.world.done_by(open, &session_key());
    let of_pounds = abroad.world.session(0, pounds);
    for (from, to) in [(of_source, abroad.sessions[1]), (of_pounds, abroad.sessions[1])] {
        let kind = TxKind::Transfer(abroad.world.transfer((0, from), (3, to), 1_000));
        abroad.refused(kind, Reason::CurrencyMismatch);
    }
}

/// Its last day over, an account neither sends nor receives.
#[test]
fn an_expired_account_stands_still() {
    let mut abroad = abroad();
    let source = abroad.world.account(3, 1_000_000);
    let fresh_session = abroad.world.session(3, source);
    let mut open = open_travel((fresh_session, BankId(3)), "CITI_USA", Paise(500_000), handle(72));
    if let TxKind::OpenTravel(ask) = &mut open {
        ask.expires_on = NetworkDay(TEST_DAY.0 + 100);
    }
    abroad.world.done_by(open, &session_key());
    let last_moment = NetworkDay(TEST_DAY.0 + 31).start().since(abroad.world.next_time()) - DAY_MS / 2;
    abroad.world.pass_time(last_moment);
    abroad.sessions = [abroad.world.session(0, abroad.travels[0]), abroad.world.session(3, handle(72))];
    let tx = abroad.world.session_tx(abroad.pay(1_000));
    assert_eq!(abroad.world.apply(&[tx]), [Outcome::Completed], "the last day");
    abroad.world.pass_time(DAY_MS / 2);
    abroad.sessions = [abroad.world.session(0, abroad.travels[0]), abroad.world.session(3, handle(72))];
    abroad.refused(abroad.pay(1_000), Reason::TravelExpired);
    let back =
        TxKind::Transfer(abroad.world.transfer((3, abroad.sessions[1]), (0, abroad.sessions[0]), 1_000));
    abroad.refused(back, Reason::TravelExpired);
}

/// Freezes of banks and courts hold foreign money as they hold rupees.
#[test]
fn orders_freeze_travel_accounts() {
    let mut abroad = abroad();
    abroad.world.done(abroad.world.freeze(0, abroad.travels[0]), 0);
    abroad.refused(abroad.pay(1_000), Reason::AccountFrozen);
    abroad.world.done(TxKind::Unfreeze(testing::account_ref(BankId(0), abroad.travels[0])), 0);
    abroad
        .world
        .decree(idx_types::tx::Change::RegisterJudge(Box::new(testing::judge(idx_types::JudgeId(1)))));
    let target = World::session_target(3, abroad.sessions[1]);
    let order: OrderId = abroad.world.order(idx_types::JudgeId(1), target);
    abroad.refused(abroad.pay(1_000), Reason::AccountFrozen);
    let frozen = abroad.world.state.account(&abroad.travels[1]).unwrap().freeze;
    assert_eq!(frozen, idx_types::FreezeState::ByOrder(order));
}

/// A bank that joins earns in every currency.
#[test]
fn a_bank_that_joins_has_accounts_in_every_currency() {
    let mut abroad = abroad();
    let bank = crate::testing::bank(6);
    let bank = idx_types::Bank { stake: Paise::ZERO, ..bank };
    abroad.world.decree(idx_types::tx::Change::AddBank(idx_types::tx::AddBank { bank }));
    let tx = abroad.world.session_tx(abroad.pay(5_000));
    assert_eq!(abroad.world.apply(&[tx]), [Outcome::Completed]);
    let joined = currency_handle(BankId(6), AccountKind::BankFees, Currency::Usd);
    assert!(abroad.world.balance(&joined) >= Paise(7), "50 cents among seven");
    let restored = crate::State::restore(abroad.world.state.snapshot()).unwrap();
    assert_eq!(restored.root(), abroad.world.state.root());
}
