//! A block being worked out on top of a state that stays as it is.

use crate::admission;
use crate::fees::FeeQuote;
use crate::kinds::{self, Plan, Record};
use crate::posting::Posting;
use crate::registries::{OpenProposal, Registries};
use crate::replay::{SettledId, must_remember};
use crate::state::State;
use crate::system::SystemAccounts;
use crate::table::TableDraft;
use idx_types::{
    Account, AccountHandle, Bank, BankId, Height, PreparedTx, Reason, Session, SessionId, TimestampMs, TxId,
};
use std::collections::HashSet;

/// Most reports of evidence whose signatures one block looks at; more of them fail and can be sent
/// again. Two strict signature checks each: about 7 ms a block.
pub(crate) const EVIDENCE_PER_BLOCK_MAX: usize = 64;

/// Of a block, what its execution depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub height: Height,
    /// The header's time, never before the tip's.
    pub now: TimestampMs,
    pub miner: BankId,
}

/// The accounts that share a transfer's fee, all of one currency.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct FeePlaces {
    /// Fee accounts of this height's banks, in their order.
    pub fees: Vec<u64>,
    /// The miner's; none if the miner is no bank of this height.
    pub reward: Option<u64>,
}

impl FeePlaces {
    /// `pick` names fee and reward account among a bank's.
    pub fn of(base: &State, miner: BankId, pick: impl Fn(&SystemAccounts) -> (u64, u64)) -> Self {
        let of_bank = |bank: &Bank| base.system.get(&bank.id).map(|system| pick(system).0);
        let rewards = base.bank(miner).ok().and_then(|_| base.system.get(&miner));
        Self {
            fees: base.validators.banks().iter().filter_map(of_bank).collect(),
            reward: rewards.map(|system| pick(system).1),
        }
    }
}

/// The state as it would be after the transactions run so far.
pub(crate) struct Draft<'a> {
    pub base: &'a State,
    pub place: Place,
    pub accounts: TableDraft<'a, Account>,
    pub sessions: TableDraft<'a, Session>,
    /// A copy once a registry changes.
    pub registries: Option<Registries>,
    pub settled: Vec<SettledId>,
    pub postings: Vec<Posting>,
    pub fees: FeeQuote,
    /// Where fees go that are paid in rupees.
    pub rupee_fees: FeePlaces,
    settled_ids: HashSet<TxId>,
    evidence_seen: usize,
}

impl<'a> Draft<'a> {
    /// A draft in which orders whose time is over before this block's have ended.
    pub fn of_block(base: &'a State, miner: BankId, time: TimestampMs) -> Self {
        let mut draft = Self::new(base, miner, time);
        draft.end_due_orders();
        draft
    }

    pub fn new(base: &'a State, miner: BankId, time: TimestampMs) -> Self {
        let place = Place { height: base.tip.height.next(), now: time.max(base.tip.timestamp), miner };
        Self {
            base,
            place,
            accounts: TableDraft::new(&base.accounts),
            sessions: TableDraft::new(&base.sessions),
            registries: None,
            settled: Vec::new(),
            postings: Vec::new(),
            fees: FeeQuote::default(),
            rupee_fees: FeePlaces::of(base, miner, |system| (system.fees, system.rewards)),
            settled_ids: HashSet::new(),
            evidence_seen: 0,
        }
    }

    /// Makes room for so many transactions: a transfer touches two accounts and pays every bank.
    pub fn reserve(&mut self, transactions: usize) {
        self.accounts.reserve(2 * transactions);
        self.settled.reserve(transactions);
        self.settled_ids.reserve(transactions);
        self.postings.reserve((3 + self.rupee_fees.fees.len()) * transactions);
    }

    /// Carries a transaction out, or says why not and changes nothing.
    pub fn run(&mut self, tx: &PreparedTx) -> Result<(), Reason> {
        admission::check(self, tx)?;
        self.count_evidence(tx)?;
        let plan = kinds::plan(self, tx)?;
        self.carry_out(plan)
    }

