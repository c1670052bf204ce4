//! Proofs from anybody: what verifies is true. Each target takes a true proof, changes some of it, and
//! asks whether what still verifies says anything but the truth (faults 17, 18, 20).

use crate::gate::alter;
use crate::stage::{BANKS, genesis};
use crate::tape::Tape;
use borsh::BorshDeserialize;
use idx_chain::{State, system_handle};
use idx_client::testing::{banks, certified, deposit};
use idx_client::verify::{self, Trusted};
use idx_client::views::TransactionProofView;
use idx_crypto::{DenseTree, Ed25519, Hash32, Proof, leaf_hash, node_hash};
use idx_types::state_proof::AccountProof;
use idx_types::testing::chain_id;
use idx_types::wire::CertifiedHeight;
use idx_types::{AccountKind, BankId, Outcome, Reason, Transaction};
use std::sync::OnceLock;

/// Most leaves of a tree.
const LEAVES_MAX: usize = 40;

/// Paths in trees of every size, and accounts under a state root.
pub fn proofs(data: &[u8]) {
    let mut tape = Tape::new(data);
    match tape.byte() % 4 {
        0 => account(&mut tape),
        _ => path(&mut tape),
    }
}

/// Against a counted root a path proves its leaf, its place and the number of leaves; against a plain
/// one at least that the digest is a node of the tree.
fn path(tape: &mut Tape<'_>) {
    let leaves: Vec<Hash32> = (0..1 + tape.pick(LEAVES_MAX)).map(|n| leaf_hash(&[n as u8])).collect();
    let tree = DenseTree::from_leaves(leaves.clone());
    let place = tape.pick(leaves.len());
    let truth = tree.proof(place as u64).expect("the leaf exists");
    let claimed = match tape.byte() {
        0..=99 => leaves[tape.pick(leaves.len())],
        100..=199 => node_hash(&leaves[tape.pick(leaves.len())], &leaves[tape.pick(leaves.len())]),
        strange => leaf_hash(&[strange]),
    };
    let proof = Proof { index: tape.near(truth.index), leaves: tape.near(truth.leaves), path: truth.path };
    let Some(proof) = altered(&proof, tape) else { return };
    if proof.verify_counted(&claimed, &tree.counted_root()).is_ok() {
        assert_eq!(proof.leaves, leaves.len() as u64, "another number of leaves is proven");
        let real = usize::try_from(proof.index).ok().and_then(|index| leaves.get(index));
        assert_eq!(real, Some(&claimed), "a leaf is proven that is not there: {proof:?}");
    }
    let plain = proof.verify(&claimed, &tree.root());
    assert_eq!(plain.is_ok(), proof.root_from(&claimed).ok() == Some(tree.root()));
}

/// An account's proof against the root of a state: what verifies is the account as it is.
fn account(tape: &mut Tape<'_>) {
    static STATE: OnceLock<State> = OnceLock::new();
    let state = STATE.get_or_init(genesis);
    let kinds =
        [AccountKind::BankReserve, AccountKind::BankFees, AccountKind::MinerRewards, AccountKind::Stake];
    let bank = BankId(tape.pick(usize::from(BANKS)) as u16);
    let handle = system_handle(bank, kinds[tape.pick(kinds.len())]);
    let truth = state.account_proof(&handle).expect("banks have system accounts");
    let Some(proof) = altered::<AccountProof>(&truth, tape) else { return };
    if let Ok(account) = proof.verify(&state.root()) {
        assert_eq!(Some(account), state.account(&account.handle), "an account is proven that is not so");
    }
}

fn altered<T: borsh::BorshSerialize + BorshDeserialize>(truth: &T, tape: &mut Tape<'_>) -> Option<T> {
    let mut bytes = borsh::to_vec(truth).expect("writing to memory");
    alter(&mut bytes, tape);
    borsh::from_slice(&bytes).ok()
}

/// What a node tells a client of a final transaction, with its text changed.
pub fn receipts(data: &[u8]) {
    let (height, texts) = told();
    let mut tape = Tape::new(data);
    let mut bytes = texts[tape.pick(texts.len())].clone().into_bytes();
    alter(&mut bytes, &mut tape);
    let Ok(proof) = serde_json::from_slice::<TransactionProofView>(&bytes) else { return };
    let banks = banks();
    let trusted = Trusted { chain_id: chain_id(), banks: &banks, quorum: 4 };
    if let Ok(proven) = verify::transaction(&trusted, &proof, &Ed25519) {
        let index = usize::try_from(proven.index).expect("an index of the block");
        let shown = height.public.transactions.get(index).map(Transaction::redacted);
        assert_eq!(shown.as_ref(), Some(&proven.transaction), "a proof shows the public form");
        assert_eq!(height.private.outcomes.get(index), Some(&proven.outcome));
        assert_eq!((&height.public.header, &height.private.header), (&proven.header, &proven.private_header));
    }
}

/// A final height and the text of the proof of each of its transactions.
fn told() -> &'static (CertifiedHeight, Vec<String>) {
    static TOLD: OnceLock<(CertifiedHeight, Vec<String>)> = OnceLock::new();
    TOLD.get_or_init(|| {
        let failed = Outcome::Failed(Reason::InsufficientFunds);
        let height = certified(5, (0..3).map(deposit).collect(), vec![Outcome::Completed, failed, failed]);
        let text = |index| {
            let proof = TransactionProofView::of_height(&height, index).expect("it has three");
            serde_json::to_string(&proof).expect("views are plain data")
        };
        let texts = (0..3).map(text).collect();
        (height, texts)
    })
}
