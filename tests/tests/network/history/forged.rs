//! The checker itself: a true history passes, and each kind of wrong answer is refused by its own rule.

use super::chain::Block;
use super::{Answer, Chain, Record, Sending, SessionPage, Settlement, Standing, rules};
use idx_crypto::{SecretKey, Signer};
use idx_types::testing;
use idx_types::tx::TX_VERSION;
use idx_types::{
    AccountHandle, BankId, ChainId, Outcome, Paise, PrivateHash, Reason, SessionId, TimestampMs, Transaction,
    TxBody, TxHash, TxId, TxKind,
};
use std::collections::BTreeMap;
use std::time::Duration;

const HANDLE: AccountHandle = AccountHandle([7; 32]);

/// Until when the transactions of these histories may settle; blocks are a second apart from 1,000 ms.
const VALID_UNTIL: TimestampMs = TimestampMs(4_500);

fn deposit(nonce: u64) -> Transaction {
    signed(nonce, TxKind::Deposit(testing::cash(BankId(0), HANDLE, Paise(100))))
}

fn signed(nonce: u64, kind: TxKind) -> Transaction {
    let body = TxBody {
        version: TX_VERSION,
        chain_id: ChainId(idx_crypto::Hash32([1; 32])),
        created_at: TimestampMs(0),
        valid_until: VALID_UNTIL,
        nonce,
        kind,
    };
    body.sign(&[&SecretKey::from_seed(&[9; 32])]).redacted()
}

fn hash(height: u64) -> PrivateHash {
    PrivateHash([u8::try_from(height).expect("few heights"); 32])
}

fn block(height: u64, entries: Vec<(Transaction, Outcome)>) -> Block {
    Block { private_hash: hash(height), time: TimestampMs(height * 1_000), entries }
}

/// Height 1 opens the account, 2 and 3 each bring a deposit of 100, 4 one that fails, 5 comes after the
/// time of all of them.
fn blocks() -> Vec<Block> {
    vec![
        block(1, vec![(signed(0, testing::open_account(BankId(0), HANDLE)), Outcome::Completed)]),
        block(2, vec![(deposit(2), Outcome::Completed)]),
        block(3, vec![(deposit(8), Outcome::Deferred), (deposit(3), Outcome::Completed)]),
        block(4, vec![(deposit(4), Outcome::Failed(Reason::AccountFrozen))]),
        block(5, vec![]),
    ]
}

fn settlement(height: u64, index: u32, outcome: Outcome) -> Settlement {
    Settlement { height, index, outcome, private_hash: hash(height) }
}

fn id(nonce: u64) -> TxId {
    deposit(nonce).id()
}

/// An answer of the first bank, asked at `at` ms and answered 10 ms later.
fn at(at: u64, answer: Answer) -> Record {
    let (began, ended) = (Duration::from_millis(at), Duration::from_millis(at + 10));
    Record { bank: 0, life: 0, began, ended, answer }
}

fn final_at(nonce: u64, height: u64, index: u32) -> Answer {
    Answer::Receipt(id(nonce), Standing::Final(settlement(height, index, Outcome::Completed)))
}

fn faults(blocks: Vec<Block>, records: &[Record]) -> Vec<String> {
    let sent: BTreeMap<_, _> = (2..10).map(|nonce| (id(nonce), deposit(nonce))).collect();
    rules::check(&Chain::of(blocks), records, &sent)
}

/// What six honest nodes might have said.
fn true_history() -> Vec<Record> {
    vec![
        at(50, Answer::Account(HANDLE, None)),
        at(60, Answer::Block(1, None)),
        at(100, Answer::Head(1)),
        at(110, Answer::Account(HANDLE, Some((1, Paise(0))))),
        at(120, Answer::Receipt(id(2), Standing::Unknown)),
        at(130, Answer::Sent(id(2), Sending::Taken)),
        at(150, Answer::Receipt(id(2), Standing::Pending)),
        at(160, Answer::Transaction(id(2), Some(deposit(2).hash()))),
        at(200, final_at(2, 2, 0)),
        // Asked before the answer above came, and so free to be older.
        at(205, Answer::Receipt(id(2), Standing::Pending)),
        at(205, Answer::Head(1)),
        at(220, Answer::Account(HANDLE, Some((2, Paise(100))))),
        at(230, Answer::Block(2, Some(hash(2)))),
        at(300, final_at(3, 3, 1)),
        at(310, Answer::Account(HANDLE, Some((4, Paise(200))))),
        at(
            320,
            Answer::Receipt(id(4), Standing::Final(settlement(4, 0, Outcome::Failed(Reason::AccountFrozen)))),
        ),
        at(330, Answer::Sent(id(2), Sending::Refused(Reason::Replayed))),
        at(340, Answer::Sent(id(5), Sending::Refused(Reason::BadSignature))),
        at(350, Answer::Sent(id(6), Sending::Taken)),
        at(360, Answer::Sent(id(7), Sending::Unheard)),
        at(370, Answer::Pool(3)),
        at(400, Answer::Head(5)),
        // Another node, and one that lost everything, are bound by their own words only.
        Record { bank: 1, ..at(500, Answer::Head(2)) },
        Record { bank: 1, ..at(510, Answer::Receipt(id(3), Standing::Pending)) },
        Record { life: 1, ..at(600, Answer::Head(0)) },
        Record { life: 1, ..at(610, Answer::Account(HANDLE, None)) },
    ]
}

#[test]
fn a_true_history_passes() {
    assert_eq!(faults(blocks(), &true_history()), [""; 0]);
}

