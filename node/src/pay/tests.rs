//! Whole runs against a small ledger in memory: accounts, balances, sessions, blocks; no rules of
//! consensus.

use super::network::{Answer, BankFacts, Door, Facts, FinalBlock, Network, Unreachable};
use super::row::{HEADER, Payments, read};
use super::wallet::Wallet;
use super::{Cast, Pace, PayError, Summary, WINDOW, made, now, pay};
use idx_crypto::Signer;
use idx_types::testing::{chain_id, escrow, hpke_secret, key};
use idx_types::{
    AccountHandle, AccountReading, BankCode, BankId, Escrow, Height, NetworkDay, Outcome, Paise, Params,
    Reason, SessionId, Transaction, TxHash, TxKind,
};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;
use zeroize::Zeroizing;

const RESERVE: u128 = 1 << 60;

/// A ledger whose every submission becomes a block, but for the first, which it is too busy to take.
#[derive(Default)]
struct Toy {
    state: RefCell<State>,
    /// A door behind which nobody answers.
    dead: Option<Door>,
    /// Whether the company has announced no keys.
    keyless: bool,
}

#[derive(Default)]
struct State {
    balances: BTreeMap<AccountHandle, Paise>,
    sessions: BTreeMap<SessionId, AccountHandle>,
    deposited: u128,
    fees: u128,
    blocks: Vec<Vec<(TxHash, Outcome)>>,
    was_busy: bool,
}

impl State {
    fn apply(&mut self, tx: &Transaction) -> Outcome {
        match self.change(&tx.body.kind) {
            Ok(()) => Outcome::Completed,
            Err(reason) => Outcome::Failed(reason),
        }
    }

    fn change(&mut self, kind: &TxKind) -> Result<(), Reason> {
        match kind {
            TxKind::OpenAccount(open) if self.balances.contains_key(open.handle.shown()?) => {
                return Err(Reason::AccountExists);
            }
            TxKind::OpenAccount(open) => drop(self.balances.insert(*open.handle.shown()?, Paise::ZERO)),
            TxKind::OpenSession(open) if self.sessions.contains_key(&open.session) => {
                return Err(Reason::SessionExists);
            }
            TxKind::OpenSession(open) => drop(self.sessions.insert(open.session, *open.handle.shown()?)),
            TxKind::Deposit(cash) => {
                self.deposited += u128::from(cash.amount.0);
                self.balances.get_mut(cash.handle.shown()?).ok_or(Reason::UnknownAccount)?.0 += cash.amount.0;
            }
            TxKind::Transfer(transfer) => {
                let from = *self.sessions.get(&transfer.from).ok_or(Reason::UnknownSession)?;
                let to = transfer.accepted.ok_or(Reason::NotAccepted)?.to;
                let to = *self.sessions.get(&to).ok_or(Reason::UnknownSession)?;
                let debit = transfer.amount.0 + transfer.fee.0;
                let payer = self.balances.get_mut(&from).ok_or(Reason::UnknownAccount)?;
                *payer = payer.checked_sub(Paise(debit)).ok_or(Reason::InsufficientFunds)?;
                self.fees += u128::from(transfer.fee.0);
                self.balances.get_mut(&to).ok_or(Reason::UnknownAccount)?.0 += transfer.amount.0;
            }
            _ => return Err(Reason::Malformed),
        }
        Ok(())
    }
}

/// The test escrow's days moved to where the clock is.
fn escrow_of_today() -> Escrow {
    let (mut escrow, today) = (escrow(), NetworkDay::of(now()));
    let key = hpke_secret(250).public();
    escrow.company.day_keys = [(today, key), (today.next(), key)].into();
    escrow
}

fn codes() -> Vec<BankCode> {
    ["HDFC", "ICICI", "SBI"].map(|code| code.parse().unwrap()).to_vec()
}

impl Network for Toy {
    async fn facts(&self) -> Result<Facts, Unreachable> {
        let bank = |(code, id)| {
            let hpke_key = hpke_secret(id as u8 + 1).public();
            BankFacts { id: BankId(id), code, hpke_key }
        };
        let banks = codes().into_iter().zip(0..).map(bank).collect();
        let mut escrow = escrow_of_today();
        if self.keyless {
            escrow.company.day_keys.clear();
        }
        Ok(Facts { chain_id: chain_id(), params: Params::default(), banks, escrow })
    }

    async fn balances(&self, readings: &[AccountReading]) -> Result<Vec<Option<Paise>>, Unreachable> {
        let state = self.state.borrow();
        let balance = |reading: &AccountReading| {
            let open = state.sessions.get(&reading.session) == Some(&reading.account);
            state.balances.get(&reading.account).filter(|_| open).copied()
        };
        Ok(readings.iter().map(balance).collect())
    }

