//! Travellers: customers who open dollar accounts, pay each other in dollars, and change back; and the
//! publisher who says what a dollar costs.

use super::{Clients, Customer, SESSION_MS};
use idx_chain::{GenesisForeignBank, RATE_LIFE_MS_MAX, State};
use idx_crypto::{Hasher, PublicKey, Signer};
use idx_types::testing::{self, foreign_bank};
use idx_types::tx::{Closing, ForexRate};
use idx_types::{
    Account, AccountHandle, Currency, NetworkDay, Paise, Quote, Rate, SessionId, TimestampMs, Transaction,
    TxKind,
};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

/// Of so many turns of a customer who can pay, one is about dollars.
const ABROAD_EVERY: u32 = 5;

/// Of so many turns about dollars one brings a new rate, and one closes an account.
const TURNS: u32 = 12;

/// Rates move around this one, paise for a cent with 8 decimals.
const DOLLAR: u64 = 8_333_333_333;

/// Most dollar accounts of one customer, one after the other.
const JOURNEYS_MAX: u64 = 6;

/// Number of the publisher's key.
const PUBLISHER: u64 = 1 << 33;

/// The dollar account and session of one journey of a customer.
struct Journey {
    handle: AccountHandle,
    session: SessionId,
}

/// The foreign bank that the simulated network deals with, kept by its first bank.
pub(crate) fn foreign() -> Vec<GenesisForeignBank> {
    let bank = foreign_bank(0);
    vec![GenesisForeignBank { bank, rupees: Paise(1_000_000_000_000), float: Paise(1_000_000_000_000) }]
}

/// The key that rates are published with.
pub(crate) fn publisher(scheme: crate::scheme::Scheme) -> Arc<dyn Signer> {
    scheme.signer(PUBLISHER)
}

impl Customer {
    fn journey(&self, number: u64) -> Journey {
        let name = |label| Hasher::new(label).part(&self.handle.0).part(&number.to_le_bytes()).finish().0;
        let (handle, session) = (name("idx-sim/journey/1"), name("idx-sim/journey-session/1"));
        Journey { handle: AccountHandle(handle), session: SessionId(session) }
    }

    /// The journey that the customer is on, or the next; `None` if all are over.
    fn now_on(&self, state: &State) -> Option<Journey> {
        let is_over = |account: Option<&Account>| account.is_some_and(|account| account.closed_at.is_some());
        (0..JOURNEYS_MAX).map(|number| self.journey(number)).find(|one| !is_over(state.account(&one.handle)))
    }
}

impl Clients {
    /// Now and then something about dollars, by or for this customer.
    pub(super) fn abroad(
        &mut self,
        rng: &mut ChaCha8Rng,
        state: &State,
        now: TimestampMs,
        at: usize,
    ) -> Option<Transaction> {
        if rng.random_range(0..ABROAD_EVERY) != 0 {
            return None;
        }
        let turn = rng.random_range(0..TURNS);
        if turn == 0 || state.travel().rate(Currency::Usd, now).is_err() {
            return Some(self.new_rate(rng, now));
        }
        let journey = self.customers[at].now_on(state)?;
        match (state.account(&journey.handle), state.session(&journey.session)) {
            (None, _) => self.depart(state, now, at, &journey),
            (Some(_), None) => Some(self.abroad_session(now, at, &journey)),
            (Some(_), Some(_)) if turn == 1 => Some(self.come_home(now, at, &journey)),
            (Some(account), Some(_)) => self.spend(rng, state, now, (at, &journey, account.balance)),
        }
    }

    fn new_rate(&mut self, rng: &mut ChaCha8Rng, now: TimestampMs) -> Transaction {
        let buy = DOLLAR / 100 * rng.random_range(95..=105);
        let sell = buy + rng.random_range(0..DOLLAR / 50);
        let quote =
            Quote { buy: Rate(buy), sell: Rate(sell), valid_from: now, stale_after_ms: RATE_LIFE_MS_MAX };
        let kind = TxKind::ForexRate(ForexRate { currency: Currency::Usd, quote });
        let signer = self.publisher.clone();
        self.body(now, kind).sign(&[&*signer])
    }

    /// Opens a dollar account with a part of what the customer has.
    fn depart(
        &mut self,
        state: &State,
        now: TimestampMs,
        at: usize,
        journey: &Journey,
    ) -> Option<Transaction> {
        let (amount, customer) = (state.params().min_travel, &self.customers[at]);
        let balance = state.account(&customer.handle)?.balance;
        (balance.0 >= 2 * amount.0).then_some(())?;
        let from = (customer.session, self.banks[customer.bank].0);
        let mut kind = testing::open_travel(from, "CITI_USA", amount, journey.handle);
        if let TxKind::OpenTravel(open) = &mut kind {
            open.expires_on = NetworkDay(NetworkDay::of(now).0 + 30);
        }
        let signer = customer.key.clone();
        Some(self.body(now, kind).sign(&[&*signer]))
    }

    fn abroad_session(&mut self, now: TimestampMs, at: usize, journey: &Journey) -> Transaction {
        let customer = &self.customers[at];
        let (bank, signer) = self.banks[customer.bank].clone();
        let (key, ends): (PublicKey, _) = (customer.key.public_key(), now.plus(SESSION_MS));
        let kind = testing::open_session(bank, journey.session, journey.handle, key, ends);
        self.body(now, kind).sign(&[&*signer])
    }

    fn come_home(&mut self, now: TimestampMs, at: usize, journey: &Journey) -> Transaction {
        let customer = &self.customers[at];
        let bank = self.banks[customer.bank].0;
        let signer = customer.key.clone();
        let kind = testing::close_travel(bank, Closing::Session(journey.session));
        self.body(now, kind).sign(&[&*signer])
    }

    /// Pays another traveller in dollars.
    fn spend(
        &mut self,
        rng: &mut ChaCha8Rng,
        state: &State,
        now: TimestampMs,
        (from, journey, balance): (usize, &Journey, Paise),
    ) -> Option<Transaction> {
        let to = rng.random_range(0..self.customers.len());
        let (sender, receiver) = (&self.customers[from], &self.customers[to]);
        let there = receiver.now_on(state)?;
        state.session(&there.session).filter(|_| to != from)?;
        let amount = Paise(rng.random_range(100..=300));
        let fee = state.fee_quote(amount).ok()?.total;
        (balance.0 >= amount.0 + fee.0).then_some(())?;
        let kind = TxKind::Transfer(testing::transfer(
            (journey.session, self.banks[sender.bank].0),
            (there.session, self.banks[receiver.bank].0),
            amount,
            fee,
        ));
        let (a, b) = (sender.key.clone(), receiver.key.clone());
        Some(self.body(now, kind).sign(&[&*a, &*b]))
    }
}
