//! What a node claims of court orders, against what the chain proves.

use crate::docket::{Docket, End, Happened, Story};
use idx_chain::{Deed, EnvelopeOf, ORDER_KEPT_MS, Order, OrderStep, PastOrders};
use idx_client::encoding::Hex;
use idx_client::views::{
    AuditEntryView, BankNames, BankTag, CourtOrderView, DeedView, EnvelopeView, OrderStepView,
    OrderTargetView, OrderView, PastOrdersView,
};
use idx_types::tx::OrderIdentity;
use idx_types::{BankCode, BankId, Height, OrderId};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that a node says of orders after one height.
#[derive(Debug, Clone)]
pub struct Claims {
    /// The height.
    pub as_of: Height,
    /// What it keeps no more.
    pub past: PastOrdersView,
    /// Every step of every order that it keeps.
    pub trail: Vec<AuditEntryView>,
    /// The orders themselves; may be of a later height.
    pub orders: Vec<OrderView>,
}

/// What a node hides, adds or changes; nothing if it tells the truth. The docket is of the claims' height
/// or a later one.
pub fn differences(docket: &Docket, claims: &Claims) -> Vec<String> {
    let mut found = Vec::new();
    let mut claimed: BTreeMap<OrderId, Vec<OrderStepView>> = BTreeMap::new();
    for entry in &claims.trail {
        claimed.entry(entry.order.0).or_default().push(plain(&entry.step));
    }
    let begun = |story: &&Story| story.steps.first().is_some_and(|step| step.height <= claims.as_of);
    let stories: Vec<&Story> = docket.stories().filter(begun).collect();
    for story in &stories {
        match claimed.remove(&story.id) {
            Some(steps) if steps == proven(story, claims.as_of) => {}
            Some(_) => found.push(format!("order {}: its steps are not those of the chain", story.id)),
            None if must_be_kept(story, docket) => {
                found.push(format!("order {} is on the chain, and the node does not list it", story.id));
            }
            None => {}
        }
    }
    found.extend(claimed.keys().map(|id| format!("order {id} is listed, and is not on the chain")));
    found.extend(changed(docket, &claims.orders));
    found.extend(past(&stories, claims));
    found
}

/// Until it is folded away, a week after its end by the chain's time.
fn must_be_kept(story: &Story, docket: &Docket) -> bool {
    story.asked.expires_at.plus(ORDER_KEPT_MS) >= docket.tip().1
}

/// The steps of a story up to a height, as a node would tell them.
fn proven(story: &Story, as_of: Height) -> Vec<OrderStepView> {
    let steps = story.steps.iter().filter(|step| step.height <= as_of);
    steps
        .map(|step| OrderStepView { height: step.height, tx: step.tx.map(Hex), deed: deed_of(&step.what) })
        .collect()
}

fn deed_of(what: &Happened) -> DeedView {
    let envelope = |identity: &OrderIdentity| match identity {
        OrderIdentity::Session(session) => EnvelopeView::Session(*session),
        OrderIdentity::Account(_) => EnvelopeView::Account,
    };
    match what {
        Happened::Approved => DeedView::Approved,
        // How many accounts a bank named the public chain does not tell.
        Happened::Answered { bank, .. } => DeedView::Answered { bank: untitled(*bank), accounts: 0 },
        Happened::Froze => DeedView::Froze,
        Happened::Shared { holder, identity } => {
            DeedView::Shared { holder: (*holder).into(), envelope: envelope(identity) }
        }
        Happened::Refused { holder, why } => {
            DeedView::Refused { holder: (*holder).into(), why: why.name().to_owned() }
        }
        Happened::Opened { identity, digest } => {
            DeedView::Opened { envelope: envelope(identity), digest: Hex(*digest) }
        }
        Happened::Ended(End::Released) => DeedView::Released,
        Happened::Ended(End::Expired) => DeedView::Expired,
        Happened::Ended(End::Revoked) => DeedView::Revoked,
    }
}

const fn untitled(bank: BankId) -> BankTag {
    BankTag { id: bank, code: None }
}

