//! An order covers what it names, proven, and nothing else.

use super::*;
use crate::docket::{Happened, Step};
use crate::judge::fixture::*;
use idx_types::testing::{TEST_DAY, acceptance, court_order, hpke_secret, person, transfer};
use idx_types::tx::{Acceptance, AnswerOrder, Party};
use idx_types::{Idx, JudgeId, Paise};

const PAYER: SessionId = SessionId([1; 32]);
const PAID: SessionId = SessionId([2; 32]);
const OTHER: SessionId = SessionId([3; 32]);

fn story(target: OrderTarget, answers: &[&Transaction]) -> Story {
    let asked = court_order(JudgeId(1), target, TEST_DAY.end());
    let bank_of = |tx: &Transaction| match &tx.body.kind {
        TxKind::AnswerOrder(answer) => (answer.bank, answer.accounts.commitment()),
        other => panic!("{}", other.name()),
    };
    let answered = answers.iter().map(|tx| {
        let (bank, accounts) = bank_of(tx);
        (tx.id(), Happened::Answered { bank, accounts })
    });
    let first = (TxId([9; 32]), Happened::Approved);
    let step = |(tx, what)| Step { height: Height(5), time: noon(), tx: Some(tx), what };
    Story {
        id: ORDER,
        asked,
        created_at: noon(),
        steps: [first].into_iter().chain(answered).map(step).collect(),
    }
}

fn payment() -> Transaction {
    tx(TxKind::Transfer(transfer((PAYER, HOME), (PAID, HOME), Paise(1), Paise(1))))
}

fn party_of(payment: &Transaction, party: Party, session: SessionId) -> OrderTarget {
    OrderTarget::Party(PartySought { tx: payment.id(), party, session, bank: HOME })
}

fn sessions(found: Result<Option<Vec<PrivateRecord>>, Missing>) -> Vec<Option<SessionId>> {
    found.unwrap().unwrap().iter().map(|record| record.context.session).collect()
}

#[test]
fn either_side_of_a_transfer_and_only_who_stands_there() {
    let payment = payment();
    let proven = [payment.clone(), opening(5, Some(PAYER)), opening(6, Some(PAID)), opening(7, Some(OTHER))];
    for (party, session) in [(Party::Sender, PAYER), (Party::Receiver, PAID)] {
        let found = covered(&story(party_of(&payment, party, session), &[]), &proven);
        assert_eq!(sessions(found), [Some(session)]);
    }
    for (what, party, session) in
        [("the other side", Party::Sender, PAID), ("somebody else", Party::Receiver, OTHER)]
    {
        let found = covered(&story(party_of(&payment, party, session), &[]), &proven);
        assert!(matches!(found, Ok(None)), "{what}: {found:?}");
    }
    let elsewhere = OrderTarget::Party(PartySought {
        tx: payment.id(),
        party: Party::Sender,
        session: PAYER,
        bank: BankId(4),
    });
    assert!(matches!(covered(&story(elsewhere, &[]), &proven), Ok(None)), "another bank's session");
}

/// Two forms of one transfer have one id: which session received, only the block's own form says. The
/// caller proves by hash; here it is seen that another choice is another target.
#[test]
fn a_transfer_with_another_choice_has_the_same_id_and_another_target() {
    let honest = payment();
    let mut forged = honest.clone();
    let TxKind::Transfer(transfer) = &mut forged.body.kind else { unreachable!() };
    transfer.accepted = Some(Acceptance { ..acceptance(OTHER, HOME) });
    assert_eq!(honest.id(), forged.id());
    assert_ne!(honest.hash(), forged.hash());
    let proven = [honest.clone(), opening(7, Some(OTHER))];
    let found = covered(&story(party_of(&honest, Party::Receiver, OTHER), &[]), &proven);
    assert!(matches!(found, Ok(None)));
}

#[test]
fn a_session_of_another_bank_or_nobody_s_is_not_there() {
    let target = |session, bank| OrderTarget::Session { session, bank };
    let proven = [opening(5, Some(PAYER))];
    assert_eq!(sessions(covered(&story(target(PAYER, HOME), &[]), &proven)), [Some(PAYER)]);
    for (session, bank) in [(PAID, HOME), (PAYER, BankId(4))] {
        assert_eq!(covered(&story(target(session, bank), &[]), &proven), Err(Missing::Session));
    }
}

#[test]
fn a_person_s_accounts_are_those_that_home_banks_named_on_the_chain() {
    let handles = |numbers: &[u8]| numbers.iter().map(|n| AccountHandle([*n; 32])).collect();
    let judge = hpke_secret(221).public();
    let answer = |numbers: &[u8]| {
        let answer = AnswerOrder::new((HOME, ORDER), &judge, handles(numbers), [3; 32], &[4; 32]);
        tx(TxKind::AnswerOrder(Box::new(answer)))
    };
    let (named, not_named) = (answer(&[5, 6]), answer(&[5, 6, 7]));
    let openings = [5, 6, 7].map(|number| opening(number, None));
    let story = story(person(Idx([7; 32]), &[3]), &[&named]);
    let proven = |answer: &Transaction| [std::slice::from_ref(answer), &openings[..]].concat();
    let found = covered(&story, &proven(&named)).unwrap().unwrap();
    let found: Vec<u8> = found.iter().map(|record| record.context.handle.0[0]).collect();
    assert_eq!(found, [5, 6], "the third was not named");
    assert_eq!(covered(&story, &proven(&not_named)), Err(Missing::Answer), "another answer than on chain");
    assert_eq!(covered(&story, &proven(&named.redacted())), Err(Missing::Answer), "nothing of it is shown");
    assert_eq!(covered(&story, &[named, openings[0].clone()]), Err(Missing::Account));
    let unanswered = self::story(person(Idx([7; 32]), &[3]), &[]);
    assert_eq!(covered(&unanswered, &openings), Err(Missing::Unanswered));
    let of_session = opening(5, Some(PAYER));
    let only = [answer(&[5]), of_session];
    let story = self::story(person(Idx([7; 32]), &[3]), &[&only[0]]);
    assert_eq!(covered(&story, &only), Err(Missing::Account), "a session's envelope is not the account's");
}
