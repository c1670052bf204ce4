//! A part of the audit trail, proven from a height on: what a node checks of itself when it is asked
//! whether its chain bears out what its ledger tells.
//!
//! The same follower as an audit from genesis, begun in the middle: the height before is believed, every
//! later one must follow. Compared are the steps that transactions made; what time or governance ended is
//! told by the audit from genesis (`super::of_nodes`).

use crate::docket::order_of;
use idx_chain::Orders;
use idx_crypto::Verifier;
use idx_light::{Facts, Follower};
use idx_types::{Height, NextRules, ObservedHeight, OrderId, Outcome, TxId};
use std::collections::BTreeSet;

/// A step of an order that a transaction made.
pub type Made = (Height, OrderId, TxId);

/// Heights that were followed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Walk {
    /// The last that was looked at; it follows unless something is broken.
    pub to: Height,
    /// Steps in them.
    pub made: BTreeSet<Made>,
    /// Rules that came into force in them.
    pub rules: Vec<NextRules>,
    /// The first height that does not follow, and why.
    pub broken: Option<String>,
}

/// Follows heights until one does not follow.
pub fn walk(mut follower: Follower, heights: &[ObservedHeight], verifier: &dyn Verifier) -> Walk {
    let mut walk = Walk::default();
    for next in heights {
        walk.to = next.height();
        match follower.follow(next, verifier) {
            Ok(facts) => walk.made.extend(steps_in(&facts)),
            Err(error) => {
                walk.broken = Some(format!("height {} does not follow: {error}", next.height()));
                break;
            }
        }
        walk.rules.extend(next.rules.clone());
    }
    walk
}

fn steps_in(facts: &Facts) -> impl Iterator<Item = Made> + '_ {
    let completed = facts.transactions.iter().filter(|fact| fact.outcome == Outcome::Completed);
    completed
        .filter_map(|fact| Some((facts.height, order_of(fact.tx.id, &fact.tx.tx.body.kind)?, fact.tx.id)))
}

/// What a ledger tells of these heights against what is in them, a sentence for each difference. An order
/// that the ledger keeps no more must be one of those it has folded away.
pub fn untold(orders: &Orders, from: Height, walk: &Walk) -> Vec<String> {
    let told = told(orders, from, walk.to);
    let mut broken: Vec<String> = walk.broken.iter().cloned().collect();
    let added = told.difference(&walk.made);
    broken.extend(added.map(|(height, order, _)| {
        format!("order {order}: the ledger tells a step of height {height} that is not in its block")
    }));
    for (height, order, _) in walk.made.difference(&told) {
        if orders.get(order).is_some() {
            broken.push(format!("order {order}: a step in the block of height {height} is not told"));
        } else if orders.past().count == 0 {
            broken.push(format!("order {order} of height {height} is neither told nor folded away"));
        }
    }
    broken
}

fn told(orders: &Orders, from: Height, to: Height) -> BTreeSet<Made> {
    let steps = orders.iter().flat_map(|order| order.story().map(|step| (order.id, step)));
    let here = steps.filter(|(_, step)| (from..=to).contains(&step.height));
    here.filter_map(|(order, step)| Some((step.height, order, step.tx?))).collect()
}

#[cfg(test)]
mod tests;
