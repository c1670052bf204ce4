//! A ledger between the banks of these stories: enough of it for a desk.

use super::world::{BANKS, DAY_MS, World};
use super::*;
use idx_crypto::{Ed25519, Hash32, Signer};
use idx_types::testing::key;
use idx_types::{
    Account, AccountKind, Bank, Currency, FreezeState, Height, NetworkKey, Reason, Session, TxBody,
};

/// The ledger: enough of it for a desk.
#[derive(Default)]
pub struct Ledger {
    pub time: TimestampMs,
    pub accounts: Vec<Account>,
    pub sessions: Vec<Session>,
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
            hpke_key: Hash32::ZERO,
            stake: Paise(1),
        })
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
    pub fn open(&mut self, body: &TxBody) {
        match &body.kind {
            TxKind::OpenAccount(ask) => self.ledger.accounts.push(Account {
                handle: *ask.handle.shown().unwrap(),
                home_bank: ask.bank,
                kind: AccountKind::Customer,
                currency: Currency::Inr,
                balance: Paise::ZERO,
                freeze: FreezeState::Free,
                opened_at: Height(1),
                closed_at: None,
            }),
            TxKind::OpenSession(ask) if self.ledger.session(&ask.session).is_none() => {
                self.ledger.sessions.push(Session {
                    id: ask.session,
                    home_bank: ask.bank,
                    account: *ask.handle.shown().unwrap(),
                    key: ask.key,
                    opened_at: Height(1),
                    expires_at: ask.expires_at,
                })
            }
            _ => {}
        }
    }

    /// The ledger's rules, as far as these stories need them; involved banks have their say.
    pub fn settle(&mut self, tx: &Transaction) -> Fact {
        let TxKind::Transfer(ask) = &tx.body.kind else { panic!("a transfer") };
        let accepted = ask.accepted.unwrap();
        assert!(tx.check_signatures(&Ed25519).is_ok() && tx.body.valid_until >= self.ledger.time);
        let objects = [ask.from_bank, accepted.to_bank].map(|bank| {
            let bench = &self.banks[usize::from(bank.0)];
            bench.desk.objects_to(&bench.shelf(), tx).unwrap()
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
