//! Answers that are taken, and every way in which one is another's.

use super::*;
use idx_crypto::{Ed25519, Hash32, Signer};
use idx_types::testing::{chain_id, key};
use idx_types::{NetworkKey, NumberEnding, Paise, ReceiverTag, Signed};

const QUESTION: BalanceQuestion = BalanceQuestion { tag: ReceiverTag([1; 32]), nonce: [2; 32] };

fn holder() -> Bank {
    Bank {
        id: BankId(3),
        code: "SBI".parse().unwrap(),
        consensus_key: key(3).public_key(),
        network_key: NetworkKey([3; 32]),
        hpke_key: Hash32([3; 32]),
        stake: Paise(1),
    }
}

fn answer(told: Option<Vec<AccountTold>>) -> BalanceAnswer {
    let (holder, asker, height) = (BankId(3), BankId(1), Height(9));
    BalanceAnswer { chain_id: chain_id(), holder, asker, question: QUESTION, height, told }
}

fn account() -> AccountTold {
    let ending = NumberEnding::of("501000000042").unwrap();
    AccountTold { ending, balance: Paise(700), held: Paise(100), is_frozen: false }
}

fn heard(answer: BalanceAnswer, by: u8) -> Result<Told, NotAnAnswer> {
    let asked = Asked { chain_id: chain_id(), holder: &holder(), asker: BankId(1), question: QUESTION };
    asked.hear(PaddedAnswer::new(Signed::new(answer, &key(by))).unwrap(), &Ed25519)
}

#[test]
fn what_the_asked_bank_signs_is_taken() {
    for (told, expected) in
        [(None, None), (Some(vec![]), None), (Some(vec![account()]), Some((vec![account()], Height(9))))]
    {
        assert_eq!(heard(answer(told), 3), Ok(expected));
    }
}

#[test]
fn what_answers_something_else_or_is_signed_by_another_is_not() {
    type Change = fn(&mut BalanceAnswer);
    let table: [(&str, Change); 5] = [
        ("an earlier question", |answer| answer.question.nonce = [9; 32]),
        ("another person", |answer| answer.question.tag = ReceiverTag([9; 32])),
        ("another bank's answer", |answer| answer.holder = BankId(4)),
        ("an answer to another bank", |answer| answer.asker = BankId(2)),
        ("another network", |answer| answer.chain_id.0.0[0] ^= 1),
    ];
    for (what, change) in table {
        let mut other = answer(Some(vec![account()]));
        change(&mut other);
        assert_eq!(heard(other, 3), Err(NotAnAnswer::OtherQuestion), "{what}");
    }
    assert_eq!(heard(answer(None), 4), Err(NotAnAnswer::BadSignature), "another bank's key");
}

#[test]
fn an_amount_that_was_changed_on_its_way_is_noticed() {
    let asked = Asked { chain_id: chain_id(), holder: &holder(), asker: BankId(1), question: QUESTION };
    let mut signed = Signed::new(answer(Some(vec![account()])), &key(3));
    signed.message.told = Some(vec![AccountTold { balance: Paise(800), ..account() }]);
    let changed = PaddedAnswer::new(signed).unwrap();
    assert_eq!(asked.hear(changed, &Ed25519), Err(NotAnAnswer::BadSignature));
}
