//! Court orders on the ledger: one entry an order, which is its whole story (document 4.5).
//!
//! ```text
//!   CourtOrder settles --> active --ReleaseOrder--------> released --.
//!     (freezes at once)      |----time past expires_at--> expired  --+--> a week later: folded into
//!                            '----judge retired---------> revoked  --'    one digest of past orders
//! ```
//!
//! An order is active from the height at which it settles until one of the three ends; every step of it
//! is written down with its height and transaction. Time is the block's: before the transactions of a
//! block run, orders whose time is over end ([`Draft::end_due_orders`]), so that within a block an order
//! is active or not, for all. The work of that is bounded by [`ORDERS_MAX`] and [`HELD_ACCOUNTS_MAX`].
//! Why it is built so: docs/decisions/0020-court-orders.md.
//!
//! [`Draft::end_due_orders`]: crate::draft::Draft::end_due_orders

mod draft;
mod holds;
mod step;
#[cfg(test)]
mod tests;

pub use step::{Deed, EnvelopeOf, OrderStep};

use borsh::{BorshDeserialize, BorshSerialize};
use holds::Hold;
use idx_crypto::{Hash32, hash_borsh};
use idx_types::params::DAY_MS;
use idx_types::tx::CourtOrder;
use idx_types::{AccountHandle, BankId, FreezeState, Holder, JudgeId, OrderId, Reason, TimestampMs};
use std::collections::{BTreeMap, BTreeSet};

/// How long an order is kept after `expires_at`, milliseconds; the blocks keep it for good.
pub const ORDER_KEPT_MS: u64 = 7 * DAY_MS;

/// Most orders on the ledger at a time, kept ones among them; about 1 KiB each.
pub const ORDERS_MAX: usize = 4_096;

/// Most orders of one judge on the ledger at a time, so that none can crowd the others out.
pub const ORDERS_PER_JUDGE_MAX: usize = 256;

/// Most accounts that orders freeze at a time.
pub const HELD_ACCOUNTS_MAX: usize = 16_384;

/// Most accounts that one order freezes: bounds what a bank can write down for an order of a person.
pub const HELD_PER_ORDER_MAX: usize = 256;

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OrderStatus {
    /// Custodians may release; what it freezes stands still.
    Active,
    /// Its judge ended it.
    Released,
    /// Its time ended it.
    Expired,
    /// Its judge was retired.
    Revoked,
}

/// An order and all that followed from it.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Order {
    /// The id of the transaction that made it.
    pub id: OrderId,
    /// What the judge signed.
    pub asked: CourtOrder,
    /// When the judge made it.
    pub created_at: TimestampMs,
    /// What happened, in order; the first is [`Deed::Approved`].
    pub steps: Vec<OrderStep>,
    /// Numbers of the accounts it freezes now.
    pub held: BTreeSet<u64>,
}

impl Order {
    /// Where it stands. Time counts as that of the last block.
    pub fn status(&self) -> OrderStatus {
        match self.steps.last().map(|step| &step.deed) {
            Some(Deed::Released) => OrderStatus::Released,
            Some(Deed::Expired) => OrderStatus::Expired,
            Some(Deed::Revoked) => OrderStatus::Revoked,
            _ => OrderStatus::Active,
        }
    }

    /// Its story for an audit: every step with its height and, where one made it, the transaction. A
    /// node that has all blocks finds the same steps in them, and no others.
    pub fn story(&self) -> impl ExactSizeIterator<Item = &OrderStep> {
        self.steps.iter()
    }

    /// The accounts that a bank named in answer; `None` if it has not answered.
    pub fn answer_of(&self, bank: BankId) -> Option<&BTreeSet<AccountHandle>> {
        self.deeds().find_map(|deed| match deed {
            Deed::Answered { bank: who, accounts } if *who == bank => Some(accounts),
            _ => None,
        })
    }

    /// Whether this envelope is one that the order opens.
    pub fn covers(&self, envelope: &EnvelopeOf) -> bool {
        match envelope {
            EnvelopeOf::Session(session) => self.asked.target.session() == Some(*session),
            EnvelopeOf::Account(handle) => self
                .deeds()
                .any(|deed| matches!(deed, Deed::Answered { accounts, .. } if accounts.contains(handle))),
        }
    }

    /// Whether a holder released its half of this envelope.
    pub fn is_shared(&self, holder: Holder, envelope: &EnvelopeOf) -> bool {
        self.deeds().any(|deed| matches!(deed, Deed::Shared { holder: who, envelope: of } if *who == holder && of == envelope))
    }

    /// Whether the company and one of the regulators released their halves of this envelope.
    pub fn can_open(&self, envelope: &EnvelopeOf) -> bool {
        let regulator = |deed: &Deed| matches!(deed, Deed::Shared { holder: Holder::Regulator(_), envelope: of } if of == envelope);
        self.is_shared(Holder::Company, envelope) && self.deeds().any(regulator)
    }

