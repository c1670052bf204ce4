//! A ledger of one bank that settles what it is given at once: enough of it for a desk.

use idx_bank::desk::{Fact, LedgerView};
use idx_crypto::Signer;
use idx_types::testing::{escrow, hpke_key_of, key};
use idx_types::tx::{OpenAccount, OpenSession, Transfer};
use idx_types::{
    Account, AccountHandle, AccountKind, Bank, BankId, Currency, Escrow, FreezeState, Height, NetworkKey,
    Paise, Reason, Session, SessionId, TimestampMs, Transaction, TxId, TxKind,
};

pub struct Ledger {
    pub time: TimestampMs,
    pub accounts: Vec<Account>,
    pub sessions: Vec<Session>,
    escrow: Escrow,
}

impl Ledger {
    pub fn new(time: TimestampMs) -> Self {
        Self { time, accounts: vec![], sessions: vec![], escrow: escrow() }
    }

    fn of(&mut self, handle: &AccountHandle) -> &mut Account {
        self.accounts.iter_mut().find(|account| account.handle == *handle).unwrap()
    }

    fn account_of(&self, session: &SessionId) -> AccountHandle {
        self.session(session).unwrap().account
    }

    /// What becomes of a transaction; a fact if it is a transfer.
    pub fn settle(&mut self, tx: &Transaction) -> Option<(TxId, Fact)> {
        match &tx.body.kind {
            TxKind::OpenAccount(OpenAccount { bank, handle, .. }) => {
                self.accounts.push(empty(*bank, *handle.shown().unwrap()));
            }
            TxKind::OpenSession(OpenSession { bank, session, handle, key, expires_at, .. }) => {
                let (id, home_bank, key, opened_at) = (*session, *bank, *key, Height(1));
                let (account, expires_at) = (*handle.shown().unwrap(), *expires_at);
                self.sessions.push(Session { id, home_bank, account, key, opened_at, expires_at });
            }
            TxKind::Deposit(cash) => self.of(cash.handle.shown().unwrap()).balance.0 += cash.amount.0,
            TxKind::Withdraw(cash) => self.of(cash.handle.shown().unwrap()).balance.0 -= cash.amount.0,
            TxKind::Freeze(freeze) => self.of(freeze.handle.shown().unwrap()).freeze = freeze.cause,
            TxKind::Unfreeze(account) => {
                self.of(account.handle.shown().unwrap()).freeze = FreezeState::Free;
            }
            TxKind::Transfer(Transfer { from, amount, fee, accepted: Some(accepted), .. }) => {
                let [from, to] = [from, &accepted.to].map(|session| self.account_of(session));
                self.of(&from).balance.0 -= amount.0 + fee.0;
                self.of(&to).balance.0 += amount.0;
                return Some((tx.id(), Fact::Completed { to: accepted.to }));
            }
            _ => {}
        }
        None
    }
}

fn empty(home_bank: BankId, handle: AccountHandle) -> Account {
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

impl LedgerView for Ledger {
    fn time(&self) -> TimestampMs {
        self.time
    }
    fn validity_ms_max(&self) -> u64 {
        86_400_000
    }
    fn account(&self, handle: &AccountHandle) -> Option<Account> {
        self.accounts.iter().find(|account| account.handle == *handle).cloned()
    }
    fn session(&self, id: &SessionId) -> Option<Session> {
        self.sessions.iter().find(|session| session.id == *id).cloned()
    }
    fn bank(&self, id: BankId) -> Option<Bank> {
        Some(Bank {
            id,
            code: "HDFC".parse().unwrap(),
            consensus_key: key(1).public_key(),
            network_key: NetworkKey([1; 32]),
            hpke_key: hpke_key_of(id),
            stake: Paise(1),
        })
    }
    fn escrow(&self) -> &Escrow {
        &self.escrow
    }
    fn fee(&self, amount: Paise) -> Result<Paise, Reason> {
        match amount.0 {
            0..100 => Err(Reason::AmountTooSmall),
            100..=1_000_000_000 => Ok(Paise(amount.0 / 200 + amount.0 / 100)),
            _ => Err(Reason::AmountTooLarge),
        }
    }
}
