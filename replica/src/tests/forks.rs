//! A forked chain: who can prove it stops, and tells the others; who cannot goes on.

use super::height::{certified, certified_after, commit};
use super::{Rig, peer_of};
use crate::forking::FAREWELLS;
use crate::{CheckedResponse, Effect, HaltReason, Input, JournalEntry, Passed, Start, TimerId};
use idx_crypto::Ed25519;
use idx_types::wire::{CertifiedHeight, Gossip, Request, Response};
use idx_types::{BankId, ChainId, ForkProof, Height, NetworkKey, PrivateHash, Round};

/// A mind whose tip is height 1, as everybody with these milliseconds has it.
fn after_one(mining_ms: u32) -> (Rig, CertifiedHeight) {
    let mut rig = Rig::new();
    let height = certified_after(&rig, mining_ms);
    answer(&mut rig, height.clone());
    rig.step(Input::Committed(Height(1)));
    (rig, height)
}

fn peer() -> NetworkKey {
    peer_of(BankId(3))
}

fn answer(rig: &mut Rig, height: CertifiedHeight) -> Vec<Effect> {
    let response = CheckedResponse::check(Response::Heights(vec![height]), &Ed25519);
    rig.step(Input::Response(peer(), 99, response))
}

/// A message through the gate and, if it passes, into the mind; or what it is blamed for.
fn deliver(rig: &mut Rig, proof: ForkProof) -> Result<Vec<Effect>, &'static str> {
    let passed = rig.mind.gate().check(peer(), Gossip::Fork(Box::new(proof)));
    match passed.map_err(|refusal| refusal.blame())? {
        Passed::Now(inputs) => Ok(inputs.into_iter().flat_map(|input| rig.step(input)).collect()),
        Passed::Stale => Ok(Vec::new()),
    }
}

/// The fork that the operator is told of.
fn told(effects: &[Effect]) -> Option<&HaltReason> {
    effects.iter().find_map(|effect| match effect {
        Effect::Warn(reason) => Some(reason),
        _ => None,
    })
}

fn passed_on(effects: &[Effect]) -> Option<&ForkProof> {
    effects.iter().find_map(|effect| match effect {
        Effect::Gossip(Gossip::Fork(proof)) => Some(&**proof),
        _ => None,
    })
}

fn guilty(reason: &HaltReason) -> Vec<u16> {
    let HaltReason::Fork { evidence, .. } = reason else { panic!("{reason}") };
    evidence.iter().map(|proof| proof.offence().unwrap().bank.0).collect()
}

/// Two values of height 1, each signed by four banks, two of them by both.
fn proof() -> ForkProof {
    let one = commit(Height(1), Round(0), PrivateHash([1; 32]), 0..4);
    let other = commit(Height(1), Round(0), PrivateHash([2; 32]), 2..6);
    ForkProof { one, other, child: None }
}

fn asks_for_height_one(effect: &Effect) -> bool {
    let wanted = Request::Heights { from: Height(1), count: 1 };
    matches!(effect, Effect::Request(to, _, request) if *to == peer() && *request == wanted)
}

/// A next height on another chain: the mind stops and asks for the certificate of its own height.
fn shown_another_chain(rig: &mut Rig) -> Vec<Effect> {
    let (theirs, _) = after_one(4);
    let effects = answer(rig, certified(&theirs));
    assert!(effects.iter().any(asks_for_height_one), "{effects:?}");
    assert!(told(&effects).is_none(), "there may be a better proof");
    effects
}

#[test]
fn a_height_of_another_chain_halts_with_evidence_when_the_certificate_comes() {
    let (mut rig, _) = after_one(3);
    shown_another_chain(&mut rig);
    let (_, theirs) = after_one(4);
    let effects = answer(&mut rig, theirs);
    let reason = told(&effects).expect("it tells its operator").clone();
    assert_eq!(guilty(&reason), [0, 1, 2, 3, 4]);
    assert!(reason.to_string().contains("proved"), "{reason}");
    assert_eq!(passed_on(&effects).unwrap().child, None);
}

