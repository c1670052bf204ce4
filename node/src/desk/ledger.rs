//! What the desk sees of the chain: rows of the block store, and the rules as of the last final height.

use idx_bank::desk::LedgerView;
use idx_bank::pseudonym::{TagKey, TagKeys};
use idx_chain::{FeeQuote, Order, OrderStatus, Travel};
use idx_replica::Replica;
use idx_storage::{Store, StoreError};
use idx_types::tx::{CloseTravel, Closing, CourtOrder, OrderTarget};
use idx_types::{
    Account, AccountHandle, Bank, BankCode, BankId, Conversion, Currency, Escrow, Height, OrderId, Outcome,
    Paise, Params, Reason, Session, SessionId, TimestampMs, Transaction, TxId, TxKind, ValidatorSet,
};
use std::sync::Arc;

/// The rules and registries in force for the next height; the mind shows them anew with every height.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The time of the last final block.
    pub time: TimestampMs,
    /// The parameters.
    pub params: Params,
    /// The banks.
    pub banks: Arc<ValidatorSet>,
    /// To whom identities are sealed.
    pub escrow: Escrow,
    /// Foreign banks, and what foreign money costs.
    pub travel: Travel,
    /// The banks' keys of tags with the epoch of the newest; none if this bank was given none.
    pub tag_keys: Option<(u32, TagKeys)>,
    /// Active orders about persons that wait for this bank's answer.
    pub person_orders: Vec<PersonOrder>,
}

/// An order about a person.
#[derive(Debug, Clone)]
pub struct PersonOrder {
    /// Its id.
    pub id: OrderId,
    /// What the judge signed.
    pub asked: CourtOrder,
}

impl Rules {
    /// Those of a mind.
    pub fn of(replica: &Replica) -> Self {
        let state = replica.state();
        Self {
            time: state.tip().timestamp,
            params: state.params().clone(),
            banks: state.validators().clone(),
            escrow: state.escrow().clone(),
            travel: state.travel().clone(),
            tag_keys: tag_keys(replica),
            person_orders: person_orders(replica),
        }
    }
}

fn person_orders(replica: &Replica) -> Vec<PersonOrder> {
    let Some(bank) = replica.bank() else { return Vec::new() };
    let waits = |order: &&Order| {
        let of_person = matches!(order.asked.target, OrderTarget::Person(_));
        let is_asked = of_person && order.asked.target.banks().any(|asked| asked == bank);
        is_asked && order.status() == OrderStatus::Active && order.answer_of(bank).is_none()
    };
    let all = replica.state().orders().iter().filter(waits);
    all.map(|order| PersonOrder { id: order.id, asked: order.asked.clone() }).collect()
}

/// The tag key of the epoch in force, and of the one before it that this bank has.
fn tag_keys(replica: &Replica) -> Option<(u32, TagKeys)> {
    let next = replica.state().tip().height.next();
    let in_force = replica.state().chain_keys().in_force(next)?;
    let mut known = replica.chain_keys()?.iter().rev().filter(|key| key.epoch() <= in_force);
    let newest = known.next()?;
    let older = known.next().map(TagKey::of_epoch);
    Some((newest.epoch(), TagKeys::new(TagKey::of_epoch(newest), older.into_iter().collect())))
}

/// The ledger of a desk. Rows are read from the disk, so a step may see an account of one height beside
/// rules of the height before; the desk promises nothing that the ledger does not check again.
pub(super) struct StoredLedger {
    pub(super) store: Arc<Store>,
    pub(super) rules: Arc<Rules>,
}

impl LedgerView for StoredLedger {
    fn time(&self) -> TimestampMs {
        self.rules.time
    }

    fn validity_ms_max(&self) -> u64 {
        self.rules.params.max_validity_ms
    }

    fn account(&self, handle: &AccountHandle) -> Option<Account> {
        found("an account", self.store.account(handle))
    }

    fn session(&self, id: &SessionId) -> Option<Session> {
        found("a session", self.store.session(id))
    }

    fn bank(&self, id: BankId) -> Option<Bank> {
        self.rules.banks.get(id).cloned()
    }

    fn bank_of_code(&self, code: &BankCode) -> Option<Bank> {
        self.rules.banks.by_code(code.as_str()).cloned()
    }

    fn escrow(&self) -> &Escrow {
        &self.rules.escrow
    }

    fn fee(&self, amount: Paise) -> Result<Paise, Reason> {
        FeeQuote::of(amount, &self.rules.params).map(|quote| quote.total)
    }

    fn changed(&self, bank: &BankCode, rupees: Paise) -> Result<Conversion, Reason> {
        self.rules.travel.opening(bank, rupees, &self.rules.params, self.rules.time)
    }

    fn changed_back(&self, currency: Currency, foreign: Paise) -> Result<Conversion, Reason> {
        self.rules.travel.closing(currency, foreign, &self.rules.params, self.rules.time)
    }

    fn closing(&self, handle: &AccountHandle, height: Height) -> Option<(TxId, Closing)> {
        let certified = found("a height", self.store.certified(height))?;
        let mut settled = certified.public.transactions.iter().zip(&certified.private.outcomes);
        settled.find_map(|(tx, outcome)| {
            let closing = closing_in(tx).filter(|_| *outcome == Outcome::Completed)?;
            self.closes(closing, handle).then(|| (tx.id(), closing.clone()))
        })
    }
}

impl StoredLedger {
    fn closes(&self, closing: &Closing, handle: &AccountHandle) -> bool {
        match closing {
            Closing::Session(session) => {
                self.session(session).is_some_and(|opened| opened.account == *handle)
            }
            Closing::Expired(closed) => closed.shown() == Ok(handle),
        }
    }
}

fn closing_in(tx: &Transaction) -> Option<&Closing> {
    match &tx.body.kind {
        TxKind::CloseTravel(CloseTravel { closing, .. }) => Some(closing),
        _ => None,
    }
}

/// A failing store is told to the operator; to the desk it is as if there were nothing, so that it
/// refuses and promises nothing.
fn found<T>(what: &'static str, read: Result<Option<T>, StoreError>) -> Option<T> {
    read.unwrap_or_else(|error| {
        tracing::error!(what, %error, "the desk cannot read the ledger");
        None
    })
}
