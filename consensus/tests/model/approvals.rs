//! Every opinion, every certificate that a miner can make of it: what production decides is what
//! document 3.4 says, and keeps its promises.

use super::rule::{Outcome, broken, outcome};
use super::verdicts::{Block, Mistake, Voices};

/// The blocks that are tried: by number of banks, who is involved in each transaction.
fn blocks() -> Vec<Block> {
    let one = |banks: usize| {
        let liar = banks - 1;
        [vec![], vec![0], vec![liar], vec![0, 1], vec![0, liar]].map(|banks| vec![banks])
    };
    let two = |banks: usize| {
        let liar = banks - 1;
        [
            vec![vec![0, 1], vec![1, liar]],
            vec![vec![0], vec![2, 1]],
            vec![vec![liar], vec![0, liar]],
            vec![vec![], vec![0, 1]],
        ]
    };
    let of = |banks: usize, involved: Vec<Vec<usize>>| Block { banks, liars: 1, involved };
    let small = [4, 6].into_iter().flat_map(|n| one(n).into_iter().map(move |involved| of(n, involved)));
    let large = of(6, vec![vec![0, 1], vec![1, 5]]);
    small.chain(two(4).map(|involved| of(4, involved))).chain([large]).collect()
}

/// Looks at one certificate; the claim that does not hold.
fn fault(
    block: &Block,
    opinions: &Voices,
    voices: &Voices,
    mistake: Option<Mistake>,
) -> Option<&'static str> {
    let decided: Vec<_> = block.decide(voices, mistake).iter().map(Outcome::of).collect();
    let said = (0..decided.len()).all(|tx| decided[tx] == outcome(block, voices, tx));
    let claim = broken(block, opinions, voices, &decided);
    // A planted mistake must be found by the promises alone.
    claim.or_else(|| (!said && mistake.is_none()).then_some("not what document 3.4 says"))
}

/// The number of certificates looked at, and the first fault.
fn search(blocks: &[Block], mistake: Option<Mistake>) -> (usize, Option<String>) {
    let mut seen = 0;
    for block in blocks {
        for opinions in block.all_opinions() {
            for voices in block.certificates(&opinions) {
                seen += 1;
                if let Some(claim) = fault(block, &opinions, &voices, mistake) {
                    return (
                        seen,
                        Some(format!("{claim}: {block:?}\n  {opinions:?}\n  certificate {voices:?}")),
                    );
                }
            }
        }
    }
    (seen, None)
}

#[test]
fn every_certificate_decides_what_the_document_says() {
    let (seen, fault) = search(&blocks(), None);
    println!("{seen} certificates");
    assert_eq!(fault, None);
    assert!(seen > 50_000, "{seen}");
}

#[test]
fn every_mistake_in_approval_is_found() {
    use Mistake::*;
    let table = [
        (InvolvedAreNotAsked, "completed against an involved honest bank"),
        (OneInvolvedSuffices, "completed against an involved honest bank"),
        (SilenceApproves, "completed without a quorum of approvals"),
        (MostOfThoseWhoSpoke, "completed without a quorum of approvals"),
        (BothListsCount, "completed without a quorum of approvals"),
        (SilenceRejects, "failed by silence"),
    ];
    for (mistake, claim) in table {
        let (_, fault) = search(&blocks(), Some(mistake));
        let fault = fault.unwrap_or_else(|| panic!("{mistake:?} is not found"));
        println!("{mistake:?}: {fault}\n");
        assert!(fault.starts_with(claim), "{mistake:?}: {fault}");
    }
}

/// A miner that leaves out verdicts can turn a completion or a failure into a deferral, and never
/// one into the other; only a liar that says two things can.
#[test]
fn leaving_out_verdicts_can_only_defer() {
    let mut pairs = 0;
    for block in blocks().iter().filter(|block| block.banks == 4) {
        for opinions in block.all_opinions() {
            let decided = |voices: Voices| (block.decide(&voices, None), voices);
            let all: Vec<_> = block.certificates(&opinions).into_iter().map(decided).collect();
            for ((one, a), (other, b)) in all.iter().flat_map(|a| all.iter().map(move |b| (a, b))) {
                let liar = block.banks - 1;
                let two_faced = a[liar].is_some() && b[liar].is_some() && a[liar] != b[liar];
                for (one, other) in one.iter().zip(other).filter(|_| !two_faced) {
                    let pair = (Outcome::of(one), Outcome::of(other));
                    assert_ne!(pair, (Outcome::Completed, Outcome::Failed), "{block:?} {a:?} {b:?}");
                    pairs += 1;
                }
            }
        }
    }
    println!("{pairs} pairs of certificates");
}

/// Document 2.4: with two dishonest banks neither can a transaction pass that four honest banks
/// reject, nor can those two stop one that does not involve them if all honest voices are counted.
#[test]
fn two_liars_neither_carry_nor_stop_a_transaction() {
    for involved in [vec![], vec![0], vec![0, 1], vec![4], vec![0, 5]] {
        let block = Block { banks: 6, liars: 2, involved: vec![involved.clone()] };
        for opinion in [true, false] {
            let opinions: Voices = vec![Some(vec![opinion]); 4];
            for voices in block.certificates(&opinions) {
                let outcome = Outcome::of(&block.decide(&voices, None)[0]);
                let (full, own) = (voices[..4] == opinions, !involved.iter().any(|bank| block.lies(*bank)));
                assert!(opinion || outcome != Outcome::Completed, "{block:?} {voices:?}");
                assert!(!(opinion && full && own) || outcome == Outcome::Completed, "{block:?} {voices:?}");
            }
        }
    }
}
