//! How fast the ledger alone is on one core, signatures not counted: blocks of 2,000 transfers over
//! growing numbers of accounts.
//!
//! Times are those that this thread has had a processor, so that other work on the machine counts less.

use crate::report::{Floor, Report};
use crate::stream::Dice;
use idx_chain::testing::{START, handle, spec};
use idx_chain::{Sealed, State};
use idx_crypto::{BadSignature, Hash32, PublicKey, Signature, Verifier};
use idx_types::params::DAY_MS;
use idx_types::testing::{self, chain_id};
use idx_types::tx::{TX_VERSION, Transaction, TxSignature};
use idx_types::{
    BankId, Decision, Outcome, Paise, PreparedTx, PrivateHash, PublicHash, PublicHeader, SessionId,
    TimestampMs, TxBody, TxKind,
};
use rustix::time::{ClockId, clock_gettime};
use std::sync::Arc;
use std::time::Duration;

/// Transactions of a block.
const BLOCK: usize = 2_000;
/// Blocks measured for each number of accounts.
const BLOCKS: usize = 50;
/// Numbers of accounts measured when nobody asks for others.
pub const SIZES: [u64; 3] = [1_000, 100_000, 1_000_000];
/// The number of accounts for which the specification names a floor.
const JUDGED: u64 = 100_000;
/// Banks of the network.
const BANKS: u16 = 6;

/// Accepts everything: signatures are measured elsewhere.
struct AcceptAll;

impl Verifier for AcceptAll {
    fn verify(&self, _: &PublicKey, _: &Hash32, _: &Signature) -> Result<(), BadSignature> {
        Ok(())
    }
    fn is_sound(&self, _: &PublicKey) -> bool {
        true
    }
}

/// Time this thread has had a processor, to the nanosecond.
pub fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// Time spent in the parts of a block.
#[derive(Default)]
struct Phases {
    execute: Duration,
    root: Duration,
    commit: Duration,
}

impl Phases {
    fn total(&self) -> Duration {
        self.execute + self.root + self.commit
    }
}

/// Takes the figures for each number of accounts.
pub fn run(sizes: &[u64], report: &mut Report) {
    for accounts in sizes {
        eprintln!("ledger: {} transfers over {accounts} accounts", BLOCK * BLOCKS);
        let phases = measure(*accounts);
        let count = (BLOCK * BLOCKS) as f64;
        let name = |what: &str| format!("ledger.accounts_{accounts}.{what}");
        let rate = count / phases.total().as_secs_f64();
        match *accounts {
            JUDGED => report.judge(name("transfers_per_s"), rate, Floor::AtLeast(100_000.0)),
            _ => report.note(name("transfers_per_s"), rate),
        }
        for (what, part) in
            [("execute_us", phases.execute), ("root_us", phases.root), ("commit_us", phases.commit)]
        {
            report.note(name(what), part.as_secs_f64() * 1e6 / count);
        }
    }
}

fn measure(accounts: u64) -> Phases {
    let mut ledger = Ledger { state: rich_state(), nonce: 0 };
    for first in (0..accounts).step_by(BLOCK) {
        ledger.open(first..(first + BLOCK as u64).min(accounts));
    }
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut phases = Phases::default();
    for _ in 0..BLOCKS {
        let txs = ledger.transfers(&mut dice, accounts);
        ledger.settle(&txs, &mut phases);
    }
    phases
}

fn rich_state() -> State {
    let mut spec = spec(BANKS);
    spec.banks.iter_mut().for_each(|bank| bank.reserve = Paise(1 << 61));
    State::genesis_with(&spec, Arc::new(AcceptAll)).expect("the genesis is sound")
}

fn bank_of(number: u64) -> BankId {
    BankId((number % u64::from(BANKS)) as u16)
}

fn session_of(number: u64) -> SessionId {
    SessionId(handle(number).0)
}

fn signature(key: PublicKey) -> TxSignature {
    TxSignature { key, signature: Signature([0; 64]) }
}

