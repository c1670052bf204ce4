//! The movements as transactions on the real ledger, block by block.

use crate::file::{Movement, Name, ROUNDING};
use idx_chain::testing::{START, session_key, spec};
use idx_chain::{Sealed, State};
use idx_crypto::{Hasher, PublicKey, Signature, Signer};
use idx_types::params::DAY_MS;
use idx_types::testing::{self, chain_id};
use idx_types::tx::{TX_VERSION, Transaction, TxSignature};
use idx_types::{
    AccountHandle, BankId, Bps, Decision, Outcome, Paise, Params, PreparedTx, PrivateHash, PublicHash,
    PublicHeader, SessionId, TimestampMs, TxBody, TxKind,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a replay has seen.
#[derive(Debug, Default)]
pub struct Summary {
    pub accounts: usize,
    pub blocks: u64,
    pub transfers: usize,
    /// Accounts that were given a credit line.
    pub lines: usize,
    /// Rows whose recorded balance is the one before plus the movement.
    pub exact: usize,
    /// Rows off by at most [`ROUNDING`].
    pub rounded: usize,
    /// Rows of an account's last day whose balance holds a credit which the file lacks.
    pub gaps: usize,
    /// Greatest sum of roundings in one account, paise.
    pub rounded_max: i64,
}

/// A day of the file takes three hours of the network, so that six years pass within the days for which
/// the test's escrow has keys.
const HISTORY_DAY_MS: u64 = DAY_MS / 8;

/// The first day of the file, 1993-01-01, as days since 1970.
const HISTORY_STARTS: u64 = 8_401;

/// What is known of one account of the file.
#[derive(Default)]
struct Known {
    last_day: u64,
    /// Paid in at first, for the time when it will be overdrawn.
    line: i64,
    /// Recorded balance less the ledger's, after the last row.
    off: i64,
    /// Sum of the roundings so far.
    rounded: i64,
}

/// A ledger that follows the file.
pub struct Replay {
    state: State,
    known: BTreeMap<Name, Known>,
    opened: BTreeSet<Name>,
    /// Sessions opened on the current day.
    sessions: BTreeSet<Name>,
    now: TimestampMs,
    nonce: u64,
    block: Vec<PreparedTx>,
    summary: Summary,
}

impl Replay {
    /// A network without fees, which is what the recording bank was.
    pub fn new(movements: &[Movement]) -> Self {
        let free =
            Params { miner_fee: Bps(0), banks_fee: Bps(0), min_transfer: Paise(1), ..Params::default() };
        Self::under(free, movements)
    }

    /// An ordinary network, to see that the comparison notices.
    pub fn with_fees(movements: &[Movement]) -> Self {
        Self::under(Params { min_transfer: Paise(1), ..Params::default() }, movements)
    }

    fn under(params: Params, movements: &[Movement]) -> Self {
        let mut spec = spec(6);
        spec.params = params;
        spec.banks.iter_mut().for_each(|bank| bank.reserve = Paise(1 << 60));
        let known = known(movements);
        let lines = known.values().filter(|account| account.line > 0).count();
        Self {
            state: State::genesis(&spec).expect("the genesis is sound"),
            summary: Summary { accounts: known.len(), lines, ..Summary::default() },
            known,
            opened: BTreeSet::new(),
            sessions: BTreeSet::new(),
            now: spec.time,
            nonce: 0,
            block: Vec::new(),
        }
    }

    /// One day: first movements of all accounts in one block, then second ones, and so on.
    pub fn day(&mut self, day: u64, accounts: &[Vec<Movement>]) -> Result<(), String> {
        self.sessions.clear();
        let most = accounts.iter().map(Vec::len).max().unwrap_or(0);
        for turn in 0..most {
            self.now = START.plus((day - HISTORY_STARTS) * HISTORY_DAY_MS + turn as u64 * 1_000);
            let rows: Vec<&Movement> = accounts.iter().filter_map(|rows| rows.get(turn)).collect();
            rows.iter().for_each(|row| self.add(row));
            self.commit(&format!("day {day}"))?;
            rows.iter().try_for_each(|row| self.compare(row))?;
        }
        Ok(())
    }

    /// The last words: all money is still there.
    pub fn finish(mut self) -> Result<Summary, String> {
        let issued: Vec<_> = self.state.issued().clone().into_iter().collect();
        self.summary.blocks = self.state.tip().height.0;
        let counted = self.state.recount();
        if counted == issued { Ok(self.summary) } else { Err(format!("{issued:?} became {counted:?}")) }
    }

    /// The ledger's balance after a row, less the credit line, must be the recorded one but for what it
    /// was off by after the row before, and at most one more rounding.
    fn compare(&mut self, row: &Movement) -> Result<(), String> {
        let held = self.state.account(&handle(&row.account)).map_or(Paise::ZERO, |account| account.balance);
        let known = self.known.get_mut(&row.account).expect("every account of the file is known");
        let ledger = i64::try_from(held.0).expect("a balance of the file is small") - known.line;
        let off = row.balance_after - ledger;
        let step = off - std::mem::replace(&mut known.off, off);
        match step {
            0 => self.summary.exact += 1,
            small if small.abs() <= ROUNDING => self.summary.rounded += 1,
            gap if gap > 0 && known.last_day == row.day => self.summary.gaps += 1,
            _ => return Err(format!("{row:?}: the ledger holds {ledger} paise, {step} less than it should")),
        }
        if step.abs() <= ROUNDING {
            known.rounded += step;
            self.summary.rounded_max = self.summary.rounded_max.max(known.rounded.abs());
        }
        Ok(())
    }

    fn add(&mut self, row: &Movement) {
        self.open(&row.account);
        let Some(partner) = &row.partner else {
            self.cash(&row.account, row.amount, row.credit);
            return;
        };
        self.open(partner);
        self.open_session(&row.account);
        self.open_session(partner);
        let (from, to) = if row.credit { (partner, &row.account) } else { (&row.account, partner) };
        let fee = self.state.fee_quote(row.amount).map_or(Paise::ZERO, |quote| quote.total);
        if row.credit {
            self.cash(partner, Paise(row.amount.0 + fee.0), true);
        }
        self.transfer(from, to, row.amount, fee);
        self.summary.transfers += 1;
    }

    fn open(&mut self, name: &Name) {
        if self.opened.insert(name.clone()) {
            self.push(testing::open_account(bank(name), handle(name)), &[self.bank_key(name)]);
            let line = self.known.get(name).map_or(0, |known| known.line);
            if let Ok(line @ 1..) = u64::try_from(line) {
                self.cash(name, Paise(line), true);
            }
        }
    }

    fn open_session(&mut self, name: &Name) {
        if self.sessions.insert(name.clone()) {
            let (key, ends) = (session_key().public_key(), self.now.plus(DAY_MS));
            let open = testing::open_session(bank(name), self.session(name), handle(name), key, ends);
            self.push(open, &[self.bank_key(name)]);
        }
    }

    fn cash(&mut self, name: &Name, amount: Paise, paid_in: bool) {
        let cash = testing::cash(bank(name), handle(name), amount);
        let kind = if paid_in { TxKind::Deposit(cash) } else { TxKind::Withdraw(cash) };
        self.push(kind, &[self.bank_key(name)]);
    }

    fn transfer(&mut self, from: &Name, to: &Name, amount: Paise, fee: Paise) {
        let kind = TxKind::Transfer(testing::transfer(
            (self.session(from), bank(from)),
            (self.session(to), bank(to)),
            amount,
            fee,
        ));
        let key = session_key().public_key();
        self.push(kind, &[key, key]);
    }

    fn push(&mut self, kind: TxKind, by: &[PublicKey]) {
        self.nonce += 1;
        let (created_at, valid_until) = (self.now, self.now.plus(60_000));
        let body = TxBody {
            version: TX_VERSION,
            chain_id: chain_id(),
            created_at,
            valid_until,
            nonce: self.nonce,
            kind,
        };
        let signed = |key: &PublicKey| TxSignature { key: *key, signature: Signature([0; 64]) };
        let signatures = by.iter().map(signed).collect();
        self.block.push(PreparedTx::vouch(Transaction { body, signatures }));
    }

    fn commit(&mut self, place: &str) -> Result<(), String> {
        let txs = std::mem::take(&mut self.block);
        let height = self.state.tip().height.next();
        let header = PublicHeader { height, timestamp: self.now, ..testing::header() };
        let execution = self.state.execute(&header, &txs, &vec![Decision::Pass; txs.len()]);
        for (tx, outcome) in txs.iter().zip(execution.outcomes()) {
            if *outcome != Outcome::Completed {
                return Err(format!("{place}: {outcome:?} of {:?}", tx.tx.body.kind));
            }
        }
        let public_hash = PublicHash(idx_crypto::sha256(&height.0.to_le_bytes()).0);
        self.state.commit(execution, Sealed { public_hash, private_hash: PrivateHash::ZERO, mining_ms: 1 });
        Ok(())
    }

    fn session(&self, name: &Name) -> SessionId {
        let day = (self.now.since(START) / HISTORY_DAY_MS).to_le_bytes();
        SessionId(Hasher::new("test/session").part(&handle(name).0).part(&day).finish().0)
    }

    fn bank_key(&self, name: &Name) -> PublicKey {
        self.state.validators().get(bank(name)).expect("it is one of the six").consensus_key
    }
}

/// Last day and deepest overdraft of each account. The line covers what the movements alone come to,
/// since that is what the ledger follows.
fn known(movements: &[Movement]) -> BTreeMap<Name, Known> {
    let mut known: BTreeMap<Name, (i64, Known)> = BTreeMap::new();
    for row in crate::file::ordered_days(movements).into_values().flatten().flatten() {
        let (sum, account) = known.entry(row.account.clone()).or_default();
        *sum += row.change();
        account.last_day = row.day;
        account.line = account.line.max(-*sum);
    }
    known.into_iter().map(|(name, (_, account))| (name, account)).collect()
}

fn handle((bank, account): &Name) -> AccountHandle {
    AccountHandle(Hasher::new("test/name").part(bank.as_bytes()).part(account.as_bytes()).finish().0)
}

fn bank((code, _): &Name) -> BankId {
    let place = ["HDFC", "ICICI", "SBI", "AXIS", "KOTAK", "YES"].iter().position(|known| known == code);
    BankId(place.expect("the file names the six banks") as u16)
}
