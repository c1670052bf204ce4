//! What a follower learns of a chain, and from where it can begin.

use crate::chain::{Chain, joining};
use idx_crypto::Ed25519;
use idx_light::{Checkpoint, Fact, FollowError, Follower};
use idx_types::params::PROTOCOL_VERSION;
use idx_types::tx::Change;
use idx_types::{BankId, Height, Outcome, Params, Reason};

#[test]
fn a_follower_arrives_where_the_ledger_is() {
    let chain = Chain::story();
    let mut follower = Chain::follower();
    let mut told = Vec::new();
    for height in &chain.heights {
        let facts = follower.follow(height, &Ed25519).unwrap();
        assert_eq!((facts.height, facts.time), (height.height(), height.public.header.timestamp));
        told.push(facts);
    }
    let (state, at) = (&chain.world.state, follower.checkpoint());
    let tip = state.tip();
    assert_eq!((at.height, at.public_hash, at.private_hash), (tip.height, tip.public_hash, tip.private_hash));
    assert_eq!((&at.banks, &at.params, at.time), (&**state.validators(), state.params(), tip.timestamp));
    assert!(at.banks.get(joining().id).is_some() && at.banks.get(BankId(5)).is_none());
    assert_eq!(told.iter().filter(|facts| facts.rules_changed).count(), 3, "join, leave, margin");
    let outcomes =
        |place: usize| told[place].transactions.iter().map(|fact| fact.outcome).collect::<Vec<_>>();
    let failed = Outcome::Failed;
    let paid = [
        Outcome::Completed,
        failed(Reason::InsufficientFunds),
        failed(Reason::RejectedByPolicy),
        failed(Reason::BadSignature),
    ];
    assert_eq!(outcomes(2), paid);
    assert_eq!(outcomes(3), [Outcome::Deferred]);
}

/// Ids are those that banks and customers know, and nothing that banks conceal is told.
#[test]
fn facts_name_transactions_as_banks_do_and_show_no_more_than_may_be_seen() {
    let chain = Chain::story();
    let mut follower = Chain::follower();
    for height in &chain.heights {
        let facts = follower.follow(height, &Ed25519).unwrap();
        for (place, Fact { tx, .. }) in facts.transactions.iter().enumerate() {
            assert_eq!(tx.id, height.public.transactions[place].id());
            assert!(tx.tx.is_redacted());
        }
        let bytes = borsh::to_vec(height).unwrap();
        for secret in &chain.concealed {
            assert!(!bytes.windows(32).any(|window| window == secret), "an account in {}", height.height());
        }
    }
}

#[test]
fn a_checkpoint_is_as_good_as_genesis_and_survives_a_restart() {
    let chain = Chain::story();
    let mut follower = Chain::follower();
    for height in &chain.heights {
        let kept = borsh::to_vec(follower.checkpoint()).unwrap();
        let mut resumed = Follower::from_checkpoint(borsh::from_slice::<Checkpoint>(&kept).unwrap());
        let facts = follower.follow(height, &Ed25519).unwrap();
        assert_eq!(resumed.follow(height, &Ed25519), Ok(facts));
        assert_eq!(resumed, follower);
    }
}

/// Heights are taken in order, each once.
#[test]
fn only_the_next_height_is_taken() {
    let chain = Chain::story();
    let mut follower = Chain::follower();
    for (place, _) in chain.heights.iter().enumerate() {
        for (other, height) in chain.heights.iter().enumerate().filter(|(other, _)| *other != place) {
            let refused = FollowError::Header("its height does not follow the tip");
            assert_eq!(follower.follow(height, &Ed25519), Err(refused), "{other} instead of {place}");
        }
        follower.follow(&chain.heights[place], &Ed25519).unwrap();
    }
}

/// Rules of tomorrow are not guessed at.
#[test]
fn an_unknown_protocol_stops_the_follower_with_a_message() {
    let mut chain = Chain::new();
    let params = Params { protocol_version: PROTOCOL_VERSION + 1, ..chain.world.state.params().clone() };
    chain.decide(Change::Params(Box::new(params)));
    chain.pass(&[]);
    let mut follower = Chain::follower();
    for height in &chain.heights[..2] {
        follower.follow(height, &Ed25519).unwrap();
    }
    let refused = follower.follow(&chain.heights[2], &Ed25519);
    let (version, known) = (PROTOCOL_VERSION + 1, PROTOCOL_VERSION);
    assert_eq!(refused, Err(FollowError::Protocol { version, known }));
    assert_eq!(follower.checkpoint().height, Height(2));
}
