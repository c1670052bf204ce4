//! What an account holds, proven by nothing but the network and its banks.

use crate::chain::Chain;
use idx_crypto::Ed25519;
use idx_light::VerifyError;
use idx_light::proof::{AccountParts, ProvenAccount, Trusted, account};
use idx_types::{ChainId, Paise, ValidatorSet};
use std::collections::BTreeSet;

/// The parts of a proof, in the order of [`AccountParts`].
type Parts = [Vec<u8>; 4];

struct Story {
    chain_id: ChainId,
    banks: ValidatorSet,
    now: Parts,
    before: Parts,
}

/// A customer with 10,000 rupees, of whom another is proven at the height before.
fn story() -> Story {
    let mut chain = Chain::new();
    let (first, _) = chain.customer(0);
    let parts = |chain: &Chain, handle| {
        let height = chain.heights.last().unwrap();
        let proof = chain.world.state.account_proof(handle).unwrap();
        let (header, private) = (&height.public.header, &height.private.header);
        [
            borsh::to_vec(header).unwrap(),
            borsh::to_vec(private).unwrap(),
            borsh::to_vec(&height.commit).unwrap(),
            borsh::to_vec(&proof).unwrap(),
        ]
    };
    let before = parts(&chain, &first);
    let (second, _) = chain.customer(1);
    let state = &chain.world.state;
    let (chain_id, banks) = (state.chain_id(), (**state.validators()).clone());
    Story { chain_id, banks, now: parts(&chain, &second), before }
}

impl Story {
    fn check(&self, parts: &Parts) -> Result<ProvenAccount, VerifyError> {
        let [header, private_header, commit_certificate, state_proof] = parts.each_ref().map(Vec::as_slice);
        let parts = AccountParts { header, private_header, commit_certificate, state_proof };
        let trusted = Trusted { chain_id: self.chain_id, banks: &self.banks, quorum: 4 };
        account(&trusted, &parts, &Ed25519)
    }
}

#[test]
fn a_balance_is_proven_to_whoever_knows_the_banks() {
    let story = story();
    let proven = story.check(&story.now).unwrap();
    assert_eq!(proven.account.balance, Paise(1_000_000));
    assert_eq!(proven.header.height.0, 2);
    assert_eq!(story.check(&story.before).unwrap().header.height.0, 1);
}

#[test]
fn no_part_can_be_bent_or_changed_for_that_of_another_height() {
    let story = story();
    let mut links = BTreeSet::new();
    for part in 0..4 {
        let mut mixed = story.now.clone();
        mixed[part].clone_from(&story.before[part]);
        assert!(story.check(&mixed).is_err(), "part {part} of another height");
        for place in 0..story.now[part].len() {
            let mut bent = story.now.clone();
            bent[part][place] ^= 1 << (place % 8);
            let refused = story.check(&bent).expect_err("a bent byte is noticed").to_string();
            links.insert(refused.replace(|letter: char| letter.is_ascii_hexdigit(), ""));
        }
        let mut longer = story.now.clone();
        longer[part].push(0);
        assert!(matches!(story.check(&longer), Err(VerifyError::Encoding { .. })), "part {part}");
    }
    assert!(links.len() >= 6, "the links that broke are told apart: {links:#?}");
}
