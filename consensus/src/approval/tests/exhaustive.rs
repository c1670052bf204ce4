//! Every combination of voices for four to six banks, against an oracle that is written differently.

use super::*;
use idx_types::Quorums;

const NO: Voice = no(Reason::RejectedByPolicy);

/// The meaning of the rule, by brute force: what could the silent banks still make of it?
///
/// A transaction is carried out if all banks' words, once in, hold a quorum of approvals, those of
/// the involved banks among them. `Pass`: every way to end the silence leads there; `Fail`: none.
fn oracle(voices: &[Voice], involved: &[usize], quorum: usize) -> &'static str {
    let ends = endings(voices);
    let carried = ends
        .iter()
        .filter(|words| words.iter().filter(|w| **w).count() >= quorum && involved.iter().all(|i| words[*i]))
        .count();
    match carried {
        0 => "fail",
        n if n == ends.len() => "pass",
        _ => "defer",
    }
}

/// All ways in which the silent banks can approve (true) or reject.
fn endings(voices: &[Voice]) -> Vec<Vec<bool>> {
    let Some((last, before)) = voices.split_last() else { return vec![vec![]] };
    let words: &[bool] = match last {
        None => &[false, true],
        Some(Verdict::Approve) => &[true],
        Some(Verdict::Reject(_)) => &[false],
    };
    let extend = |end: &Vec<bool>, word: &bool| end.iter().copied().chain([*word]).collect();
    endings(before).iter().flat_map(|end| words.iter().map(|word| extend(end, word))).collect()
}

fn name(decision: Decision) -> &'static str {
    match decision {
        Decision::Pass => "pass",
        Decision::Fail(_) => "fail",
        Decision::Defer => "defer",
    }
}

/// Combination number `code` in base three: 0 silent, 1 approve, 2 reject.
fn combination(code: u32, n: u8) -> Vec<Voice> {
    (0..u32::from(n)).map(|i| [SILENT, YES, NO][(code / 3u32.pow(i) % 3) as usize]).collect()
}

#[test]
fn three_to_the_n_combinations_agree_with_the_oracle() {
    let mut seen = std::collections::BTreeMap::new();
    for n in 4..=6u8 {
        for margin in 0..=1 {
            let quorum = Quorums::of(n.into(), margin).quorum;
            for code in 0..3u32.pow(n.into()) {
                let voices = combination(code, n);
                for (banks, involved) in
                    [(ballot(), &[][..]), (transfer(HDFC, HDFC), &[0]), (transfer(HDFC, ICICI), &[0, 1])]
                {
                    let decided = name(decide_one(&voices, banks, quorum));
                    assert_eq!(decided, oracle(&voices, involved, quorum), "{voices:?} {banks:?} {quorum}");
                    *seen.entry(decided).or_insert(0) += 1;
                }
            }
        }
    }
    let total = (81 + 243 + 729) * 2 * 3;
    assert_eq!(seen.values().sum::<i32>(), total);
    assert_eq!(seen.len(), 3, "all three decisions occur: {seen:?}");
}

/// The three figures of document 1.3 by count: of the ways in which all six speak and both involved
/// banks approve, exactly those with two or more of the other four pass.
#[test]
fn once_all_six_spoke_nothing_is_deferred() {
    let passes = (0..3u32.pow(6))
        .map(|code| combination(code, 6))
        .filter(|voices| !voices.contains(&SILENT))
        .map(|voices| decide_one(&voices, transfer(HDFC, ICICI), 4))
        .inspect(|decision| assert_ne!(*decision, Decision::Defer))
        .filter(|decision| *decision == Decision::Pass)
        .count();
    assert_eq!(passes, 6 + 4 + 1, "choose 2, 3 or 4 of the four others");
}