#[test]
fn each_wrong_answer_is_refused_by_its_rule() {
    let failed = Outcome::Failed(Reason::InsufficientFunds);
    let other_place = Standing::Final(settlement(2, 1, Outcome::Completed));
    let other_block = Settlement { private_hash: hash(9), ..settlement(2, 0, Outcome::Completed) };
    let table = [
        ("settled that is not", final_at(6, 3, 0), "the chain says []"),
        ("at another height", final_at(2, 3, 0), "the chain says [Settlement"),
        ("at another place", Answer::Receipt(id(2), other_place), "the chain says [Settlement"),
        (
            "in another block",
            Answer::Receipt(id(2), Standing::Final(other_block)),
            "the chain says [Settlement",
        ),
        (
            "with another outcome",
            Answer::Receipt(id(2), Standing::Final(settlement(2, 0, failed))),
            "the chain says",
        ),
        ("other bytes", Answer::Transaction(id(2), Some(TxHash([3; 32]))), "nobody handed in"),
        ("pending again", Answer::Receipt(id(2), Standing::Pending), "it was settled at 210 ms"),
        ("unknown again", Answer::Receipt(id(2), Standing::Unknown), "it was settled at 210 ms"),
        ("not shown again", Answer::Transaction(id(2), None), "it was settled at 210 ms"),
        ("another block", Answer::Block(2, Some(hash(3))), "the chain has Some"),
        ("a block to come", Answer::Block(9, Some(hash(9))), "the chain has None"),
        ("a block no longer there", Answer::Block(5, None), "it had shown height 5"),
        ("a lower head", Answer::Head(4), "it had shown height 5 by 410 ms, this is of 4"),
        ("a wrong balance", Answer::Account(HANDLE, Some((5, Paise(199)))), "it held Some(200)"),
        ("an old balance", Answer::Account(HANDLE, Some((4, Paise(200)))), "it had shown height 5"),
        ("a balance to come", Answer::Account(HANDLE, Some((6, Paise(200)))), "after that height"),
        ("an account gone", Answer::Account(HANDLE, None), "it had shown height 5"),
        (
            "an account that never was",
            Answer::Account(AccountHandle([1; 32]), Some((5, Paise(0)))),
            "it held None",
        ),
        ("pending though below the tip", Answer::Receipt(id(3), Standing::Pending), "it was settled"),
        (
            "refused and settled",
            Answer::Sent(id(4), Sending::Refused(Reason::PoolFull)),
            "it is in the chain",
        ),
    ];
    for (what, answer, says) in table {
        let mut records = true_history();
        records.push(at(700, answer));
        let faults = faults(blocks(), &records);
        assert!(faults.iter().any(|fault| fault.contains(says)), "{what}: {faults:?}");
    }
}

#[test]
fn a_node_that_shows_a_height_has_what_settled_below_it() {
    let records = [at(10, Answer::Head(2)), at(30, Answer::Receipt(id(2), Standing::Pending))];
    let faults = faults(blocks(), &records);
    assert!(faults.len() == 1 && faults[0].contains("it had shown height 2"), "{faults:?}");
}

#[test]
fn a_list_of_a_session_has_the_chain_s_order_and_no_gap() {
    let session = SessionId([5; 32]);
    let open = |nonce| {
        let key = SecretKey::from_seed(&[9; 32]).public_key();
        signed(nonce, testing::open_session(BankId(0), session, HANDLE, key, VALID_UNTIL))
    };
    let mut blocks = blocks();
    for (nonce, height) in [(60, 1), (61, 2), (62, 3)] {
        blocks[height].entries.push((open(nonce), Outcome::Completed));
    }
    let page = |from, nonces: &[u64], is_last| {
        let ids = nonces.iter().map(|nonce| open(*nonce).id()).collect();
        Answer::Session(SessionPage { session, from, ids, is_last })
    };
    for (what, answer, says) in [
        ("all", page(1, &[60, 61, 62], true), None),
        ("the first", page(1, &[60], false), None),
        ("from a height on", page(4, &[62], true), None),
        ("a gap", page(1, &[60, 62], false), Some("the chain lists others")),
        ("another order", page(1, &[61, 60], false), Some("the chain lists others")),
        ("one too many", page(4, &[62, 60], true), Some("the chain lists others")),
        (
            "the last is missing",
            page(1, &[60, 61], true),
            Some("it had shown height 5 by 20 ms, this is of 3"),
        ),
    ] {
        let records = [at(10, Answer::Head(5)), at(30, answer)];
        let faults = faults(blocks.clone(), &records);
        let right = says.map_or(faults.is_empty(), |says| faults.len() == 1 && faults[0].contains(says));
        assert!(right, "{what}: {faults:?}");
    }
}

#[test]
fn a_chain_that_no_ledger_may_make_is_refused() {
    let twice = [blocks(), vec![block(6, vec![(deposit(2), Outcome::Failed(Reason::Replayed))])]].concat();
    assert!(faults(twice, &[])[0].contains("settled 2 times"));
    let late = [blocks(), vec![block(6, vec![(deposit(9), Outcome::Completed)])]].concat();
    assert!(faults(late, &[])[0].contains("after its time"));
    let cash = testing::cash(BankId(0), HANDLE, Paise(500));
    let mut overdrawn = blocks();
    overdrawn[3].entries.push((signed(50, TxKind::Withdraw(cash)), Outcome::Completed));
    assert!(faults(overdrawn, &[])[0].contains("overdraws"));
}

#[test]
fn what_was_taken_and_vanished_is_noticed_until_its_time_is_over() {
    let records = [at(10, Answer::Sent(id(6), Sending::Taken))];
    assert_eq!(faults(blocks(), &records), [""; 0]);
    let faults = faults(blocks()[..4].to_vec(), &records);
    assert!(faults.len() == 1 && faults[0].contains("neither settled nor expired"), "{faults:?}");
}
