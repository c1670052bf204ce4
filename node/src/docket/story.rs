//! The story of one order.

use idx_crypto::Hash32;
use idx_light::{Fact, Facts};
use idx_types::tx::{CourtOrder, OrderIdentity, RefusalCause};
use idx_types::{BankId, FreezeState, Height, Holder, OrderId, Reason, TimestampMs, TxId, TxKind};
use std::fmt;

/// An order and all that followed from it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Story {
    /// The id of the transaction that made it.
    pub id: OrderId,
    /// What the judge signed.
    pub asked: CourtOrder,
    /// When the judge made it: what was submitted.
    pub created_at: TimestampMs,
    /// What happened, in order; the first is its approval.
    pub steps: Vec<Step>,
}

/// Something that happened to an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// At which height.
    pub height: Height,
    /// The time of that height.
    pub time: TimestampMs,
    /// By which transaction; none if time or governance did it.
    pub tx: Option<TxId>,
    /// What.
    pub what: Happened,
}

/// What happened to an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Happened {
    /// The banks approved it.
    Approved,
    /// A home bank named accounts.
    Answered {
        /// The bank.
        bank: BankId,
        /// Stands for the accounts.
        accounts: Hash32,
    },
    /// A home bank froze one more account for it.
    Froze,
    /// A custodian released its half.
    Shared {
        /// Whose.
        holder: Holder,
        /// Of which envelope; an account is a commitment here.
        identity: OrderIdentity,
    },
    /// A custodian refused.
    Refused {
        /// Who.
        holder: Holder,
        /// Why.
        why: RefusalCause,
    },
    /// The judge opened an identity.
    Opened {
        /// Of which envelope.
        identity: OrderIdentity,
        /// By which the judge's reading can be checked.
        digest: Hash32,
    },
    /// It ended.
    Ended(End),
}

/// How an order ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// Its judge ended it.
    Released,
    /// Its time did.
    Expired,
    /// Its judge was retired.
    Revoked,
}

impl Story {
    /// How it ended; `None` while it is active.
    pub fn end(&self) -> Option<End> {
        match self.steps.last().map(|step| &step.what) {
            Some(Happened::Ended(end)) => Some(*end),
            _ => None,
        }
    }

    /// Whether halves may be released now: it has not ended, by the chain's time and by this clock.
    pub fn is_live(&self, clock: TimestampMs) -> bool {
        self.end().is_none() && clock <= self.asked.expires_at
    }

    /// Whether a holder has said that it keeps its half.
    pub fn is_refused_by(&self, by: Holder) -> bool {
        self.whats().any(|what| matches!(what, Happened::Refused { holder, .. } if *holder == by))
    }

    /// The transactions with which a holder released halves.
    pub fn shares_of(&self, by: Holder) -> impl Iterator<Item = (TxId, &OrderIdentity)> {
        self.steps.iter().filter_map(move |step| match &step.what {
            Happened::Shared { holder, identity } if *holder == by => Some((step.tx?, identity)),
            _ => None,
        })
    }

    /// The answers of home banks.
    pub fn answers(&self) -> impl Iterator<Item = TxId> + '_ {
        let answers = self.steps.iter().filter(|step| matches!(step.what, Happened::Answered { .. }));
        answers.filter_map(|step| step.tx)
    }

    fn whats(&self) -> impl Iterator<Item = &Happened> {
        self.steps.iter().map(|step| &step.what)
    }
}

/// Something that was tried about an order, and that the banks or the ledger refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attempt {
    /// At which height.
    pub height: Height,
    /// The time of that height.
    pub time: TimestampMs,
    /// The transaction.
    pub tx: TxId,
    /// The stable name of its kind.
    pub kind: &'static str,
    /// The order that it names: its own id if it is an order.
    pub order: OrderId,
    /// Why it was refused.
    pub reason: Reason,
}

impl Attempt {
    pub(super) fn of(facts: &Facts, fact: &Fact, reason: Reason) -> Option<Self> {
        let kind = &fact.tx.tx.body.kind;
        let (height, time, tx) = (facts.height, facts.time, fact.tx.id);
        let order = order_of(tx, kind)?;
        Some(Self { height, time, tx, kind: kind.name(), order, reason })
    }
}

/// The order that a transaction is about.
pub(crate) fn order_of(tx: TxId, kind: &TxKind) -> Option<OrderId> {
    match kind {
        TxKind::CourtOrder(_) => Some(tx.into()),
        TxKind::ReleaseOrder(ask) => Some(ask.order),
        TxKind::AnswerOrder(ask) => Some(ask.order),
        TxKind::OrderShare(ask) => Some(ask.order),
        TxKind::RefuseOrder(ask) => Some(ask.order),
        TxKind::ConfirmOpening(ask) => Some(ask.order),
        TxKind::Freeze(ask) => match ask.cause {
            FreezeState::ByOrder(order) => Some(order),
            FreezeState::Free | FreezeState::ByBank(_) => None,
        },
        _ => None,
    }
}

impl End {
    /// Stable name, as every interface shows it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl fmt::Display for Happened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let envelope = |identity: &OrderIdentity| match identity {
            OrderIdentity::Session(session) => session.to_string(),
            OrderIdentity::Account(_) => "an account".to_owned(),
        };
        match self {
            Self::Approved => f.write_str("approved by the banks: active"),
            Self::Answered { bank, .. } => write!(f, "{bank} named accounts"),
            Self::Froze => f.write_str("a home bank froze an account for it"),
            Self::Shared { holder, identity } => {
                write!(f, "{holder} released its half of {}", envelope(identity))
            }
            Self::Refused { holder, why } => write!(f, "{holder} refused: {}", why.name()),
            Self::Opened { identity, .. } => write!(f, "the judge opened {}", envelope(identity)),
            Self::Ended(end) => f.write_str(end.name()),
        }
    }
}
