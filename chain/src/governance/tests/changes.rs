//! Proposals of new parameters, and the rules of voting.

use super::{ballot, height, least_transfer, pass, propose};
use crate::governance::{PROPOSAL_HEIGHTS_MAX, PROPOSALS_PER_BANK_MAX};
use crate::testing::World;
use idx_types::tx::Change;
use idx_types::{Decision, Height, Paise, Params, Reason, TxId};

#[test]
fn four_of_six_change_a_parameter_at_its_height_and_not_before() {
    let mut world = World::new(6);
    pass(&mut world, &[0, 1, 2], least_transfer(500), 10);
    assert_eq!(world.state.proposals()[0].passed_at, None, "three are not enough");
    let id = world.state.proposals()[0].id;
    world.done(ballot(5, id, true), 5);
    assert_eq!(world.state.proposals()[0].passed_at, Some(Height(4)));
    world.refused(ballot(4, id, false), 4, Reason::UnknownProposal);
    world.advance_to(8);
    assert_eq!(world.state.params().min_transfer, Paise(100), "height 9 is still under the old rule");
    world.advance_to(9);
    assert_eq!(world.state.params().min_transfer, Paise(500), "height 10 is under the new one");
    assert!(world.state.proposals().is_empty());
}

#[test]
fn a_change_can_hold_from_the_very_next_height() {
    let mut world = World::new(6);
    let id = pass(&mut world, &[0, 1, 2], least_transfer(500), 4);
    assert_eq!(height(&world), 3);
    assert!(world.state.proposals().is_empty(), "not passed by the end of height 3: dropped");
    world.refused(ballot(3, id, true), 3, Reason::UnknownProposal);
    let id = pass(&mut world, &[0, 1, 2], least_transfer(500), 8);
    assert_eq!(height(&world), 6);
    world.done(ballot(3, id, true), 3);
    assert_eq!(world.state.params().min_transfer, Paise(500));
}

#[test]
fn too_many_against_end_a_proposal() {
    let mut world = World::new(6);
    let id = world.done(propose(0, least_transfer(500), 100), 0).id;
    world.done(ballot(1, id, false), 1);
    world.done(ballot(2, id, false), 2);
    assert_eq!(world.state.proposals().len(), 1, "four others could still approve");
    world.done(ballot(3, id, false), 3);
    assert!(world.state.proposals().is_empty());
}

#[test]
fn ballots_of_one_block_count_together_whatever_their_order() {
    let mut world = World::new(6);
    let id = world.done(propose(0, least_transfer(500), 100), 0).id;
    let votes = [(1, false), (2, false), (3, true), (4, true), (5, true)];
    let mut txs: Vec<_> =
        votes.iter().map(|(bank, yes)| world.bank_tx(ballot(*bank, id, *yes), *bank)).collect();
    let run = |txs: &[_]| {
        let execution = world.state.execute(&world.header(), txs, &vec![Decision::Pass; txs.len()]);
        execution.registries.map(|registries| registries.proposals)
    };
    let forward = run(&txs);
    txs.reverse();
    assert_eq!(forward, run(&txs));
    assert_eq!(forward.unwrap()[0].passed_at, Some(Height(2)));
}

#[test]
fn a_margin_raises_what_passes() {
    let mut spec = crate::testing::spec(6);
    spec.params.approval_margin = 1;
    let mut world = World::of(&spec);
    let change = Change::Params(Box::new(Params { approval_margin: 0, ..spec.params }));
    let id = pass(&mut world, &[0, 1, 2, 3], change, 50);
    assert_eq!(world.state.proposals()[0].passed_at, None);
    world.done(ballot(4, id, true), 4);
    assert!(world.state.proposals()[0].passed_at.is_some());
}

/// Fault 19: no accepted proposal can bring a parameter or a height that stops the network.
#[test]
fn bad_proposals() {
    let mut world = World::new(6);
    world.advance_to(5);
    let broken = |spoil: fn(&mut Params)| {
        let mut params = Params::default();
        spoil(&mut params);
        Change::Params(Box::new(params))
    };
    let latest = 6 + PROPOSAL_HEIGHTS_MAX;
    let table = [
        (least_transfer(500), 0),
        (least_transfer(500), 5),
        (least_transfer(500), 6),
        (least_transfer(500), latest + 1),
        (least_transfer(500), u64::MAX),
        (broken(|p| p.max_block_transactions = 0), 20),
        (broken(|p| p.max_difficulty = 255), 20),
        (broken(|p| p.timeout_cap_ms = u64::MAX), 20),
        (broken(|p| p.protocol_version = 0), 20),
    ];
    for (change, effective_at) in table {
        world.refused(propose(0, change, effective_at), 0, Reason::BadProposal);
    }
    world.refused(propose(9, least_transfer(500), 20), 0, Reason::UnknownBank);
    world.refused(propose(0, least_transfer(500), 20), 1, Reason::WrongSigner);
    world.done(propose(0, least_transfer(500), latest), 0);
}

#[test]
fn a_bank_votes_once_on_what_is_open() {
    let mut world = World::new(6);
    let id = world.done(propose(0, least_transfer(500), 100), 0).id;
    world.done(ballot(1, id, false), 1);
    let table = [
        (ballot(0, id, true), 0, Reason::AlreadyVoted),
        (ballot(1, id, true), 1, Reason::AlreadyVoted),
        (ballot(2, TxId([7; 32]), true), 2, Reason::UnknownProposal),
        (ballot(2, id, true), 3, Reason::WrongSigner),
        (ballot(9, id, true), 3, Reason::UnknownBank),
    ];
    for (kind, signer, reason) in table {
        world.refused(kind, signer, reason);
    }
}

#[test]
fn open_proposals_are_bounded_per_bank_and_in_time() {
    let mut world = World::new(6);
    for number in 0..PROPOSALS_PER_BANK_MAX as u64 {
        world.done(propose(0, least_transfer(200 + number), 20), 0);
    }
    world.refused(propose(0, least_transfer(500), 20), 0, Reason::BadProposal);
    world.done(propose(1, least_transfer(500), 20), 1);
    world.advance_to(19);
    assert!(world.state.proposals().is_empty(), "not passed in time");
    world.done(propose(0, least_transfer(500), 100), 0);
}

#[test]
fn a_protocol_version_is_not_gone_back_to() {
    let mut world = World::new(6);
    let version =
        |protocol_version| Change::Params(Box::new(Params { protocol_version, ..Params::default() }));
    pass(&mut world, &[0, 1, 2, 3], version(2), 10);
    pass(&mut world, &[0, 1, 2, 3], version(1), 11);
    world.advance_to(10);
    assert_eq!(world.state.params().protocol_version, 2, "the second was overtaken by the first");
    world.refused(propose(0, version(1), 50), 0, Reason::BadProposal);
}
