//! A ledger of one bank that settles what it is given at once: enough of it for a desk.

use crate::NoStatement;
use idx_bank::Nickname;
use idx_bank::desk::{Fact, LedgerView};
use idx_bank::statement::{Flow, Head, Movement, Recorded, Statement};
use idx_bank::vault::BankAccount;
use idx_crypto::Signer;
use idx_types::testing::{escrow, hpke_key_of, key};
use idx_types::tx::{CloseTravel, Closing, OpenAccount, OpenSession, OpenTravel, Transfer};
use idx_types::{
    Account, AccountHandle, AccountKind, Bank, BankCode, BankId, Bps, Conversion, Currency, Escrow,
    FreezeState, Height, NetworkDay, NetworkKey, Paise, Rate, Reason, Session, SessionId, TimestampMs,
    Transaction, TravelTerms, TxId, TxKind,
};

pub struct Ledger {
    pub time: TimestampMs,
    pub accounts: Vec<Account>,
    pub sessions: Vec<Session>,
    /// What closed travel accounts.
    closings: Vec<(AccountHandle, TxId, Closing)>,
    /// What moved whose money, a height each.
    movements: Vec<(AccountHandle, Movement)>,
    escrow: Escrow,
    /// Rupees for a dollar, bought and sold alike.
    rate: Option<Rate>,
}

impl Ledger {
    pub fn new(time: TimestampMs) -> Self {
        let rate = Some(Rate(8_333_333_333));
        let (accounts, sessions, closings, movements) = (vec![], vec![], vec![], vec![]);
        Self { time, accounts, sessions, closings, movements, escrow: escrow(), rate }
    }

    fn of(&mut self, handle: &AccountHandle) -> &mut Account {
        self.accounts.iter_mut().find(|account| account.handle == *handle).unwrap()
    }

    fn account_of(&self, session: &SessionId) -> AccountHandle {
        self.session(session).unwrap().account
    }

    fn moves(&mut self, account: AccountHandle, id: TxId, flow: Flow, amount: Paise) {
        let (height, time) = (Height(self.movements.len() as u64 + 1), self.time);
        let movement = Movement { height, index: 0, time, id, flow, amount };
        let (is_credit, total) = (movement.flow.is_credit(), movement.total().unwrap().0);
        let balance = &mut self.of(&account).balance.0;
        *balance = if is_credit { *balance + total } else { *balance - total };
        self.movements.push((account, movement));
    }

    /// The statement of an account; the contact of each transfer that was sent is asked for by its id.
    pub fn statement(
        &self,
        account: &BankAccount,
        bank: BankCode,
        (from, to): (NetworkDay, NetworkDay),
        as_of: Option<Height>,
        named: impl Fn(&TxId) -> Option<Nickname>,
    ) -> Result<Statement, NoStatement> {
        // The node behind says that three heights are final: a statement is of one of them for its clients.
        let as_of = as_of.unwrap_or(Height(3));
        let (number, currency) = (account.number.clone(), Currency::Inr);
        let made_at = self.time;
        let head = Head { bank, account: number, currency, from, to, as_of, made_at };
        let own = self.movements.iter().filter(|(of, _)| *of == account.handle);
        let (mut opening, mut balance, mut recorded, mut lines) = (0, 0, vec![], vec![]);
        for (_, movement) in own {
            let total = movement.total().unwrap().0;
            balance = if movement.flow.is_credit() { balance + total } else { balance - total };
            if movement.time < from.start() {
                opening = balance;
            } else if movement.time < to.end() {
                let mut movement = movement.clone();
                if let Flow::Sent { contact, .. } = &mut movement.flow {
                    *contact = named(&movement.id);
                }
                recorded.push(Recorded { height: movement.height, balance: Paise(balance) });
                lines.push(movement);
            }
        }
        Ok(Statement::new(head, Paise(opening), &recorded, lines)?)
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
            TxKind::Deposit(cash) => {
                self.moves(*cash.handle.shown().unwrap(), tx.id(), Flow::Deposit, cash.amount);
            }
            TxKind::Withdraw(cash) => {
                self.moves(*cash.handle.shown().unwrap(), tx.id(), Flow::Withdrawal, cash.amount);
            }
            TxKind::Freeze(freeze) => self.of(freeze.handle.shown().unwrap()).freeze = freeze.cause,
            TxKind::Unfreeze(account) => {
                self.of(account.handle.shown().unwrap()).freeze = FreezeState::Free;
            }
            TxKind::Transfer(Transfer { from, amount, fee, accepted: Some(accepted), .. }) => {
                let [payer, payee] = [from, &accepted.to].map(|session| self.account_of(session));
                let sent = Flow::Sent { to: accepted.to, contact: None, memo: None, fee: *fee };
                self.moves(payer, tx.id(), sent, *amount);
                self.moves(payee, tx.id(), Flow::Received { from: *from }, *amount);
                return Some((tx.id(), Fact::Completed { to: accepted.to }));
            }
            TxKind::OpenTravel(ask) => self.depart(ask),
            TxKind::CloseTravel(CloseTravel { closing, .. }) => {
                let handle = match closing {
                    Closing::Session(session) => self.account_of(session),
                    Closing::Expired(handle) => *handle.shown().unwrap(),
                };
                self.closings.push((handle, tx.id(), closing.clone()));
                self.come_home(&handle);
            }
            _ => {}
        }
        None
    }

    fn depart(&mut self, ask: &OpenTravel) {
        let opening = self.changed(&ask.foreign_bank, ask.amount).unwrap();
        let (source, foreign_bank) = (self.account_of(&ask.session), ask.foreign_bank.clone());
        self.of(&source).balance.0 -= ask.amount.0;
        let terms = TravelTerms { source, foreign_bank, expires_on: ask.expires_on, opening, closing: None };
        self.accounts.push(Account {
            kind: AccountKind::Travel,
            currency: Currency::Usd,
            balance: opening.foreign,
            terms: Some(Box::new(terms)),
            ..empty(ask.bank, *ask.handle.shown().unwrap())
        });
    }

    fn come_home(&mut self, handle: &AccountHandle) {
        let closing = self.changed_back(Currency::Usd, self.account(handle).unwrap().balance).unwrap();
        let account = self.of(handle);
        (account.balance, account.closed_at) = (Paise::ZERO, Some(Height(2)));
        let terms = account.terms.as_mut().unwrap();
        terms.closing = Some(closing);
        let source = terms.source;
        self.of(&source).balance.0 += closing.rupees.0;
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
    fn bank_of_code(&self, code: &BankCode) -> Option<Bank> {
        let known = ["HDFC", "ICICI", "SBI"].iter().position(|known| *known == code.as_str())?;
        self.bank(BankId(known as u16))
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
    fn closing(&self, handle: &AccountHandle, _: Height) -> Option<(TxId, Closing)> {
        let (_, id, closing) = self.closings.iter().find(|(closed, ..)| closed == handle)?;
        Some((*id, closing.clone()))
    }
    fn fee(&self, amount: Paise) -> Result<Paise, Reason> {
        match amount.0 {
            0..100 => Err(Reason::AmountTooSmall),
            100..=1_000_000_000 => Ok(Paise(amount.0 / 200 + amount.0 / 100)),
            _ => Err(Reason::AmountTooLarge),
        }
    }
}
