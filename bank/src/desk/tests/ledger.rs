//! A ledger between the banks of these stories: enough of it for a desk.

use super::world::{BANKS, Bench, DAY_MS, World, hpke};
use super::*;
use crate::pseudonym::TagKeys;
use idx_crypto::{Ed25519, Envelope, Hash32, Signer};
use idx_types::escrow::{Company, Regulator};
use idx_types::testing::key;
use idx_types::tx::Closing;
use idx_types::{
    Account, AccountKind, Bank, BankCode, Bps, Conversion, Currency, Escrow, FreezeState, Height, NetworkKey,
    Rate, Reason, Session, TxBody,
};
use std::collections::BTreeSet;

/// The ledger: enough of it for a desk.
pub struct Ledger {
    pub time: TimestampMs,
    pub accounts: Vec<Account>,
    pub sessions: Vec<Session>,
    pub escrow: Escrow,
    /// An id settles at most once.
    pub settled: BTreeSet<TxId>,
    /// What closed a travel account.
    pub closings: Vec<(AccountHandle, TxId, Closing)>,
    /// Rupees for a dollar, bought and sold alike.
    pub rate: Option<Rate>,
}

impl Ledger {
    /// An empty one at noon, with company keys for the days of all stories.
    pub fn new() -> Self {
        let days = (19_990..20_200).map(|day| (NetworkDay(day), hpke(100).public())).collect();
        let (signing_key, hpke_key) = (key(101).public_key(), hpke(101).public());
        let escrow = Escrow {
            regulators: vec![Regulator { name: "RBI".into(), signing_key, hpke_key }],
            company: Company { signing_key: key(100).public_key(), day_keys: days },
        };
        let (settled, rate) = (BTreeSet::new(), Some(Rate(8_333_333_333)));
        Self { time: NOON, accounts: vec![], sessions: vec![], escrow, settled, closings: vec![], rate }
    }

    /// The ledger's own rule on envelopes.
    fn check(&self, bank: BankId, envelope: &Envelope, body: &TxBody) {
        let home = self.bank(bank).unwrap().hpke_key.0;
        let day = NetworkDay::of(body.created_at);
        assert_eq!(self.escrow.check_envelope(envelope, &home, day), Ok(()));
    }
}

impl LedgerView for Ledger {
    fn time(&self) -> TimestampMs {
        self.time
    }
    fn validity_ms_max(&self) -> u64 {
        DAY_MS
    }
    fn account(&self, handle: &AccountHandle) -> Option<Account> {
        self.accounts.iter().find(|account| account.handle == *handle).cloned()
    }
    fn session(&self, id: &SessionId) -> Option<Session> {
        self.sessions.iter().find(|session| session.id == *id).cloned()
    }
    fn bank(&self, id: BankId) -> Option<Bank> {
        let (code, _) = BANKS.get(usize::from(id.0))?;
        Some(Bank {
            id,
            code: code.parse().unwrap(),
            consensus_key: key(id.0 as u8).public_key(),
            network_key: NetworkKey([id.0 as u8; 32]),
            hpke_key: Hash32(*hpke(usize::from(id.0)).public().as_bytes()),
            stake: Paise(1),
        })
    }
    fn bank_of_code(&self, code: &BankCode) -> Option<Bank> {
        let place = BANKS.iter().position(|(known, _)| *known == code.as_str())?;
        self.bank(BankId(place as u16))
    }
    fn escrow(&self) -> &Escrow {
        &self.escrow
    }
    fn changed(&self, bank: &BankCode, rupees: Paise) -> Result<Conversion, Reason> {
        if bank.as_str() != "CITI_USA" {
            return Err(Reason::UnknownForeignBank);
        }
        let fee = rupees.portion(Bps(15)).ok_or(Reason::Overflow)?;
        let rate = self.rate.ok_or(Reason::NoRate)?;
        Conversion::opening(rate, rupees, fee).ok_or(Reason::Overflow)
    }
    fn changed_back(&self, _: Currency, foreign: Paise) -> Result<Conversion, Reason> {
        let rate = self.rate.ok_or(Reason::NoRate)?;
        Conversion::closing(rate, foreign, |gross| gross.portion(Bps(15))).ok_or(Reason::Overflow)
    }
    fn closing(&self, handle: &AccountHandle, height: Height) -> Option<(TxId, Closing)> {
        assert_eq!(self.account(handle).unwrap().closed_at, Some(height));
        let (_, id, closing) = self.closings.iter().find(|(closed, ..)| closed == handle)?;
        Some((*id, closing.clone()))
    }
    fn fee(&self, amount: Paise) -> Result<Paise, Reason> {
        match amount.0 {
            0..100 => Err(Reason::AmountTooSmall),
            100..=1_000_000_000 => Ok(Paise(amount.0 * 150 / 10_000)),
            _ => Err(Reason::AmountTooLarge),
        }
    }
}

