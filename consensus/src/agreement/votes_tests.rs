//! The vote book under a flood, and how it counts.

use super::*;
use idx_crypto::Signature;
use idx_types::{Height, Signed, testing};

const SKIP: usize = 2;

fn vote(round: u32, bank: u16, value: Option<u8>) -> SignedVote {
    let message = Vote {
        chain_id: testing::chain_id(),
        height: Height(1),
        round: Round(round),
        kind: VoteKind::Prevote,
        value: value.map(|byte| PrivateHash([byte; 32])),
        bank: BankId(bank),
    };
    Signed { message, signature: Signature([0; 64]) }
}

fn at(round: u32) -> Window {
    Window { current: Some(Round(round)), pinned: Vec::new() }
}

fn held(book: &VoteBook) -> Vec<u32> {
    book.rounds().map(|round| round.0).collect()
}

#[test]
fn a_bank_holds_its_newest_future_rounds_and_no_more() {
    let mut book = VoteBook::default();
    for round in [9, 1, 5, 7, 3, 8, 100, 2] {
        book.add(vote(round, 0, None), &at(0), SKIP);
    }
    assert_eq!(held(&book), [7, 8, 9, 100]);
    book.add(vote(2, 1, None), &at(0), SKIP);
    assert_eq!(held(&book), [2, 7, 8, 9, 100], "another bank has its own places");
}

#[test]
fn the_past_is_kept_as_far_as_the_window_and_its_pins() {
    let mut book = VoteBook::default();
    let window = Window { pinned: vec![Round(3)], ..at(100) };
    for (round, kept) in [(67, false), (68, true), (100, true), (3, true), (4, false)] {
        assert_eq!(book.add(vote(round, 0, None), &window, SKIP).fresh, kept, "round {round}");
    }
    book.prune(&at(101));
    assert_eq!(held(&book), [100]);
}

#[test]
fn a_place_holds_two_votes_and_those_that_others_back() {
    let mut book = VoteBook::default();
    let mut add = |bank, value| book.add(vote(0, bank, Some(value)), &at(0), SKIP);
    assert_eq!(add(0, 1), AddVote { fresh: true, earlier: None });
    assert_eq!(add(0, 1), AddVote { fresh: false, earlier: None });
    assert_eq!(add(0, 2), AddVote { fresh: true, earlier: Some(vote(0, 0, Some(1))) });
    assert_eq!(
        add(0, 3),
        AddVote { fresh: false, earlier: Some(vote(0, 0, Some(1))) },
        "nobody else's value"
    );
    assert!(add(1, 4).fresh && add(2, 4).fresh);
    assert!(add(0, 4).fresh, "a third value that two others vote for");
    assert_eq!(book.voters(Round(0)), 3);
    assert_eq!(book.polka(Round(0), 3), Some(PrivateHash([4; 32])));
    assert_eq!(book.get(Round(0), BankId(0), VoteKind::Prevote), Some(&vote(0, 0, Some(1))));
}
