//! What a custodian releases, to whom, and what it keeps.

use super::*;
use crate::docket::{Happened, Step};
use crate::judge::fixture::{
    HOME, MASTER, ORDER, identity, noon, opening, reading, regulator, sealed, share_tx,
};
use idx_crypto::open_half;
use idx_types::testing::{TEST_DAY, court_order, hpke_secret, person};
use idx_types::tx::OrderTarget;
use idx_types::{Height, Idx, JudgeId, OrderId, SessionId, TxId};
use zeroize::Zeroizing;

const SESSION: SessionId = SessionId([1; 32]);
const RBI: Holder = Holder::Regulator(0);

fn story(target: OrderTarget, more: Vec<Happened>) -> Story {
    let step = |what| Step { height: Height(5), time: noon(), tx: Some(TxId([1; 32])), what };
    let asked = court_order(JudgeId(1), target, TEST_DAY.end());
    let steps = [Happened::Approved].into_iter().chain(more).map(step).collect();
    Story { id: ORDER, asked, created_at: noon(), steps }
}

fn of_session() -> Story {
    story(OrderTarget::Session { session: SESSION, bank: HOME }, Vec::new())
}

fn company() -> EscrowSecret {
    EscrowSecret::Company(Zeroizing::new(MASTER))
}

fn rbi() -> EscrowSecret {
    EscrowSecret::Regulator(regulator())
}

fn shares(acts: &[Act]) -> Vec<&OrderShare> {
    let mut shares = Vec::new();
    for act in acts {
        if let Act::Share(share) = act {
            shares.push(&**share);
        }
    }
    shares
}

#[test]
fn each_half_is_the_envelope_s_and_only_the_judge_reads_it() {
    let opening = opening(5, Some(SESSION));
    let envelope = sealed(&opening);
    for (holder, keys) in [(Holder::Company, company()), (RBI, rbi())] {
        let acts = acts(&of_session(), holder, std::slice::from_ref(&envelope), &[], &keys, &[7; 32]);
        let [share] = shares(&acts)[..] else { panic!("{acts:?}") };
        assert_eq!((share.order, share.holder, &share.identity), (ORDER, holder, &identity(&opening)));
        let half = open_half(&reading(), &ORDER.digest(), &share.half).unwrap();
        assert_eq!(envelope.envelope.check_half(&half), Ok(()));
        assert!(open_half(&hpke_secret(222), &ORDER.digest(), &share.half).is_err(), "another judge");
        assert!(open_half(&reading(), &OrderId([5; 32]).digest(), &share.half).is_err(), "another order");
    }
}

#[test]
fn what_cannot_be_released_is_refused_with_its_cause() {
    let good = sealed(&opening(5, Some(SESSION)));
    let mut moved = good.clone();
    moved.context.session = Some(SessionId([2; 32]));
    let mut other_day = good.clone();
    other_day.created_at = TEST_DAY.next().start();
    let late = EscrowSecret::Regulator(hpke_secret(99));
    let lost = EscrowSecret::Company(Zeroizing::new([1; 32]));
    let table = [
        ("an envelope of another session", moved.clone(), RBI, rbi(), RefusalCause::DamagedPart),
        ("the same for the company", moved, Holder::Company, company(), RefusalCause::DamagedPart),
        ("a regulator that came later", good.clone(), Holder::Regulator(1), late, RefusalCause::NoPart),
        ("another master", good, Holder::Company, lost, RefusalCause::KeyLost),
        ("sealed to another day's key", other_day, Holder::Company, company(), RefusalCause::KeyLost),
    ];
    for (what, envelope, holder, keys, why) in table {
        let acts = acts(&of_session(), holder, &[envelope], &[], &keys, &[7; 32]);
        assert_eq!(acts, [Act::Refuse(why)], "{what}");
    }
}

/// Of a person's accounts some may open and others not; a refusal ends all, so it waits for the banks.
#[test]
fn a_person_s_accounts_are_released_once_each_and_refused_last() {
    let openings = [5, 6].map(|number| opening(number, None));
    let mut envelopes: Vec<PrivateRecord> = openings.iter().map(sealed).collect();
    let answered =
        |bank| Happened::Answered { bank: idx_types::BankId(bank), accounts: idx_crypto::Hash32::ZERO };
    let target = person(Idx([7; 32]), &[3, 4]);
    let half_answered = story(target.clone(), vec![answered(3)]);
    let all_answered = story(target.clone(), vec![answered(3), answered(4)]);
    let run = |story: &Story, envelopes: &[PrivateRecord], shown: &[Transaction]| {
        acts(story, RBI, envelopes, shown, &rbi(), &[7; 32])
    };
    assert_eq!(shares(&run(&half_answered, &envelopes, &[])).len(), 2);
    envelopes[1].context.bank = idx_types::BankId(4);
    let some = run(&half_answered, &envelopes, &[]);
    assert_eq!((some.len(), shares(&some).len()), (1, 1), "no refusal while a bank has to answer");
    let rest = run(&all_answered, &envelopes, &[]);
    assert_eq!((rest.len(), &rest[1]), (2, &Act::Refuse(RefusalCause::DamagedPart)));
    // After a restart: its share of the first account is on the chain.
    let Act::Share(first) = &rest[0] else { panic!() };
    let settled = share_tx((**first).clone());
    let shared = Happened::Shared { holder: RBI, identity: first.identity.clone() };
    let mut again = story(target, vec![answered(3), answered(4)]);
    again.steps.push(Step { height: Height(6), time: noon(), tx: Some(settled.id()), what: shared });
    assert_eq!(run(&again, &envelopes, &[settled]), [Act::Refuse(RefusalCause::DamagedPart)]);
}