    /// Remembers that a transaction is done, whether it took effect or not.
    pub fn settle(&mut self, tx: &PreparedTx) {
        let body = &tx.tx.body;
        let remember = must_remember(body.created_at, body.valid_until, self.place.now);
        if remember && !self.is_settled(body.valid_until, &tx.id) {
            self.settled.push((body.valid_until, tx.id));
            self.settled_ids.insert(tx.id);
        }
    }

    pub fn is_settled(&self, valid_until: TimestampMs, id: &TxId) -> bool {
        self.settled_ids.contains(id) || self.base.replay.contains(valid_until, id)
    }

    pub fn registries(&self) -> &Registries {
        self.registries.as_ref().unwrap_or(&self.base.registries)
    }

    pub fn registries_mut(&mut self) -> &mut Registries {
        self.registries.get_or_insert_with(|| self.base.registries.clone())
    }

    /// The account of this handle, with its number.
    pub fn account(&self, handle: &AccountHandle) -> Option<(u64, &Account)> {
        let index = self.accounts.find(&handle.0)?;
        Some((index, self.accounts.get(index)?))
    }

    pub fn session(&self, id: &SessionId) -> Option<&Session> {
        self.sessions.get(self.sessions.find(&id.0)?)
    }

    /// The system accounts of a bank of this height.
    pub fn system(&self, bank: BankId) -> Result<SystemAccounts, Reason> {
        self.base.bank(bank)?;
        self.base.system.get(&bank).copied().ok_or(Reason::UnknownBank)
    }

    fn count_evidence(&mut self, tx: &PreparedTx) -> Result<(), Reason> {
        if matches!(tx.tx.body.kind, idx_types::TxKind::Evidence(_)) {
            self.evidence_seen += 1;
        }
        if self.evidence_seen > EVIDENCE_PER_BLOCK_MAX { Err(Reason::NodeBusy) } else { Ok(()) }
    }

    /// Posts first, which can fail and then changes nothing; the record cannot fail.
    fn carry_out(&mut self, plan: Plan) -> Result<(), Reason> {
        let fees = self.fees.plus(plan.fee).ok_or(Reason::Overflow)?;
        self.post(&plan.entries)?;
        self.fees = fees;
        self.record(plan.record);
        Ok(())
    }

    fn record(&mut self, record: Record) {
        match record {
            Record::Nothing => {}
            Record::Account(account) => {
                self.accounts.push(account);
            }
            Record::Session(session) => {
                self.sessions.push(session);
            }
            Record::Close(account) => {
                let height = self.place.height;
                self.change_account(account, |account| account.closed_at = Some(height));
            }
            Record::Freeze(account, freeze) => self.change_account(account, |a| a.freeze = freeze),
            Record::Proposal(proposal) => self.registries_mut().proposals.push(*proposal),
            Record::Ballot { proposal, bank, approve } => self.change_proposal(&proposal, |open| {
                open.ballots.insert(bank, approve);
            }),
            Record::Offence(offence) => {
                self.registries_mut().offences.insert(offence);
            }
            Record::Order { order, account } => self.open_order(*order, account),
            Record::OrderStep { order, step, hold } => self.take_step(&order, step, &hold),
            Record::ChainKey(rotation) => {
                let (height, banks) = (self.place.height, &self.base.validators);
                self.registries_mut().chain_keys.adopt(&rotation, height, banks);
            }
            Record::DayKeys(day_keys) => self.registries_mut().escrow.company.day_keys = day_keys,
            Record::Rates(currency, book) => {
                self.registries_mut().travel.books.insert(currency, book);
            }
            Record::Travel { account, source, nostro } => self.open_travel(*account, source, nostro),
            Record::CloseTravel { account, source, closing } => self.close_travel(account, source, closing),
        }
    }

    pub fn change_account(&mut self, index: u64, change: impl FnOnce(&mut Account)) {
        if let Some(account) = self.accounts.get_mut(index) {
            change(account);
        }
    }

    fn change_proposal(&mut self, id: &TxId, change: impl FnOnce(&mut OpenProposal)) {
        if let Some(open) = self.registries_mut().proposals.iter_mut().find(|open| open.id == *id) {
            change(open);
        }
    }
}

impl State {
    /// A bank of the next height.
    pub(crate) fn bank(&self, id: BankId) -> Result<&Bank, Reason> {
        self.validators.get(id).ok_or(Reason::UnknownBank)
    }
}
