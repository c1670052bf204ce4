//! The banks change their own rules and their own set while things go wrong.

use crate::common::{crashes, rough, run, settles_within};
use idx_sim::{Plan, World};
use idx_types::tx::{AddBank, Ballot, Change, Propose};
use idx_types::wire::CertifiedHeight;
use idx_types::{Height, Paise, Params, TxKind};

/// Proposed by bank 0, approved by 1 to 4, in force some heights later.
fn decide(world: &mut World, change: Change) -> Height {
    let now = world.state(0).unwrap().tip().height;
    let effective_at = Height(now.0 + 60);
    let bank = world.bank(0);
    let proposal = world.submit_as(0, TxKind::Propose(Propose { bank, change, effective_at })).unwrap();
    run(world, 1_500);
    for node in 1..5 {
        let bank = world.bank(node);
        world.submit_as(node, TxKind::Ballot(Ballot { bank, proposal, approve: true })).unwrap();
    }
    effective_at
}

fn run_past(world: &mut World, height: Height) {
    for _ in 0..60 {
        if world.checks().heights() > height.0 + 1 {
            return;
        }
        run(world, 1_000);
        world.resubmit().unwrap();
    }
    panic!("height {height} was not passed: {:?}", world.heights());
}

#[test]
fn parameters_change_at_the_named_height_on_a_bad_network() {
    let mut world = World::new(Plan { faults: rough(), ..Plan::quiet(61) });
    run(&mut world, 500);
    let old = world.state(0).unwrap().params().clone();
    let params = Params { min_transfer: Paise(321), agreement_margin: 1, ..old };
    let height = decide(&mut world, Change::Params(Box::new(params.clone())));
    run_past(&mut world, height);
    settles_within(&mut world, 20_000);
    assert!((0..6).all(|node| *world.state(node).unwrap().params() == params));
}

#[test]
fn a_bank_leaves_and_another_joins_while_banks_crash() {
    let storm = crashes(62, 3_000, 1_000, 60_000);
    let mut world = World::new(Plan { storm, faults: rough(), spares: 1, ..Plan::quiet(62) });
    run(&mut world, 500);
    let joining = world.identity(6).as_bank(Paise::ZERO);
    let joined = decide(&mut world, Change::AddBank(AddBank { bank: joining }));
    run_past(&mut world, joined);
    let leaving = world.bank(5);
    let left = decide(&mut world, Change::RemoveBank(leaving));
    run_past(&mut world, left);
    world.calm().unwrap();
    run(&mut world, 12_000);
    let banks: Vec<u16> = world.state(0).unwrap().validators().banks().iter().map(|bank| bank.id.0).collect();
    assert_eq!(banks, [0, 1, 2, 3, 4, 6]);
    let heights = world.heights();
    assert!(
        heights.iter().all(|height| height.unwrap() + 3 >= heights[0].unwrap()),
        "all follow: {heights:?}"
    );
    // Without stake it is not elected; its verdicts and votes count.
    let (store, joined) = (world.backup(0), world.bank(6));
    let signs =
        store.range(left, 1_000).iter().any(|h| h.commit.signatures.iter().any(|(bank, _)| *bank == joined));
    assert!(signs, "the new bank votes");
    reads_by_epoch(&mut world, joined.0.into(), 5);
}

/// Who joined reads every body from its epoch on, who left none after its last.
fn reads_by_epoch(world: &mut World, joined: usize, left: usize) {
    let state = world.state(0).unwrap();
    let (chain_id, keys) = (state.chain_id(), state.chain_keys().clone());
    assert_eq!((keys.due_since(), keys.newest()), (None, 3), "a key when one joined, a key when one left");
    let from: Vec<Height> = keys.iter().map(|(_, epoch)| epoch.from).collect();
    let bodies = world.backup(0).range(Height(1), 100_000);
    let bodies: Vec<_> = bodies.iter().filter(|height| !height.private.body.is_empty()).collect();
    let reads = |node: usize, height: &CertifiedHeight| {
        let ring = world.chain_keys(node).unwrap();
        ring.open_body(chain_id, height.height(), &height.private.body).is_ok()
    };
    for height in &bodies {
        let number = height.height();
        assert!(reads(0, height));
        assert_eq!(reads(joined, height), number >= from[1], "who joined, at {number}");
        assert_eq!(reads(left, height), number < from[2], "who left, at {number}");
    }
    let ends = [bodies.first(), bodies.last()].map(|height| height.unwrap().height());
    assert!(ends[0] < from[1] && ends[1] > from[2], "bodies of all epochs: {ends:?}, {from:?}");
}
