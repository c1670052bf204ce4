//! A proof holds as it is, and each broken link is named.

use idx_client::encoding::Bytes;
use idx_client::testing::{banks, certified, commit, deposit};
use idx_client::verify::{Proven, Trusted, VerifyError, transaction};
use idx_client::views::{OutcomeView, TransactionProofView};
use idx_crypto::{Ed25519, Hash32, ProofError};
use idx_types::testing::chain_id;
use idx_types::vote::CommitError;
use idx_types::wire::CertifiedHeight;
use idx_types::{ChainId, Height, Outcome, PublicHash, Reason, ValidatorSet};

const FAILED: Outcome = Outcome::Failed(Reason::InsufficientFunds);

fn height() -> CertifiedHeight {
    certified(5, (0..5).map(deposit).collect(), vec![Outcome::Completed, FAILED, FAILED, FAILED, FAILED])
}

fn check(proof: &TransactionProofView) -> Result<Proven, VerifyError> {
    let banks = banks();
    transaction(&Trusted { chain_id: chain_id(), banks: &banks, quorum: 4 }, proof, &Ed25519)
}

#[test]
fn a_proof_says_which_transaction_and_what_became_of_it() {
    for (index, outcome) in height().private.outcomes.iter().enumerate() {
        let proof = TransactionProofView::of_height(&height(), index).unwrap();
        let proven = check(&proof).unwrap();
        assert_eq!(proven.transaction, deposit(index as u64).redacted(), "what everyone may see");
        assert_eq!((proven.outcome, proven.index), (*outcome, index as u64));
        assert_eq!(proven.header.height, Height(5));
    }
    assert!(TransactionProofView::of_height(&height(), 5).is_none());
}

/// A proof with its private header changed and the certificate made to fit: what liars with a quorum
/// of keys could do, to reach the checks behind the certificate.
fn resigned(change: impl Fn(&mut CertifiedHeight)) -> TransactionProofView {
    let mut lie = height();
    change(&mut lie);
    lie.commit = commit(lie.private.header.height, lie.private.header.hash());
    TransactionProofView::of_height(&lie, 1).unwrap()
}

fn changed(change: impl Fn(&mut TransactionProofView)) -> TransactionProofView {
    let mut proof = TransactionProofView::of_height(&height(), 1).unwrap();
    change(&mut proof);
    proof
}

#[test]
fn each_broken_link_is_named() {
    let mismatch = VerifyError::Mismatch;
    let other = certified(5, vec![deposit(9)], vec![Outcome::Completed]);
    let swapped = vec![FAILED, Outcome::Completed, FAILED, FAILED, FAILED];
    let table = [
        (
            changed(|p| p.private_header = Bytes::of(&other.private.header)),
            mismatch("the certificate is for another private header"),
        ),
        (
            changed(|p| p.header = Bytes::of(&other.public.header)),
            mismatch("the private header settles another block"),
        ),
        (
            resigned(|h| h.private.header.public_hash = PublicHash::ZERO),
            mismatch("the private header settles another block"),
        ),
        (
            resigned(|h| h.private.header.chain_id = ChainId(Hash32::ZERO)),
            mismatch("the private header is of another network"),
        ),
        (
            resigned(|h| h.private.header.height = Height(6)),
            mismatch("the public header is of another height"),
        ),
        (
            changed(|p| p.outcomes = Bytes::of(&swapped)),
            mismatch("the outcomes are not those the banks agreed on"),
        ),
        (
            changed(|p| p.outcome = OutcomeView(Outcome::Completed)),
            mismatch("the readable fields say something else"),
        ),
        (changed(|p| p.height = Height(6)), mismatch("the readable fields say something else")),
        (
            changed(|p| p.path.leaves = 6),
            mismatch("the path is of a block with another number of transactions"),
        ),
    ];
    for (proof, expected) in table {
        assert_eq!(check(&proof), Err(expected));
    }
}

#[test]
fn transactions_cannot_be_exchanged_or_moved() {
    let exchanged = changed(|p| p.transaction = Bytes::of(&deposit(2)));
    assert!(matches!(check(&exchanged), Err(VerifyError::Path(ProofError::WrongRoot { .. }))));
    let moved = changed(|p| {
        p.path.index = 0;
        p.outcome = OutcomeView(Outcome::Completed);
    });
    assert!(
        matches!(check(&moved), Err(VerifyError::Path(_))),
        "a failed one must not pass for a completed one"
    );
    let longer = changed(|p| p.transaction.0.push(0));
    assert!(matches!(check(&longer), Err(VerifyError::Encoding { what: "transaction", .. })));
    let broken = changed(|p| *p.transaction.0.last_mut().unwrap() ^= 1);
    assert!(check(&broken).is_err());
}

#[test]
fn certificates_need_a_quorum_of_the_known_banks() {
    let proof = changed(|p| {
        let mut few = height().commit;
        few.signatures.pop();
        p.commit_certificate = Bytes::of(&few);
    });
    assert_eq!(check(&proof), Err(VerifyError::Commit(CommitError::TooFew { have: 3, need: 4 })));

    let five = ValidatorSet::new(banks().banks()[..5].to_vec()).unwrap();
    let proof = changed(|_| {});
    let trusted = Trusted { chain_id: chain_id(), banks: &five, quorum: 4 };
    let other_banks = transaction(&trusted, &proof, &Ed25519);
    assert_eq!(other_banks, Err(VerifyError::Mismatch("the block is ruled by other banks")));

    let elsewhere = Trusted { chain_id: ChainId(Hash32::ZERO), banks: &banks(), quorum: 4 };
    assert!(matches!(transaction(&elsewhere, &proof, &Ed25519), Err(VerifyError::Commit(_))));
}

#[test]
fn a_header_must_carry_its_work() {
    let mut lazy = height();
    lazy.public.header.difficulty = 200;
    lazy.private.header.public_hash = lazy.public.header.hash();
    lazy.commit = commit(Height(5), lazy.private.header.hash());
    let proof = TransactionProofView::of_height(&lazy, 0).unwrap();
    assert!(matches!(check(&proof), Err(VerifyError::Work { needed: 200, .. })));
}