    async fn submit(&self, door: Door, transactions: Vec<Vec<u8>>) -> Result<Vec<Answer>, Unreachable> {
        if self.dead == Some(door) {
            return Err(Unreachable("nobody there".to_owned()));
        }
        let mut state = self.state.borrow_mut();
        if !state.was_busy {
            state.was_busy = true;
            return Ok(vec![Answer::Refused("NODE_BUSY".to_owned()); transactions.len()]);
        }
        let read = |bytes: &Vec<u8>| borsh::from_slice::<Transaction>(bytes).unwrap();
        let transactions: Vec<Transaction> = transactions.iter().map(read).collect();
        let block = transactions.iter().map(|tx| (tx.hash(), state.apply(tx))).collect();
        state.blocks.push(block);
        Ok(vec![Answer::Taken; transactions.len()])
    }

    async fn height(&self) -> Result<Height, Unreachable> {
        Ok(Height(self.state.borrow().blocks.len() as u64))
    }

    async fn all_reach(&self, _: Height) {}

    async fn block(&self, height: Height) -> Result<FinalBlock, Unreachable> {
        loop {
            if let Some(block) = self.state.borrow().blocks.get(height.0 as usize - 1) {
                return Ok(FinalBlock { height, outcomes: block.clone() });
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    async fn total(&self) -> Result<u128, Unreachable> {
        let state = self.state.borrow();
        let customers: u128 = state.balances.values().map(|balance| u128::from(balance.0)).sum();
        Ok(RESERVE - state.deposited + state.fees + customers)
    }
}

fn run(toy: &Toy, payments: Payments) -> Summary {
    try_run(toy, payments).unwrap()
}

fn try_run(toy: &Toy, payments: Payments) -> Result<Summary, PayError> {
    let bank = key(1);
    let banks: [&dyn Signer; 3] = [&bank, &bank, &bank];
    let wallet = Wallet::new(Zeroizing::new([3; 32]));
    let cast = Cast { banks: &banks, wallet: &wallet, entropy: &[4; 32] };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(pay(toy, cast, payments, Pace { rate: None, window: WINDOW }))
}

fn made_payments(count: usize) -> Payments {
    read(made::file(5, count, &codes()).as_bytes(), &codes(), usize::MAX).unwrap()
}

#[test]
fn a_made_stream_settles_and_no_paisa_is_lost() {
    let summary = run(&Toy::default(), made_payments(300));
    assert_eq!((summary.settled, summary.payments), (300, 300), "{}", summary.to_text());
    assert!(summary.is_good(), "{}", summary.to_text());
    assert!(summary.accounts_opened > 50 && summary.deposits > 50);
    assert_eq!(summary.accounts_opened, summary.sessions_opened);
}

#[test]
fn a_second_run_reuses_accounts_and_sessions_and_pays_again() {
    let toy = Toy::default();
    let first = run(&toy, made_payments(100));
    let second = run(&toy, made_payments(100));
    assert_eq!((second.settled, second.accounts_opened, second.sessions_opened), (100, 0, 0));
    assert!(second.deposits < first.deposits, "what was received is spent first");
    assert!(second.is_good(), "{}", second.to_text());
}

#[test]
fn a_dead_node_delays_and_loses_nothing() {
    let toy = Toy { dead: Some(1), ..Toy::default() };
    let summary = run(&toy, made_payments(100));
    assert!(summary.is_good() && summary.settled == 100, "{}", summary.to_text());
}

#[test]
fn without_a_key_of_the_company_nothing_is_sent() {
    let toy = Toy { keyless: true, ..Toy::default() };
    let error = try_run(&toy, made_payments(10)).unwrap_err();
    assert!(error.to_string().starts_with("the company has announced no escrow key for 20"), "{error}");
    assert!(toy.state.borrow().blocks.is_empty());
}

#[test]
fn bad_lines_and_amounts_out_of_range_do_not_disturb_the_rest() {
    let text = format!(
        "{HEADER}\n1,2025-01-01,A,HDFC,B,SBI,10.00,\nbad\n2,2025-01-01,A,HDFC,B,SBI,0.99,\n\
         3,2025-01-01,B,SBI,A,HDFC,9999999999999.00,\n4,2025-01-01,B,SBI,C,SBI,1.00,\n"
    );
    let summary = run(&Toy::default(), read(text.as_bytes(), &codes(), usize::MAX).unwrap());
    assert_eq!((summary.settled, summary.failed.len()), (2, 0));
    assert_eq!(summary.refused.iter().map(|refused| refused.line).collect::<Vec<_>>(), [3, 4, 5]);
    assert!(summary.money_kept());
}