#[test]
fn a_height_of_another_chain_halts_without_names_when_the_certificate_does_not_come() {
    let (mut rig, _) = after_one(3);
    shown_another_chain(&mut rig);
    assert!(told(&rig.step(Input::Timer(TimerId::Housekeeping))).is_none(), "it waits a little");
    let effects = rig.step(Input::Timer(TimerId::Housekeeping));
    let reason = told(&effects).expect("it tells its operator").clone();
    assert_eq!(guilty(&reason), [0; 0]);
    let text = reason.to_string();
    assert!(text.contains("At least 2 banks have lied") && text.contains("Accuse nobody"), "{text}");
    let proof = passed_on(&effects).unwrap().clone();
    let (mut other_side, _) = after_one(4);
    assert!(told(&deliver(&mut Rig::new(), proof.clone()).unwrap()).is_none(), "height 2 is not here yet");
    let (mut same_side, _) = after_one(3);
    for rig in [&mut same_side, &mut other_side] {
        assert!(told(&deliver(rig, proof.clone()).unwrap()).is_some(), "both sides can check it");
    }
}

/// Chains go on while their banks compare: the lower one's tip is not ours any more.
#[test]
fn a_fork_some_heights_ago_is_found_from_either_side() {
    let (mut ahead, _) = after_one(3);
    ahead.now = ahead.now.plus(1_000);
    let next = certified(&ahead);
    answer(&mut ahead, next);
    ahead.step(Input::Committed(Height(2)));
    let (behind, theirs) = after_one(4);
    let effects = ahead.step(Input::Status(peer(), behind.mind.status_now(behind.now)));
    assert!(effects.iter().any(asks_for_height_one), "{effects:?}");
    assert_eq!(guilty(told(&answer(&mut ahead, theirs)).unwrap()), [0, 1, 2, 3, 4]);
}

#[test]
fn a_proven_fork_is_told_kept_and_passed_on_and_then_the_mind_halts() {
    let mut rig = Rig::new();
    let effects = deliver(&mut rig, proof()).unwrap();
    assert_eq!(guilty(told(&effects).unwrap()), [2, 3]);
    let order: Vec<&str> = effects
        .iter()
        .map(|effect| match effect {
            Effect::Gossip(Gossip::Fork(_)) => "gossip",
            Effect::Warn(_) => "warn",
            Effect::Log(Height(1), entry) if **entry == JournalEntry::Fork(Box::new(proof())) => "log",
            Effect::SyncJournal => "sync",
            _ => "other",
        })
        .collect();
    assert_eq!(order, ["gossip", "warn", "log", "sync"]);
    assert!(deliver(&mut rig, proof()).unwrap().is_empty(), "one proof is enough");
    let block = rig.block(0, 0);
    assert!(rig.announce(block).is_empty(), "it takes part no more");
    for turn in 0..=FAREWELLS {
        let effects = rig.step(Input::Timer(TimerId::Housekeeping));
        assert_eq!(passed_on(&effects), Some(&proof()), "turn {turn}");
        let halts = effects.iter().any(|effect| matches!(effect, Effect::Halt(_)));
        assert_eq!(halts, turn == FAREWELLS, "turn {turn}");
    }
    assert!(rig.step(Input::Timer(TimerId::Housekeeping)).is_empty());
}

#[test]
fn a_bank_that_starts_again_after_a_fork_says_so_again_and_signs_nothing() {
    let journal = vec![JournalEntry::Fork(Box::new(proof())), JournalEntry::Started];
    let start = Start { journal, journal_height: Height(1), ..Start::default() };
    let (mut rig, effects) = Rig::started_with(start);
    assert!(told(&effects).is_some(), "{effects:?}");
    assert_eq!(passed_on(&effects), Some(&proof()));
    let block = rig.block(0, 0);
    assert!(rig.announce(block).is_empty());
    assert_eq!(passed_on(&rig.step(Input::Timer(TimerId::Housekeeping))), Some(&proof()));
}

/// What a liar can make up: refused and blamed, and nobody stops.
#[test]
fn a_made_up_fork_is_refused() {
    type Alter = fn(&mut ForkProof);
    let none = "proof of a fork that proves none";
    let table: [(&str, Alter, &str); 9] = [
        ("one value", |p| p.other = commit(Height(1), Round(1), p.one.value, 2..6), none),
        ("two heights", |p| p.other = commit(Height(2), Round(0), PrivateHash([2; 32]), 2..6), none),
        ("below the quorum", |p| p.other.signatures.truncate(3), "commit certificate"),
        ("a bad signature", |p| p.one.signatures[1].1.0[0] ^= 1, "commit certificate"),
        ("another's signature", |p| p.one.signatures[1].1 = p.one.signatures[0].1, "commit certificate"),
        ("an unknown bank", |p| p.other.signatures[3].0 = BankId(9), "commit certificate"),
        ("a bank twice", |p| p.one.signatures[1] = p.one.signatures[0], "commit certificate"),
        ("another network", |p| p.other = elsewhere(&p.other), "commit certificate"),
        ("a child of its own height", |p| p.child = Some(Box::new(child(p.one.value))), none),
    ];
    for (what, alter, blame) in table {
        let mut made_up = proof();
        alter(&mut made_up);
        let mut rig = Rig::new();
        assert_eq!(deliver(&mut rig, made_up).map(|effects| effects.len()), Err(blame), "{what}");
        let truth = deliver(&mut rig, proof()).unwrap();
        assert!(told(&truth).is_some(), "{what}: then a true one");
    }
}

