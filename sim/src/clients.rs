//! Customers of the simulated banks: they open accounts, fund them and pay each other for ever, at home and
//! abroad.

mod probes;
mod travel;

pub(crate) use travel::{foreign, publisher};

use crate::scheme::Scheme;
use idx_chain::State;
use idx_crypto::{Hasher, Signer};
use idx_types::testing;
use idx_types::tx::{TX_VERSION, Transfer};
use idx_types::{
    AccountHandle, BankId, ChainId, Paise, SessionId, TimestampMs, Transaction, TxBody, TxId, TxKind,
};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

/// How long a client's transaction may wait, milliseconds.
const VALID_MS: u64 = 60 * 60 * 1_000;

/// How long a session is open, milliseconds: below the longest allowed by more than any clock is wrong.
const SESSION_MS: u64 = 12 * VALID_MS;

/// Who has less is given money, paise.
const SOLVENT: Paise = Paise(10_000);

/// Of so many transactions one is handed in twice, one spends what another spends, and one
/// is an old one.
const NAUGHTY_EVERY: u32 = 20;

/// Transactions kept to be handed in again.
const SENT_MAX: usize = 64;

/// One customer with one account.
struct Customer {
    bank: usize,
    handle: AccountHandle,
    session: SessionId,
    key: Arc<dyn Signer>,
}

/// All customers and what they wait for.
pub struct Clients {
    chain_id: ChainId,
    banks: Vec<(BankId, Arc<dyn Signer>)>,
    customers: Vec<Customer>,
    /// Publishes rates.
    publisher: Arc<dyn Signer>,
    waiting: Vec<(Transaction, usize)>,
    /// Some of what was handed in, to be handed in again when it has long settled.
    sent: Vec<Transaction>,
    nonce: u64,
}

impl Clients {
    /// `per_bank` customers at every bank.
    pub fn new(
        chain_id: ChainId,
        banks: Vec<(BankId, Arc<dyn Signer>)>,
        per_bank: usize,
        scheme: Scheme,
    ) -> Self {
        let customer = |n: usize| {
            let name = Hasher::new("idx-sim/customer/1").part(&(n as u64).to_le_bytes()).finish();
            Customer {
                bank: n % banks.len(),
                handle: AccountHandle(name.0),
                session: SessionId(Hasher::new("idx-sim/session/1").part(&name.0).finish().0),
                key: scheme.signer(1_000 + n as u64),
            }
        };
        let customers = (0..per_bank * banks.len()).map(customer).collect();
        let (waiting, sent, publisher) = (Vec::new(), Vec::new(), publisher(scheme));
        Self { chain_id, banks, customers, publisher, waiting, sent, nonce: 0 }
    }

    /// The network they pay on.
    pub(crate) const fn chain_id(&self) -> ChainId {
        self.chain_id
    }

    /// A customer's account at a bank, by the bank's place.
    pub(crate) fn account_at(&self, bank: usize) -> (BankId, AccountHandle) {
        let customer = self.customers.iter().find(|customer| customer.bank == bank);
        (self.banks[bank].0, customer.unwrap_or(&self.customers[0]).handle)
    }

    /// The next transactions that make sense in this state, and the banks to hand them to: mostly one
    /// at its home; now and then the same at two banks, two that the account can only pay one of,
    /// or one that was handed in long ago.
    pub fn next(
        &mut self,
        rng: &mut ChaCha8Rng,
        state: &State,
        now: TimestampMs,
    ) -> Vec<(Transaction, usize)> {
        let Some((tx, home)) = self.one(rng, state, now) else { return Vec::new() };
        let elsewhere = rng.random_range(0..self.banks.len());
        let old = self.sent.get(rng.random_range(0..SENT_MAX)).cloned();
        if self.sent.len() < SENT_MAX {
            self.sent.push(tx.clone());
        } else {
            self.sent[rng.random_range(0..SENT_MAX)] = tx.clone();
        }
        match rng.random_range(0..NAUGHTY_EVERY) {
            2 => [(tx, home)].into_iter().chain(old.map(|old| (old, elsewhere))).collect(),
            0 => vec![(tx.clone(), home), (tx, elsewhere)],
            1 => match self.spent_again(&tx, state, now) {
                Some((first, second)) => vec![(first, home), (second, elsewhere)],
                None => vec![(tx, home)],
            },
            _ => vec![(tx, home)],
        }
    }