/// A claimed step without what the public chain does not tell: names of banks, numbers of accounts.
fn plain(step: &OrderStepView) -> OrderStepView {
    match &step.deed {
        DeedView::Answered { bank, .. } => OrderStepView {
            deed: DeedView::Answered { bank: untitled(bank.id), accounts: 0 },
            ..step.clone()
        },
        _ => step.clone(),
    }
}

/// Orders of which the node says something else than the judge signed.
fn changed(docket: &Docket, orders: &[OrderView]) -> Vec<String> {
    let differs = |view: &&OrderView| {
        docket.story(&view.id.0).is_some_and(|story| {
            let signed = CourtOrderView::new(&story.asked, &Nameless);
            without_names(&view.order) != signed || view.created_at != story.created_at.into()
        })
    };
    let changed = orders.iter().filter(differs);
    changed.map(|view| format!("order {}: it is not what the judge signed", view.id)).collect()
}

/// Names of banks are for the eye, and are left out of comparisons.
struct Nameless;

impl BankNames for Nameless {
    fn code(&self, _: BankId) -> Option<BankCode> {
        None
    }
}

fn without_names(order: &CourtOrderView) -> CourtOrderView {
    let mut order = order.clone();
    match &mut order.target {
        OrderTargetView::Party { bank, .. } | OrderTargetView::Session { bank, .. } => bank.code = None,
        OrderTargetView::Person { banks, .. } => banks.iter_mut().for_each(|bank| bank.code = None),
    }
    order
}

/// Every order is listed or counted among those folded away; and where the public chain tells all that
/// was folded, the digest is the same.
fn past(stories: &[&Story], claims: &Claims) -> Vec<String> {
    let listed: BTreeSet<OrderId> = claims.trail.iter().map(|entry| entry.order.0).collect();
    let mut folded: Vec<&&Story> = stories.iter().filter(|story| !listed.contains(&story.id)).collect();
    let PastOrdersView { count, digest } = claims.past;
    if count != folded.len() as u64 {
        let found = folded.len();
        return vec![format!(
            "it counts {count} orders of the past, the chain has {found} that it does not list"
        )];
    }
    folded.sort_by_key(|story| (story.asked.expires_at, story.id));
    let orders: Option<Vec<Order>> = folded.iter().map(|story| ledger_form(story)).collect();
    let digests = orders.map(|orders| orders.iter().fold(PastOrders::default(), |past, one| past.with(one)));
    match digests {
        Some(past) if Hex(past.digest) != digest => {
            vec!["its digest of past orders is not that of the chain".to_owned()]
        }
        _ => Vec::new(),
    }
}

/// An order as the ledger folds it; `None` if that takes an account that the public chain conceals.
fn ledger_form(story: &Story) -> Option<Order> {
    let step = |step: &crate::docket::Step| {
        let deed = ledger_deed(&step.what)?;
        Some(OrderStep { height: step.height, tx: step.tx, deed })
    };
    Some(Order {
        id: story.id,
        asked: story.asked.clone(),
        created_at: story.created_at,
        steps: story.steps.iter().map(step).collect::<Option<_>>()?,
        held: BTreeSet::new(),
    })
}

fn ledger_deed(what: &Happened) -> Option<Deed> {
    Some(match what {
        Happened::Approved => Deed::Approved,
        Happened::Answered { .. } | Happened::Froze => return None,
        Happened::Shared { holder, identity } => {
            Deed::Shared { holder: *holder, envelope: EnvelopeOf::try_from(identity).ok()? }
        }
        Happened::Refused { holder, why } => Deed::Refused { holder: *holder, why: *why },
        Happened::Opened { identity, digest } => {
            Deed::Opened { envelope: EnvelopeOf::try_from(identity).ok()?, digest: *digest }
        }
        Happened::Ended(End::Released) => Deed::Released,
        Happened::Ended(End::Expired) => Deed::Expired,
        Happened::Ended(End::Revoked) => Deed::Revoked,
    })
}

#[cfg(test)]
mod tests;