/// The precommits of another network for the same value.
fn elsewhere(certificate: &idx_types::CommitCertificate) -> idx_types::CommitCertificate {
    let mut other = certificate.clone();
    for (bank, signature) in &mut other.signatures {
        let vote = certificate.vote_of(ChainId(idx_crypto::Hash32([7; 32])), *bank);
        *signature = idx_types::Signed::new(vote, &super::key_of(*bank)).signature;
    }
    other
}

/// Any header of height 2 on this parent.
fn child(parent_private: PrivateHash) -> idx_types::PrivateHeader {
    let (rig, _) = after_one(3);
    idx_types::PrivateHeader { parent_private, ..certified(&rig).private.header }
}

/// The next height proves a fork only if what its quorum signed says that its parent is another.
#[test]
fn a_next_height_proves_a_fork_by_its_parent_alone() {
    let one = commit(Height(1), Round(0), PrivateHash([1; 32]), 0..4);
    let on = |parent: [u8; 32]| child(PrivateHash(parent));
    let signed = |header: &idx_types::PrivateHeader| commit(Height(2), Round(0), header.hash(), 2..6);
    let elsewhere =
        idx_types::PrivateHeader { chain_id: ChainId(idx_crypto::Hash32([7; 32])), ..on([2; 32]) };
    let table = [
        ("another parent", on([2; 32]), signed(&on([2; 32])), true),
        ("our parent", on([1; 32]), signed(&on([1; 32])), false),
        ("not what was signed", on([2; 32]), signed(&on([1; 32])), false),
        ("of another network", elsewhere.clone(), signed(&elsewhere), false),
        ("not the next height", on([2; 32]), commit(Height(3), Round(0), on([2; 32]).hash(), 2..6), false),
    ];
    for (what, header, other, proves) in table {
        let (mut rig, _) = after_one(3);
        let proof = ForkProof { one: one.clone(), other, child: Some(Box::new(header)) };
        let effects = deliver(&mut rig, proof);
        assert_eq!(effects.is_ok_and(|effects| told(&effects).is_some()), proves, "{what}");
    }
}

/// Ahead of the fork, the banks of its height are remembered; behind it, the proof waits until the
/// height is here; after a restart only those of the tip are known, and only if it shows them.
#[test]
fn a_proof_stops_whoever_knows_the_banks_of_its_height() {
    let (mut ahead, tip) = after_one(3);
    assert!(told(&deliver(&mut ahead, proof()).unwrap()).is_some(), "one height ahead");
    let mut late = proof();
    (late.one, late.other) = (
        commit(Height(2), Round(0), PrivateHash([1; 32]), 0..4),
        commit(Height(2), Round(1), PrivateHash([2; 32]), 1..5),
    );
    let mut behind = Rig::new();
    assert!(told(&deliver(&mut behind, late.clone()).unwrap()).is_none(), "not its height yet");
    let height = certified(&behind);
    answer(&mut behind, height);
    let effects = behind.step(Input::Committed(Height(1)));
    let kept = effects.iter().any(|e| matches!(e, Effect::Recheck(_, Gossip::Fork(p)) if **p == late));
    assert!(kept, "it is looked at again when its height has come: {effects:?}");
    let reason = deliver(&mut behind, late).unwrap();
    assert_eq!(guilty(told(&reason).unwrap()), [0; 0], "two rounds accuse nobody");
    for (signatures, known) in [(4, true), (5, false)] {
        let mut stored = tip.clone();
        stored.commit.signatures.truncate(signatures);
        let mut restarted = Rig::restarted(&ahead, stored);
        let told = told(&deliver(&mut restarted, proof()).unwrap()).is_some();
        assert_eq!(told, known, "the tip has {signatures} signatures");
    }
}