    /// Two transfers of all that an account holds.
    fn spent_again(
        &mut self,
        tx: &Transaction,
        state: &State,
        now: TimestampMs,
    ) -> Option<(Transaction, Transaction)> {
        let TxKind::Transfer(transfer) = tx.body.kind.clone() else { return None };
        let account = state.account(&state.session(&transfer.from)?.account)?;
        let amount = Paise(account.balance.0 / 100 * 90);
        let fee = state.fee_quote(amount).ok()?.total;
        let all = TxKind::Transfer(Transfer { amount, fee, ..transfer });
        let key = |session| self.customers.iter().find(|c| c.session == session).map(|c| c.key.clone());
        let (a, b) = (key(transfer.from)?, key(transfer.accepted?.to)?);
        let mut signed = || self.body(now, all.clone()).sign(&[&*a, &*b]);
        Some((signed(), signed()))
    }

    fn one(&mut self, rng: &mut ChaCha8Rng, state: &State, now: TimestampMs) -> Option<(Transaction, usize)> {
        let at = rng.random_range(0..self.customers.len());
        let home = self.customers[at].bank;
        let ready = self.preparation(at, state, now).or_else(|| self.abroad(rng, state, now, at));
        ready.or_else(|| self.transfer(rng, state, now, at)).map(|tx| (tx, home))
    }

    /// What the bank must do before a customer can pay: open an account, a session, pay money in.
    fn preparation(&mut self, at: usize, state: &State, now: TimestampMs) -> Option<Transaction> {
        let customer = &self.customers[at];
        let (bank, signer) = self.banks[customer.bank].clone();
        let kind = match (state.account(&customer.handle), state.session(&customer.session)) {
            (None, _) => testing::open_account(bank, customer.handle),
            (Some(_), None) => testing::open_session(
                bank,
                customer.session,
                customer.handle,
                customer.key.public_key(),
                now.plus(SESSION_MS),
            ),
            (Some(account), Some(_)) if account.balance < SOLVENT => {
                TxKind::Deposit(testing::cash(bank, customer.handle, Paise(1_000_000)))
            }
            _ => return None,
        };
        Some(self.body(now, kind).sign(&[&*signer]))
    }

    fn transfer(
        &mut self,
        rng: &mut ChaCha8Rng,
        state: &State,
        now: TimestampMs,
        from: usize,
    ) -> Option<Transaction> {
        let to = rng.random_range(0..self.customers.len());
        let (sender, receiver) = (&self.customers[from], &self.customers[to]);
        state.session(&receiver.session).filter(|_| to != from)?;
        let amount = Paise(rng.random_range(100..=12_000));
        let fee = state.fee_quote(amount).ok()?.total;
        let kind = TxKind::Transfer(testing::transfer(
            (sender.session, self.banks[sender.bank].0),
            (receiver.session, self.banks[receiver.bank].0),
            amount,
            fee,
        ));
        let (a, b) = (sender.key.clone(), receiver.key.clone());
        Some(self.body(now, kind).sign(&[&*a, &*b]))
    }

    pub(crate) fn body(&mut self, now: TimestampMs, kind: TxKind) -> TxBody {
        self.nonce += 1;
        TxBody {
            version: TX_VERSION,
            chain_id: self.chain_id,
            created_at: now,
            valid_until: now.plus(VALID_MS),
            nonce: self.nonce,
            kind,
        }
    }

    /// This transaction is handed in at a bank, and again until it settles or the door
    /// refuses it for good.
    pub fn hand_in(&mut self, tx: Transaction, bank: usize) {
        self.waiting.push((tx, bank));
    }

    /// What was asked in a transaction that waits, by its number.
    pub(crate) fn body_of(&self, token: u64) -> Option<&TxBody> {
        self.waiting.iter().map(|(tx, _)| &tx.body).find(|body| body.nonce == token)
    }

    /// The bank's door refused a transaction, rightly and for good.
    pub(crate) fn give_up(&mut self, token: u64) {
        self.waiting.retain(|(tx, _)| tx.body.nonce != token);
    }

    /// What waits, as far as is known.
    pub(crate) fn waiting(&self) -> &[(Transaction, usize)] {
        &self.waiting
    }

    /// Forgets what has settled; answers what still waits.
    pub fn unsettled(&mut self, is_settled: impl Fn(&TxId) -> bool) -> &[(Transaction, usize)] {
        self.waiting.retain(|(tx, _)| !is_settled(&tx.id()));
        &self.waiting
    }
}
