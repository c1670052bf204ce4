//! One thing bent at a time: whatever is not as the banks made it is refused, and the link is named.

use crate::chain::{Chain, all_approve, certificate, precommits};
use idx_crypto::{Ed25519, Hash32};
use idx_light::{FollowError, Follower};
use idx_types::block::{body_hash, outcomes_hash};
use idx_types::{
    BankId, Concealed, NextRules, ObservedHeight, Outcome, PublicBlock, Reason, TimestampMs, TxKind, Verdict,
};
use std::collections::BTreeSet;
use std::thread;

/// A follower right before each height, and the height.
fn stages() -> Vec<(Follower, ObservedHeight)> {
    let chain = Chain::story();
    let mut follower = Chain::follower();
    let mut stages = Vec::new();
    for height in chain.heights {
        stages.push((follower.clone(), height.clone()));
        follower.follow(&height, &Ed25519).unwrap();
    }
    stages
}

/// Every byte of every height, one bit of it flipped: no longer a height, or refused; and the follower
/// stands where it stood, so that the true height is still taken after all of that.
#[test]
fn every_bent_byte_is_refused() {
    let stages = stages();
    let links: BTreeSet<String> = thread::scope(|scope| {
        let threads: Vec<_> = stages.iter().map(|stage| scope.spawn(|| bend_every_byte(stage))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(links.len() >= 18, "the links that broke are told apart: {links:#?}");
}

/// The links that broke, without numbers.
fn bend_every_byte((follower, height): &(Follower, ObservedHeight)) -> BTreeSet<String> {
    let (mut follower, bytes) = (follower.clone(), borsh::to_vec(height).unwrap());
    let before = follower.clone();
    let mut links = BTreeSet::new();
    for place in 0..bytes.len() {
        let mut bent = bytes.clone();
        bent[place] ^= 1 << (place % 8);
        let Ok(bent) = borsh::from_slice::<ObservedHeight>(&bent) else { continue };
        let refused = follower.follow(&bent, &Ed25519).expect_err("a bent byte is noticed").to_string();
        links.insert(refused.replace(|letter: char| letter.is_ascii_digit(), ""));
    }
    assert_eq!(follower, before);
    follower.follow(height, &Ed25519).unwrap();
    links
}

/// What one node alone can do to a height: every field by name, with the link that must be named.
#[test]
fn each_broken_link_is_named() {
    type Spoil = fn(&mut ObservedHeight);
    let stages = stages();
    let paying = &stages[2];
    let changing = stages.iter().find(|(_, height)| height.rules.is_some()).unwrap();
    let table: [(&(Follower, ObservedHeight), Spoil, &str); 25] = [
        (paying, |h| h.public.header.version = 9, "header does not follow: its version"),
        (paying, |h| h.public.header.chain_id.0 = Hash32::ZERO, "it is of another network"),
        (paying, |h| h.public.header.height.0 += 1, "its height does not follow"),
        (paying, |h| h.public.header.round.0 += 1, "its miner was not elected"),
        (paying, |h| h.public.header.miner = BankId(5), "its miner was not elected"),
        (paying, |h| h.public.header.parent_public.0[0] ^= 1, "its public parent"),
        (paying, |h| h.public.header.parent_private.0[0] ^= 1, "its private parent"),
        (paying, |h| h.public.header.validator_set_hash = Hash32::ZERO, "it names other banks"),
        (paying, |h| h.public.header.timestamp = TimestampMs(1), "too soon"),
        (paying, |h| h.public.header.difficulty = 0, "its difficulty is out of bounds"),
        (paying, |h| h.public.header.nonce += 1, "settles another block"),
        (paying, |h| h.public.header.tx_root = Hash32::ZERO, "settles another block"),
        (paying, |h| h.public.transactions.swap(0, 1), "its transactions are others"),
        (paying, |h| h.public.transactions.truncate(1), "its transactions are others"),
        (paying, |h| h.private.header.state_root = Hash32::ZERO, "another private header"),
        (paying, |h| h.private.certificate.verdicts.truncate(4), "its approval certificate is another"),
        (paying, |h| h.private.outcomes[1] = Outcome::Completed, "its outcomes are others"),
        (paying, |h| h.private.body.push(0), "its sealed body is another"),
        (paying, |h| h.commit.signatures.truncate(3), "3 banks have signed, 4 are needed"),
        (paying, |h| h.commit.signatures.swap(0, 1), "out of order"),
        (paying, |h| h.commit.round.0 += 1, "precommit of"),
        (paying, |h| h.parts.accounts = Hash32::ZERO, "not that of the parts"),
        (changing, |h| h.rules = None, "they change, and are not told"),
        (changing, |h| other_params(h.rules.as_mut().unwrap()), "stands for other parameters"),
        (changing, |h| h.rules.as_mut().unwrap().banks = other_banks(), "stands for other banks"),
    ];
    for ((follower, height), spoil, link) in table {
        let mut bent = height.clone();
        spoil(&mut bent);
        let refused = follower.clone().follow(&bent, &Ed25519).unwrap_err().to_string();
        assert!(refused.contains(link), "{link}: {refused}");
    }
}

fn other_params(rules: &mut NextRules) {
    rules.params.approval_margin ^= 1;
}

fn other_banks() -> idx_types::ValidatorSet {
    Chain::follower().checkpoint().banks.clone()
}

#[test]
fn rules_are_told_only_when_they_change() {
    let (mut follower, mut height) = stages().swap_remove(2);
    let at = follower.checkpoint();
    height.rules = Some(NextRules { banks: at.banks.clone(), params: at.params.clone() });
    let refused = follower.follow(&height, &Ed25519);
    assert_eq!(refused, Err(FollowError::Rules("they are told, and do not change")));
}

/// Redaction keeps every hash, so only the follower itself can see to it.
#[test]
fn a_height_that_shows_what_banks_conceal_is_refused() {
    let (mut follower, mut height) = stages().swap_remove(0);
    let TxKind::Deposit(cash) = &mut height.public.transactions[1].body.kind else { panic!("a deposit") };
    let hidden = cash.handle.commitment();
    cash.handle = idx_types::testing::concealed(idx_chain::testing::handle(1_001));
    assert_eq!(cash.handle.commitment(), hidden, "the very account");
    assert!(matches!(cash.handle, Concealed::Open { .. }));
    let what = "it shows what only banks may see";
    assert_eq!(follower.follow(&height, &Ed25519), Err(FollowError::Transaction { place: 1, what }));
}

/// What a quorum of liars could sign. They cannot make a follower believe that banks approved who did not.
#[test]
fn a_lying_quorum_is_bound_by_the_approval_rule() {
    type Spoil = fn(&mut ObservedHeight);
    let table: [(Spoil, &str); 5] = [
        (|h| h.private.outcomes[2] = Outcome::Completed, "transaction 2: its outcome is Completed"),
        (|h| h.private.outcomes[2] = Outcome::Failed(Reason::Expired), "transaction 2"),
        (|h| h.private.outcomes[0] = Outcome::Deferred, "transaction 0"),
        (|h| h.private.certificate.verdicts.truncate(3), "3 banks have signed, 4 are needed"),
        (|h| h.private.outcomes.truncate(1), "outcomes and transactions differ"),
    ];
    let (follower, height) = stages().swap_remove(2);
    for (spoil, link) in table {
        let mut lie = height.clone();
        spoil(&mut lie);
        let refused = follower.clone().follow(&signed_again(lie), &Ed25519).unwrap_err().to_string();
        assert!(refused.contains(link), "{link}: {refused}");
    }
}

/// Even all banks together cannot make a transaction complete that nobody signed.
#[test]
fn what_completes_is_signed() {
    let (mut follower, mut height) = stages().swap_remove(2);
    let state = Chain::new().world.state;
    let block = PublicBlock { header: height.public.header.clone(), ..height.public.clone() };
    let approve_all = |bank: BankId, place: usize| match place {
        2 => Some(Verdict::Reject(Reason::RejectedByPolicy)),
        _ => all_approve(bank, place),
    };
    height.private.certificate = certificate(&state, &block, &approve_all);
    height.private.outcomes[3] = Outcome::Completed;
    let refused = follower.follow(&signed_again(height), &Ed25519);
    let what = "it completed without sound signatures";
    assert_eq!(refused, Err(FollowError::Transaction { place: 3, what }));
}

/// The height with its private header and precommits made to fit.
fn signed_again(mut height: ObservedHeight) -> ObservedHeight {
    let private = &mut height.private;
    private.header.certificate_hash = private.certificate.hash();
    private.header.outcomes_hash = outcomes_hash(&private.outcomes);
    private.header.body_hash = body_hash(&private.body);
    height.commit = precommits(&Chain::new().world.state, &private.header);
    height
}