impl World {
    pub fn open(&mut self, tx: Transaction) {
        match &tx.body.kind {
            TxKind::OpenAccount(ask) => {
                self.ledger.check(ask.bank, ask.identity.shown().unwrap(), &tx.body);
                self.ledger.accounts.push(empty_account(ask.bank, *ask.handle.shown().unwrap()));
            }
            TxKind::OpenSession(ask) if self.ledger.session(&ask.session).is_none() => {
                self.ledger.check(ask.bank, ask.identity.shown().unwrap(), &tx.body);
                let (id, home_bank, key) = (ask.session, ask.bank, ask.key);
                let (account, expires_at) = (*ask.handle.shown().unwrap(), ask.expires_at);
                let opened_at = Height(1);
                self.ledger.sessions.push(Session { id, home_bank, account, key, opened_at, expires_at });
            }
            _ => return,
        }
        self.openings.push(tx);
    }

    /// The ledger's rules, as far as these stories need them; involved banks have their say.
    pub fn settle(&mut self, tx: &Transaction) -> Fact {
        let TxKind::Transfer(ask) = &tx.body.kind else { panic!("a transfer") };
        let accepted = ask.accepted.unwrap();
        assert!(tx.check_signatures(&Ed25519).is_ok() && tx.body.valid_until >= self.ledger.time);
        let objects = [ask.from_bank, accepted.to_bank].map(|bank| {
            let bench = &self.banks[usize::from(bank.0)];
            objects(&self.tag_keys, bank, bench, tx)
        });
        let parties = [ask.from, accepted.to].map(|id| self.ledger.session(&id).unwrap());
        let keys_fit = parties.iter().zip(&tx.signatures).all(|(party, by)| party.key == by.key);
        let cost = Paise(ask.amount.0 + ask.fee.0);
        if objects != [false, false] || !keys_fit {
            return Fact::Failed(Reason::RejectedByPolicy);
        }
        let [from, to] = parties.map(|party| self.place_of(&party.account));
        let Some(left) = self.ledger.accounts[from].balance.checked_sub(cost) else {
            return Fact::Failed(Reason::InsufficientFunds);
        };
        self.ledger.accounts[from].balance = left;
        self.ledger.accounts[to].balance.0 += ask.amount.0;
        Fact::Completed { to: accepted.to }
    }

    pub fn place_of(&self, handle: &AccountHandle) -> usize {
        self.ledger.accounts.iter().position(|account| account.handle == *handle).unwrap()
    }
}

/// Whether a bank holds something against a transfer.
pub fn objects(keys: &TagKeys, bank: BankId, bench: &Bench, tx: &Transaction) -> bool {
    let TxKind::Transfer(ask) = &tx.body.kind else { panic!("a transfer") };
    Objections::new(bank, keys).hold_against(&bench.shelf(), tx.id(), ask).unwrap()
}

fn empty_account(home_bank: BankId, handle: AccountHandle) -> Account {
    Account {
        handle,
        home_bank,
        kind: AccountKind::Customer,
        currency: Currency::Inr,
        balance: Paise::ZERO,
        freeze: FreezeState::Free,
        opened_at: Height(1),
        closed_at: None,
        travels: 0,
        terms: None,
    }
}
