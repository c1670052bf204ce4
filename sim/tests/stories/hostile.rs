//! Bytes that no honest bank sends: refused by the decoder or the gate, never a panic.

use idx_crypto::Signer;
use idx_sim::{Plan, World};
use idx_types::wire::{GOSSIP_BYTES_MAX, Gossip, decode, encode};
use idx_types::{Height, NetworkKey, PrivateHash, Round, Signed, Vote, VoteKind};
use proptest::prelude::*;
use std::sync::OnceLock;

/// Encoded messages of a quiet run, of every kind.
fn recorded() -> &'static (World, Vec<Vec<u8>>) {
    static RECORDED: OnceLock<(World, Vec<Vec<u8>>)> = OnceLock::new();
    RECORDED.get_or_init(|| {
        let mut world = World::new(Plan::quiet(71));
        world.keep_messages();
        world.run_ms(1_000).unwrap();
        let messages = world.messages().iter().map(encode).collect();
        (world, messages)
    })
}

#[test]
fn every_kind_of_message_is_recorded() {
    let (world, _) = recorded();
    let kinds = [
        |m: &Gossip| matches!(m, Gossip::Transactions(_)),
        |m: &Gossip| matches!(m, Gossip::Mined(_)),
        |m: &Gossip| matches!(m, Gossip::Verdicts(_)),
        |m: &Gossip| matches!(m, Gossip::Proposal(_)),
        |m: &Gossip| matches!(m, Gossip::Vote(_)),
    ];
    assert!(kinds.iter().all(|kind| world.messages().iter().any(kind)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn mutated_messages_never_panic(
        pick in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        keep in 0.0..=1.0f64,
    ) {
        let (world, messages) = recorded();
        let mut bytes = pick.get(messages).clone();
        for (place, byte) in changes {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        if keep < 0.2 {
            bytes.truncate(bytes.len() / 2);
        }
        if let Ok(message) = decode::<Gossip>(&bytes, GOSSIP_BYTES_MAX) {
            let _judged = world.gate(0).check(NetworkKey([1; 32]), message);
        }
    }

    #[test]
    fn votes_for_any_place_are_taken_or_refused(height in any::<u64>(), round in any::<u32>(), bank in 0usize..6) {
        let (world, _) = recorded();
        let identity = world.identity(bank);
        let signer: &dyn Signer = &*identity.signer;
        let chain_id = world.state(0).unwrap().chain_id();
        let value = Some(PrivateHash([3; 32]));
        let kind = VoteKind::Prevote;
        let vote = Vote { chain_id, height: Height(height), round: Round(round), kind, value, bank: identity.bank };
        let _judged = world.gate(0).check(NetworkKey([1; 32]), Gossip::Vote(Signed::new(vote, signer)));
    }
}
