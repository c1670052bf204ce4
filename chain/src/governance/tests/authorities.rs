//! Judges and regulators by governance: who may join, what keys they may have, what an addition means.

use super::{height, pass, propose};
use crate::testing::{World, bank, share};
use idx_crypto::{PublicKey, Signer};
use idx_types::testing::{hpke_secret, judge, key, open_account};
use idx_types::tx::{AddBank, Change, OrderIdentity};
use idx_types::{Bank, BankId, Height, Holder, Judge, JudgeId, Paise, Reason, Regulator};

fn register(number: u16, spoil: impl FnOnce(&mut Judge)) -> Change {
    let mut judge = judge(JudgeId(number));
    spoil(&mut judge);
    Change::RegisterJudge(Box::new(judge))
}

fn second_regulator() -> Regulator {
    Regulator {
        name: "FIU-IND".to_owned(),
        signing_key: key(240).public_key(),
        hpke_key: hpke_secret(240).public(),
    }
}

fn add_regulator(spoil: impl FnOnce(&mut Regulator)) -> Change {
    let mut regulator = second_regulator();
    spoil(&mut regulator);
    Change::AddRegulator(Box::new(regulator))
}

#[test]
fn four_of_six_register_a_judge_and_three_do_not() {
    let mut world = World::new(6);
    pass(&mut world, &[0, 1, 2], register(1, |_| ()), 10);
    pass(&mut world, &[0, 1, 2, 3], register(2, |_| ()), 10);
    world.advance_to(9);
    let numbers: Vec<u16> = world.state.judges().iter().map(|record| record.judge.id.0).collect();
    assert_eq!(numbers, [2]);
    assert_eq!(world.state.judges().get(JudgeId(2)).unwrap().active_from, Height(10));
}

#[test]
fn retired_judges_stay_on_record_and_their_numbers_and_keys_are_used_up() {
    let mut world = World::with_judges(6, 1);
    let at = height(&world) + 6;
    world.decree(Change::RetireJudge(JudgeId(1)));
    assert_eq!(world.state.judges().get(JudgeId(1)).unwrap().retired_from, Some(Height(at)));
    let old_key = judge(JudgeId(1)).signing_key;
    let table = [
        register(1, |_| ()),
        register(1, |judge| judge.signing_key = key(230).public_key()),
        register(2, |judge| judge.signing_key = old_key),
        Change::RetireJudge(JudgeId(1)),
        Change::RetireJudge(JudgeId(7)),
    ];
    for change in table {
        world.refused(propose(0, change, at + 50), 0, Reason::BadProposal);
    }
}

/// One key speaks for one: bank, judge, company or regulator.
#[test]
fn unsound_authorities_are_not_proposed() {
    let mut world = World::with_judges(6, 1);
    let taken =
        [bank(2).consensus_key, judge(JudgeId(1)).signing_key, key(250).public_key(), PublicKey([0; 32])];
    let at = height(&world) + 50;
    for key in taken {
        world.refused(propose(0, register(2, |judge| judge.signing_key = key), at), 0, Reason::BadProposal);
        world.refused(propose(0, add_regulator(|one| one.signing_key = key), at), 0, Reason::BadProposal);
    }
    let judges_key = Bank { consensus_key: taken[1], stake: Paise::ZERO, ..bank(6) };
    let table = [
        register(2, |judge| judge.name = "J\n".to_owned()),
        add_regulator(|one| one.name.clear()),
        add_regulator(|one| one.hpke_key = hpke_secret(251).public()),
        add_regulator(|one| one.hpke_key = hpke_secret(250).public()),
        Change::AddBank(AddBank { bank: judges_key }),
    ];
    for change in table {
        world.refused(propose(0, change, at), 0, Reason::BadProposal);
    }
}

#[test]
fn of_two_changes_for_one_number_the_first_holds() {
    let mut world = World::new(6);
    pass(&mut world, &[0, 1, 2, 3], register(1, |_| ()), 20);
    pass(&mut world, &[0, 1, 2, 3], register(1, |judge| judge.signing_key = key(230).public_key()), 20);
    world.advance_to(19);
    assert_eq!(world.state.judges().get(JudgeId(1)).unwrap().judge, judge(JudgeId(1)));
}

/// New envelopes are for all regulators; any of them, known by its place, answers orders.
#[test]
fn a_second_regulator_holds_new_envelopes_and_may_share() {
    let mut world = World::with_judges(6, 1);
    let (_, session) = world.customer(3);
    let order = world.order(JudgeId(1), World::session_target(3, session));
    let ask = share(order, Holder::Regulator(1), OrderIdentity::Session(session));
    let signed = world.tx_by(ask.clone(), &key(240));
    world.assert_refused(&signed, Reason::UnknownHolder);
    world.decree(add_regulator(|_| ()));
    assert_eq!(world.state.escrow().regulators[1], second_regulator());
    world.done_by(ask, &key(240));
    let old = open_account(BankId(3), crate::testing::handle(77));
    world.refused(old, 3, Reason::BadEnvelope);
}
