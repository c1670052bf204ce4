//! Events are read as they were written, and those for everybody name nobody.

use idx_client::testing::{banks, certified, deposit};
use idx_client::views::*;
use idx_types::testing::court_order;
use idx_types::tx::OrderTarget;
use idx_types::*;

fn round_trips(event: EventBody) {
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<EventBody>(&text).unwrap(), event, "{text}");
}

/// A height with a judge's order about a session, and what became of it.
fn ordered(outcome: Outcome) -> wire::CertifiedHeight {
    let target = OrderTarget::Session { session: SessionId([8; 32]), bank: BankId(1) };
    let mut tx = deposit(1);
    tx.body.kind = TxKind::CourtOrder(Box::new(court_order(JudgeId(1), target, TimestampMs(5_000))));
    certified(4, vec![deposit(2), tx], vec![Outcome::Completed, outcome])
}

#[test]
fn a_court_order_is_told_when_it_settled_and_says_nothing_of_whom_it_is_about() {
    let height = ordered(Outcome::Completed);
    let steps = CourtOrderEventView::all_of(&height);
    let [step] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!((step.step.as_str(), step.judge, step.height), ("court_order", Some(JudgeId(1)), Height(4)));
    let text = serde_json::to_string(step).unwrap();
    for hidden in ["SESSION_", "IDX_", "reason", "case"] {
        assert!(!text.contains(hidden), "{text}");
    }
    round_trips(EventBody::CourtOrder { order: step.clone() });
    let failed = ordered(Outcome::Failed(Reason::UnknownJudge));
    assert!(CourtOrderEventView::all_of(&failed).is_empty());
}

#[test]
fn a_height_is_counted_by_what_became_of_it() {
    let outcomes = vec![Outcome::Completed, Outcome::Failed(Reason::Expired), Outcome::Deferred];
    let height = certified(9, (1..=3).map(deposit).collect(), outcomes);
    let view = BlockFinalizedView::of(&height);
    assert_eq!((view.txs, view.completed, view.failed, view.deferred), (3, 1, 1, 1));
    let mined = BlockMinedView::of(&height, &banks());
    assert_eq!((mined.block, mined.height, mined.txs, mined.hash.0), (Height(9), Height(9), 3, view.hash.0));
    let votes = ConsensusEventView::of(&height, &banks());
    assert_eq!((votes.hash.0, votes.votes), (view.hash.0, votes.verdicts.len() as u64));
}

#[test]
fn a_customer_s_turn_is_read_again_and_not_shown_in_logs() {
    let transfer = TransferEventView {
        stream: "5f".to_owned(),
        sequence: 4,
        event: "transaction_update".to_owned(),
        tx_hash: TxId([7; 32]),
        direction: EventDirection::Received,
        travel: None,
        status: None,
        previous_status: Some("AWAITING_RECEIVER".to_owned()),
        reason: Some("TAKEN_ELSEWHERE".to_owned()),
        height: None,
        time: TimestampMs(5).into(),
        amount: Paise(500_000),
        sender_session_id: Some(SessionId([1; 32])),
    };
    assert_eq!(format!("{transfer:?}"), "TransferEventView(4 ****)");
    round_trips(EventBody::Transfer { transfer });
    let (stream, from) = ("blocks".to_owned(), 1);
    round_trips(EventBody::Missed { missed: MissedView { stream, from, to: 2, oldest: 3, last: 4 } });
}

#[test]
fn what_a_client_goes_on_after_is_a_number_or_a_cursor() {
    for (text, since) in [
        ("7", Since::Sequence(7)),
        (r#"{"height":3,"index":1}"#, Since::Cursor(Cursor { height: Height(3), index: 1 })),
    ] {
        assert_eq!(serde_json::from_str::<Since>(text).unwrap(), since);
        assert_eq!(serde_json::to_string(&since).unwrap(), text);
    }
    for bad in ["-1", "\"7\"", r#"{"height":3}"#, r#"{"height":3,"index":1,"more":1}"#] {
        assert!(serde_json::from_str::<Since>(bad).is_err(), "{bad}");
    }
}
