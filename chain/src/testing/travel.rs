//! Foreign banks, rates and travel accounts, for tests.

use super::{World, handle, session_key, spec};
use crate::genesis::GenesisSpec;
use crate::travel::GenesisForeignBank;
use idx_crypto::{SecretKey, Signer};
use idx_types::testing::{self, foreign_bank, forex_rate, open_travel, publisher_key};
use idx_types::{AccountHandle, BankId, Currency, Paise, Rate, SessionId, TxKind};

/// The one rate of the reference conversion, for buying and selling.
pub const RATE: Rate = Rate(8_333_333_333);

/// A genesis of so many banks and the four foreign ones.
pub fn travel_spec(banks: u16) -> GenesisSpec {
    let of = |place| GenesisForeignBank {
        bank: foreign_bank(place),
        rupees: Paise(500_000_000_000),
        float: Paise(10_000_000_000),
    };
    GenesisSpec {
        foreign_banks: (0..4).map(of).collect(),
        rate_publisher: Some(publisher_key().public_key()),
        ..spec(banks)
    }
}

impl World {
    /// A network with foreign banks, and no rates yet.
    pub fn with_travel(banks: u16) -> Self {
        Self::of(&travel_spec(banks))
    }

    /// The key with which rates are published.
    pub fn publisher(&self) -> SecretKey {
        publisher_key()
    }

    /// Has a rate taken.
    pub fn published(&mut self, kind: TxKind) {
        self.done_by(kind, &publisher_key());
    }

    /// Puts this rate of dollars in force, for buying and selling.
    pub fn dollars_at(&mut self, rate: Rate) {
        let kind = forex_rate(Currency::Usd, rate.0, rate.0, self.next_time());
        self.published(kind);
    }

    /// Opens a dollar account with so many paise from a session's account.
    pub fn travel(&mut self, bank: u16, session: SessionId, paise: u64) -> AccountHandle {
        let handle = handle(self.fresh());
        self.done_by(open_travel((session, BankId(bank)), "CITI_USA", Paise(paise), handle), &session_key());
        handle
    }

    /// A customer of a bank with money, and a dollar account out of it: source, its session, the travel
    /// account.
    pub fn traveller(&mut self, bank: u16) -> (AccountHandle, SessionId, AccountHandle) {
        let source = self.account(bank, 5_000_000);
        let session = self.session(bank, source);
        let travel = self.travel(bank, session, 1_000_000);
        (source, session, travel)
    }

    /// Closes a travel account by a session over it, or on its bank's word.
    pub fn close_travel(bank: u16, closing: idx_types::tx::Closing) -> TxKind {
        testing::close_travel(BankId(bank), closing)
    }
}