struct Ledger {
    state: State,
    nonce: u64,
}

impl Ledger {
    fn tx(&mut self, kind: TxKind, signatures: Vec<TxSignature>) -> PreparedTx {
        self.nonce += 1;
        let created_at = self.state.tip().timestamp;
        let valid_until = created_at.plus(DAY_MS / 24);
        let (chain_id, nonce) = (chain_id(), self.nonce);
        let body = TxBody { version: TX_VERSION, chain_id, created_at, valid_until, nonce, kind };
        PreparedTx::vouch(Transaction { body, signatures })
    }

    /// Opens these accounts, funds them and opens a session for each.
    fn open(&mut self, numbers: std::ops::Range<u64>) {
        for step in 0..3 {
            let txs: Vec<PreparedTx> = numbers.clone().map(|number| self.opening(number, step)).collect();
            self.settle(&txs, &mut Phases::default());
        }
    }

    fn opening(&mut self, number: u64, step: usize) -> PreparedTx {
        let (bank, handle, session) = (bank_of(number), handle(number), session_of(number));
        let (key, expires_at) = (PublicKey(session.0), TimestampMs(START.0 + DAY_MS));
        let kind = match step {
            0 => testing::open_account(bank, handle),
            1 => TxKind::Deposit(testing::cash(bank, handle, Paise(10_000_000_000))),
            _ => testing::open_session(bank, session, handle, key, expires_at),
        };
        let by = self.state.validators().get(bank).expect("the genesis has this bank").consensus_key;
        self.tx(kind, vec![signature(by)])
    }

    fn transfers(&mut self, dice: &mut Dice, accounts: u64) -> Vec<PreparedTx> {
        (0..BLOCK)
            .map(|_| {
                let (from, to) = dice.pair(accounts);
                self.transfer(from as u64, to as u64)
            })
            .collect()
    }

    fn transfer(&mut self, from: u64, to: u64) -> PreparedTx {
        let amount = Paise(100 + (self.nonce % 100_000));
        let fee = self.state.fee_quote(amount).expect("within the limits").total;
        let (a, b) = (session_of(from), session_of(to));
        let (from_bank, to_bank) = (bank_of(from), bank_of(to));
        let kind = TxKind::Transfer(testing::transfer((a, from_bank), (b, to_bank), amount, fee));
        self.tx(kind, vec![signature(PublicKey(a.0)), signature(PublicKey(b.0))])
    }

    /// Executes and commits a block, adding to the times; every transaction must complete.
    fn settle(&mut self, txs: &[PreparedTx], phases: &mut Phases) {
        let (header, decisions) = (self.header(), vec![Decision::Pass; txs.len()]);
        let start = thread_time();
        let execution = self.state.execute(&header, txs, &decisions);
        let executed = thread_time();
        std::hint::black_box(execution.state_root(10));
        let rooted = thread_time();
        assert!(execution.outcomes().iter().all(|outcome| *outcome == Outcome::Completed));
        let mark = header.height.0.to_le_bytes();
        let public_hash = PublicHash(idx_crypto::sha256(&mark).0);
        let sealed = Sealed { public_hash, private_hash: PrivateHash::ZERO, mining_ms: 10 };
        let committing = thread_time();
        std::hint::black_box(self.state.commit(execution, sealed));
        phases.execute += executed - start;
        phases.root += rooted - executed;
        phases.commit += thread_time() - committing;
    }

    fn header(&self) -> PublicHeader {
        let tip = self.state.tip();
        let (height, timestamp) = (tip.height.next(), tip.timestamp.plus(1));
        PublicHeader { height, timestamp, ..testing::header() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_transfer_of_the_measurement_completes() {
        let mut ledger = Ledger { state: rich_state(), nonce: 0 };
        ledger.open(0..12);
        let mut phases = Phases::default();
        let txs = ledger.transfers(&mut Dice(7), 12);
        ledger.settle(&txs, &mut phases);
        assert!(phases.total() > Duration::ZERO);
    }
}