    pub(crate) fn deeds(&self) -> impl Iterator<Item = &Deed> {
        self.steps.iter().map(|step| &step.deed)
    }

    fn end_reason(&self) -> Option<Reason> {
        match self.status() {
            OrderStatus::Active => None,
            OrderStatus::Released => Some(Reason::OrderReleased),
            OrderStatus::Expired => Some(Reason::OrderExpired),
            OrderStatus::Revoked => Some(Reason::OrderRevoked),
        }
    }
}

/// Orders that are no longer kept one by one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, BorshSerialize, BorshDeserialize)]
pub struct PastOrders {
    /// How many.
    pub count: u64,
    /// A digest of all of them in the order in which they were folded in. Who replays the blocks arrives
    /// at the same, or something is missing.
    pub digest: Hash32,
}

impl PastOrders {
    /// With one order more.
    #[must_use]
    pub fn with(&self, order: &Order) -> Self {
        let digest = hash_borsh("idx/past-orders/1", &(self.digest, order));
        Self { count: self.count + 1, digest }
    }
}

/// All orders that the ledger keeps.
#[derive(Clone, PartialEq, Eq, Debug, Default, BorshSerialize, BorshDeserialize)]
pub struct Orders {
    by_id: BTreeMap<OrderId, Order>,
    /// When an order is to be looked at: at its end, then when it need not be kept any more.
    agenda: BTreeSet<(TimestampMs, OrderId)>,
    /// By account number: what orders freeze.
    holds: BTreeMap<u64, Hold>,
    past: PastOrders,
}

impl Orders {
    /// The order of this id, if it is still kept.
    pub fn get(&self, id: &OrderId) -> Option<&Order> {
        self.by_id.get(id)
    }

    /// All that are kept, by id.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Order> {
        self.by_id.values()
    }

    /// Those that are no longer kept one by one.
    pub const fn past(&self) -> &PastOrders {
        &self.past
    }

    /// The active order of this id.
    pub(crate) fn active(&self, id: &OrderId) -> Result<&Order, Reason> {
        let order = self.get(id).ok_or(Reason::UnknownOrder)?;
        match order.end_reason() {
            Some(reason) => Err(reason),
            None => Ok(order),
        }
    }

    /// Whether a judge may make one more order.
    pub(crate) fn has_room(&self, judge: JudgeId) -> bool {
        let of_judge = self.iter().filter(|order| order.asked.judge == judge).count();
        self.by_id.len() < ORDERS_MAX && of_judge < ORDERS_PER_JUDGE_MAX
    }

    /// Whether orders may freeze so many accounts more.
    pub(crate) fn can_hold(&self, accounts: usize) -> bool {
        self.holds.len() + accounts <= HELD_ACCOUNTS_MAX
    }

    /// The active orders of a judge, by id.
    pub(crate) fn active_of(&self, judge: JudgeId) -> Vec<OrderId> {
        let live = |order: &&Order| order.asked.judge == judge && order.status() == OrderStatus::Active;
        self.iter().filter(live).map(|order| order.id).collect()
    }

    /// The next order whose time on the agenda is before `now`, with that time.
    fn due(&self, now: TimestampMs) -> Option<(TimestampMs, OrderId)> {
        self.agenda.first().filter(|(due, _)| *due < now).copied()
    }

    fn insert(&mut self, order: Order) {
        self.agenda.insert((order.asked.expires_at, order.id));
        self.by_id.insert(order.id, order);
    }

    /// Takes an entry off the agenda; the first of an order makes room for its second.
    fn tick(&mut self, (due, id): (TimestampMs, OrderId)) {
        self.agenda.remove(&(due, id));
        let Some(order) = self.by_id.get(&id) else { return };
        let forget_at = order.asked.expires_at.plus(ORDER_KEPT_MS);
        if due < forget_at {
            self.agenda.insert((forget_at, id));
        } else if let Some(order) = self.by_id.remove(&id) {
            self.past = self.past.with(&order);
        }
    }

    /// Freezes an account for an order; `was` is what it was before. Returns what it is now.
    fn hold(&mut self, account: u64, order: OrderId, was: FreezeState) -> FreezeState {
        let hold = self.holds.entry(account).or_insert_with(|| Hold::over(was));
        hold.orders.insert(order);
        hold.shown()
    }

    /// Lifts one order's freeze of an account. Returns what it is now.
    fn let_go(&mut self, account: u64, order: &OrderId) -> FreezeState {
        let Some(hold) = self.holds.get_mut(&account) else { return FreezeState::Free };
        hold.orders.remove(order);
        let shown = hold.shown();
        if hold.orders.is_empty() {
            self.holds.remove(&account);
        }
        shown
    }
}
