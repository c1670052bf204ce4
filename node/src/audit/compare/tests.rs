//! A node that hides, adds or changes anything about orders is named.

use super::*;
use crate::docket::world::{docket_of, eventful};
use crate::queries::orders::claims;
use idx_crypto::Hash32;

fn found(lie: impl FnOnce(&mut Claims)) -> Vec<String> {
    let world = eventful();
    let mut claims = claims(&world.state);
    lie(&mut claims);
    differences(&docket_of(&world), &claims)
}

#[test]
fn an_honest_node_differs_in_nothing() {
    assert_eq!(found(|_| {}), Vec::<String>::new());
    let world = eventful();
    assert_eq!(claims(&world.state).past.count, 1, "an order of the past is among what is compared");
}

#[test]
fn every_lie_is_named() {
    type Lie = fn(&mut Claims);
    let table: [(&str, Lie, &str); 9] = [
        ("a hidden order", |c| hide(c, 0), "does not list it"),
        ("a hidden step", |c| drop(c.trail.pop()), "its steps are not"),
        ("an invented order", |c| c.trail[0].order = Hex(OrderId([1; 32])), "is not on the chain"),
        ("a step of another height", |c| c.trail[1].step.height = Height(9_999), "its steps are not"),
        ("another deed", |c| c.trail[1].step.deed = DeedView::Froze, "its steps are not"),
        ("another case", |c| c.orders[0].order.case_number.push('1'), "not what the judge signed"),
        ("another end", |c| c.orders[0].order.expires_at.0.0 += 1, "not what the judge signed"),
        ("a past without an order", |c| c.past.count -= 1, "counts 0 orders of the past"),
        ("another past", |c| c.past.digest = Hex(Hash32::ZERO), "digest of past orders"),
    ];
    for (what, lie, named) in table {
        let found = found(lie);
        assert!(found.iter().any(|one| one.contains(named)), "{what}: {found:?}");
    }
}

/// All steps of an order, as if it never was.
fn hide(claims: &mut Claims, place: usize) {
    let id = claims.trail[place].order;
    claims.trail.retain(|entry| entry.order != id);
    claims.orders.retain(|order| order.id != id);
}
