//! How fast the ledger alone is on one core, signatures not counted: blocks of 2,000 transfers over
//! growing numbers of accounts. Prints a table and one JSON line.
//!
//! Times are those of this thread on a processor where the system tells them (Linux), so that other
//! work on the machine counts less; else by the clock.
//!
//! `cargo bench -p idx-chain [-- ACCOUNTS...]`; the floor of the specification is 100,000 transfers a second over
//! 100,000 accounts.

use idx_chain::testing::{START, handle, spec};
use idx_chain::{Sealed, State};
use idx_crypto::{BadSignature, Hash32, PublicKey, Signature, Verifier};
use idx_types::params::DAY_MS;
use idx_types::testing::chain_id;
use idx_types::tx::{Cash, OpenAccount, OpenSession, TX_VERSION, Transaction, Transfer, TxSignature};
use idx_types::{
    BankId, Currency, Decision, Outcome, Paise, PreparedTx, PrivateHash, PublicHash, PublicHeader, SessionId,
    TimestampMs, TxBody, TxKind,
};
use std::sync::Arc;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Transactions of a block.
const BLOCK: usize = 2_000;
/// Blocks measured for each number of accounts.
const BLOCKS: usize = 50;
/// Numbers of accounts measured.
const SIZES: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];
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

/// Time this thread has had a processor; by the clock where the system does not tell.
fn thread_time() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = stat.split(' ').next().and_then(|first| first.parse().ok());
    nanos.map_or_else(|| START.elapsed(), Duration::from_nanos)
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

struct Ledger {
    state: State,
    nonce: u64,
}

fn main() {
    println!(
        "{:>10} {:>14} {:>10} {:>10} {:>10}",
        "accounts", "transfers/s", "execute us", "root us", "commit us"
    );
    for accounts in sizes() {
        let phases = measure(accounts);
        let count = (BLOCK * BLOCKS) as f64;
        let rate = count / phases.total().as_secs_f64();
        let each = |part: Duration| part.as_secs_f64() * 1e6 / count;
        let (execute, root, commit) = (each(phases.execute), each(phases.root), each(phases.commit));
        println!("{accounts:>10} {rate:>14.0} {execute:>10.2} {root:>10.3} {commit:>10.2}");
        println!(
            "{{\"bench\":\"ledger\",\"accounts\":{accounts},\"block\":{BLOCK},\"transfers_per_s\":{rate:.0},\
             \"execute_us\":{execute:.3},\"root_us\":{root:.3},\"commit_us\":{commit:.3}}}"
        );
    }
}

/// The numbers of accounts named on the command line, else [`SIZES`].
fn sizes() -> Vec<u64> {
    let named: Vec<u64> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    if named.is_empty() { SIZES.to_vec() } else { named }
}

fn measure(accounts: u64) -> Phases {
    let mut ledger = Ledger { state: rich_state(), nonce: 0 };
    for first in (0..accounts).step_by(BLOCK) {
        ledger.open(first..(first + BLOCK as u64).min(accounts));
    }
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut pick = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % accounts
    };
    let mut phases = Phases::default();
    for _ in 0..BLOCKS {
        let txs = ledger.transfers(&mut pick);
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

impl Ledger {
    fn tx(&mut self, kind: TxKind, signers: Vec<TxSignature>) -> PreparedTx {
        self.nonce += 1;
        let created_at = self.state.tip().timestamp;
        let valid_until = created_at.plus(DAY_MS / 24);
        let body = TxBody {
            version: TX_VERSION,
            chain_id: chain_id(),
            created_at,
            valid_until,
            nonce: self.nonce,
            kind,
        };
        PreparedTx::vouch(Transaction { body, signatures: signers })
    }

    /// Opens these accounts, funds them and opens a session for each.
    fn open(&mut self, numbers: std::ops::Range<u64>) {
        let expires_at = TimestampMs(START.0 + DAY_MS);
        for step in 0..3 {
            let mut txs = Vec::new();
            for number in numbers.clone() {
                let (bank, handle, session) = (bank_of(number), handle(number), session_of(number));
                let key = PublicKey(session.0);
                let kind = match step {
                    0 => TxKind::OpenAccount(OpenAccount { bank, handle, currency: Currency::Inr }),
                    1 => TxKind::Deposit(Cash { bank, handle, amount: Paise(10_000_000_000) }),
                    _ => TxKind::OpenSession(OpenSession { bank, session, handle, key, expires_at }),
                };
                let by = self.state.validators().get(bank).expect("it is there").consensus_key;
                txs.push(self.tx(kind, vec![signature(by)]));
            }
            self.settle(&txs, &mut Phases::default());
        }
    }

    fn transfers(&mut self, pick: &mut impl FnMut() -> u64) -> Vec<PreparedTx> {
        let mut block = Vec::with_capacity(BLOCK);
        while block.len() < BLOCK {
            let (from, to) = (pick(), pick());
            if from != to {
                block.push(self.transfer(from, to));
            }
        }
        block
    }

    fn transfer(&mut self, from: u64, to: u64) -> PreparedTx {
        let amount = Paise(100 + (self.nonce % 100_000));
        let fee = self.state.fee_quote(amount).expect("within the limits").total;
        let (a, b) = (session_of(from), session_of(to));
        let (from_bank, to_bank) = (bank_of(from), bank_of(to));
        let kind = TxKind::Transfer(Transfer { from: a, from_bank, to: b, to_bank, amount, fee });
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
        let sealed = Sealed {
            public_hash: PublicHash(idx_crypto::sha256(&mark).0),
            private_hash: PrivateHash::ZERO,
            mining_ms: 10,
        };
        let committing = thread_time();
        std::hint::black_box(self.state.commit(execution, sealed));
        phases.execute += executed - start;
        phases.root += rooted - executed;
        phases.commit += thread_time() - committing;
    }

    fn header(&self) -> PublicHeader {
        let tip = self.state.tip();
        PublicHeader {
            height: tip.height.next(),
            timestamp: tip.timestamp.plus(1),
            ..idx_types::testing::header()
        }
    }
}
