//! Heights from peers, and when a bank must not sign.

use super::height::{certified, certified_with};
use super::pool::opening;
use super::{Rig, blamed, peer_of, signs_verdicts};
use crate::{Abstention, CheckedResponse, Effect, Input, OwnMessage, Start};
use idx_crypto::Ed25519;
use idx_types::wire::{CertifiedHeight, Response, Status};
use idx_types::{BankId, Height, NetworkKey, Outcome, PrivateHash, PublicHash, Reason, Signed};

fn answer(rig: &mut Rig, peer: NetworkKey, heights: Vec<CertifiedHeight>) -> Vec<Effect> {
    rig.step(Input::Response(peer, 99, CheckedResponse::check(Response::Heights(heights), &Ed25519)))
}

fn status(height: u64, rig: &Rig) -> Status {
    Status { height: Height(height), private_hash: PrivateHash([7; 32]), clock: rig.now }
}

fn halts(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Halt(_)))
}

#[test]
fn a_sound_height_is_applied() {
    let mut rig = Rig::new();
    let height = certified(&rig);
    let effects = answer(&mut rig, peer_of(BankId(3)), vec![height]);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Commit(_))), "{effects:?}");
    assert_eq!(rig.mind.status_now(rig.now).height, Height(0), "not claimed before it is stored");
    rig.step(Input::Committed(Height(1)));
    assert_eq!(rig.mind.status_now(rig.now).height, Height(1));
}

/// Redaction keeps every hash, so a quorum's signatures hold: it must still be the peer that pays for it,
/// and not this bank, which would read other outcomes out of it and halt.
#[test]
fn a_height_without_what_banks_must_see_costs_the_peer_its_place() {
    let mut rig = Rig::new();
    let whole = certified_with(&rig, 3, vec![opening(&rig)], Vec::new());
    let mut redacted = whole.clone();
    redacted.public.transactions = vec![whole.public.transactions[0].redacted()];
    let effects = answer(&mut rig, peer_of(BankId(3)), vec![redacted]);
    assert_eq!(blamed(&effects), [peer_of(BankId(3))]);
    assert!(!halts(&effects), "{effects:?}");
    let effects = answer(&mut rig, peer_of(BankId(4)), vec![whole]);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Commit(_))), "{effects:?}");
}

/// A body that a quorum signed is taken as it is: not to be readable stops nobody (document 4.4).
#[test]
fn a_certified_body_that_this_bank_did_not_expect_is_kept() {
    let mut rig = Rig::new();
    let height = certified_with(&rig, 3, vec![opening(&rig)], vec![7; 100]);
    let effects = answer(&mut rig, peer_of(BankId(3)), vec![height]);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Commit(_))), "{effects:?}");
}

/// Whatever a peer alters in a height that a quorum signed: the peer is blamed, and nobody halts.
#[test]
fn an_altered_height_costs_the_peer_its_place_and_stops_nobody() {
    type Alter = fn(&mut CertifiedHeight);
    let table: [(&str, Alter); 10] = [
        ("body", |h| h.private.body.push(1)),
        ("outcomes", |h| h.private.outcomes.push(Outcome::Failed(Reason::Overflow))),
        ("too few signatures", |h| h.commit.signatures.truncate(3)),
        ("another round", |h| h.commit.round = idx_types::Round(1)),
        ("another value", |h| h.commit.value = PrivateHash([1; 32])),
        ("certificate", |h| h.private.certificate.verdicts.truncate(1)),
        ("mining time", |h| h.private.header.mining_ms += 1),
        ("public parent", |h| h.public.header.parent_public = PublicHash([1; 32])),
        ("height", |h| h.commit.height = Height(2)),
        ("a later height", |h| h.public.header.height = Height(5)),
    ];
    for (what, alter) in table {
        let mut rig = Rig::new();
        let mut height = certified(&rig);
        alter(&mut height);
        let effects = answer(&mut rig, peer_of(BankId(3)), vec![height]);
        assert!(!halts(&effects), "{what} halts the node");
        assert_eq!(blamed(&effects), [peer_of(BankId(3))], "{what}");
        let sound = certified(&rig);
        let effects = answer(&mut rig, peer_of(BankId(4)), vec![sound]);
        assert!(effects.iter().any(|effect| matches!(effect, Effect::Commit(_))), "{what}: then a sound one");
    }
}

#[test]
fn a_bank_that_abstains_signs_nothing_and_leaves_its_journal_alone() {
    let mut rig = Rig::started(Start { journal_height: Height(9), ..Start::default() });
    assert_eq!(rig.mind.abstention(), Abstention::Below(Height(10)));
    let effects = rig.announce(rig.block(0, 0));
    assert!(!signs_verdicts(&effects));
    let writes = effects.iter().any(|effect| matches!(effect, Effect::Log(..)));
    assert!(!writes, "the mark in it says that this bank abstains");
}

#[test]
fn lost_history_ends_when_nearly_all_have_told_and_none_is_believed_who_cannot_show() {
    let mut rig = Rig::started(Start { history_lost: true, ..Start::default() });
    for bank in 1..4 {
        rig.step(Input::Status(peer_of(BankId(bank)), status(0, &rig)));
        assert_eq!(rig.mind.abstention(), Abstention::HistoryLost, "bank {bank} alone is not enough");
    }
    rig.step(Input::Status(peer_of(BankId(5)), status(u64::MAX, &rig)));
    assert_eq!(rig.mind.abstention(), Abstention::HistoryLost, "one claims more than is here");
    rig.mind.peers.distrust(peer_of(BankId(5)), Height(0), rig.now);
    rig.step(Input::Status(peer_of(BankId(4)), status(0, &rig)));
    assert_eq!(
        rig.mind.abstention(),
        Abstention::Below(Height(3)),
        "two above the tip may be signed already"
    );
}

/// A signature that comes when the search for a later round runs is of no use to that round.
#[test]
fn a_late_header_signature_does_not_take_the_place_of_a_later_search() {
    let mut rig = Rig::new();
    let late = rig.block(5, 0).header;
    rig.mind.book.mining =
        Some(crate::book::MiningJob { round: idx_types::Round(11), transactions: Vec::new() });
    let header = Signed { message: late.message, signature: late.signature };
    let effects = rig.step(Input::Signed(OwnMessage::Header(Box::new(header))));
    assert!(effects.is_empty(), "{effects:?}");
    assert!(rig.mind.book.mining.is_some() && rig.mind.book.mined.is_empty());
}
