//! The worked examples of document 1.3, and every corner of the rule as a table.

use super::*;
use idx_types::Reason::{
    AccountFrozen, Expired, InsufficientFunds, RejectedByPolicy, TooFewApprovals, UnknownBank,
};

const POLICY: Voice = no(RejectedByPolicy);
const FUNDS: Voice = no(InsufficientFunds);
const FROZEN: Voice = no(AccountFrozen);
const LATE: Voice = no(Expired);

/// "4/6 with both involved: passes."
#[test]
fn four_of_six_with_both_involved_banks_pass() {
    let rejected = [YES, YES, YES, YES, LATE, LATE];
    let silent = [YES, YES, YES, YES, SILENT, SILENT];
    for voices in [rejected, silent] {
        assert_eq!(decide_one(&voices, transfer(HDFC, ICICI), 4), Decision::Pass);
    }
}

/// "4/6 or even 5/6 without HDFC: fails."
#[test]
fn five_of_six_against_the_word_of_hdfc_fail() {
    let five = [POLICY, YES, YES, YES, YES, YES];
    let four = [POLICY, YES, YES, YES, YES, SILENT];
    for voices in [five, four] {
        let decision = decide_one(&voices, transfer(HDFC, ICICI), 4);
        assert_eq!(decision, Decision::Fail(RejectedByPolicy));
    }
}

/// Silence is no word against: the transfer waits for HDFC.
#[test]
fn five_of_six_while_hdfc_is_silent_are_deferred() {
    let five = [SILENT, YES, YES, YES, YES, YES];
    assert_eq!(decide_one(&five, transfer(HDFC, ICICI), 4), Decision::Defer);
}

/// "2/6: fails."
#[test]
fn two_of_six_fail() {
    let voices = [YES, YES, FUNDS, FUNDS, FUNDS, FUNDS];
    assert_eq!(decide_one(&voices, transfer(HDFC, ICICI), 4), Decision::Fail(InsufficientFunds));
}

#[test]
fn the_rule_case_by_case() {
    let (pay, inside, vote) = (transfer(HDFC, ICICI), transfer(HDFC, HDFC), ballot());
    let gone = transfer(HDFC, BankId(77));
    let fail = Decision::Fail;
    let table: [(&str, &[Voice], InvolvedBanks, usize, Decision); 18] = [
        ("all six agree", &[YES; 6], pay, 4, Decision::Pass),
        ("nobody spoke", &[SILENT; 6], pay, 4, Decision::Defer),
        ("three is below the quorum", &[YES, YES, YES, SILENT, SILENT, SILENT], pay, 4, Decision::Defer),
        ("receiver's bank is silent", &[YES, SILENT, YES, YES, YES, YES], pay, 4, Decision::Defer),
        ("receiver's bank rejects", &[YES, FROZEN, YES, YES, YES, YES], pay, 4, fail(AccountFrozen)),
        (
            "a veto needs no quorum",
            &[FROZEN, SILENT, SILENT, SILENT, SILENT, SILENT],
            pay,
            4,
            fail(AccountFrozen),
        ),
        (
            "both veto: the lower number's reason",
            &[FUNDS, FROZEN, YES, YES, YES, YES],
            pay,
            4,
            fail(InsufficientFunds),
        ),
        (
            "a veto's reason beats the many",
            &[YES, FROZEN, LATE, LATE, LATE, LATE],
            pay,
            4,
            fail(AccountFrozen),
        ),
        ("two outsiders cannot stop it", &[YES, YES, LATE, LATE, YES, YES], pay, 4, Decision::Pass),
        (
            "two outsiders and a silence leave it open",
            &[YES, YES, LATE, LATE, YES, SILENT],
            pay,
            4,
            Decision::Defer,
        ),
        ("three outsiders leave no quorum", &[YES, YES, LATE, LATE, LATE, SILENT], pay, 4, fail(Expired)),
        ("most frequent reason", &[YES, YES, LATE, FUNDS, FUNDS, YES], pay, 4, fail(InsufficientFunds)),
        (
            "a tie goes to the lowest number",
            &[SILENT, SILENT, FUNDS, LATE, FUNDS, LATE],
            pay,
            4,
            fail(Expired),
        ),
        (
            "one bank on both sides speaks once",
            &[YES, SILENT, YES, YES, YES, SILENT],
            inside,
            4,
            Decision::Pass,
        ),
        ("no account, no involved bank", &[SILENT, SILENT, YES, YES, YES, YES], vote, 4, Decision::Pass),
        ("quorum raised to five", &[YES, YES, YES, YES, SILENT, SILENT], pay, 5, Decision::Defer),
        ("an involved bank outside the set waits", &[YES; 6], gone, 4, Decision::Defer),
        ("a quorum beyond all banks", &[YES; 6], pay, 7, fail(TooFewApprovals)),
    ];
    for (case, voices, involved, quorum, expected) in table {
        assert_eq!(decide_one(voices, involved, quorum), expected, "{case}");
    }
}

/// Honest banks reject what involves no bank of the set, so it fails instead of waiting for ever.
#[test]
fn a_transaction_of_a_bank_that_left_fails_by_the_others() {
    let gone = transfer(HDFC, BankId(77));
    assert_eq!(decide_one(&[no(UnknownBank); 6], gone, 4), Decision::Fail(UnknownBank));
}

/// One bad transaction never sinks its block.
#[test]
fn each_transaction_is_decided_by_itself() {
    let (yes, no) = (Verdict::Approve, Verdict::Reject(AccountFrozen));
    let mut messages: Vec<Verdicts> = (1..6).map(|i| says(BankId(i), vec![yes, yes, yes])).collect();
    messages[0].verdicts[1] = no;
    let involved = [transfer(ICICI, BankId(2)), transfer(ICICI, BankId(2)), transfer(HDFC, ICICI)];
    let decisions = decide(&certificate(messages), &involved, 6, 4);
    assert_eq!(decisions, [Decision::Pass, Decision::Fail(AccountFrozen), Decision::Defer]);
}

/// Fault 33: a vector of another length is silence, at every length, and indexes nothing: neither the
/// payer's bank's veto nor the fourth approval in it counts.
#[test]
fn verdict_vectors_of_wrong_length_count_as_silence() {
    let involved = [transfer(HDFC, ICICI); 3];
    let three = [Verdict::Approve; 3].to_vec();
    let sound: Vec<Verdicts> = (0..4).map(|i| says(BankId(i), three.clone())).collect();
    assert_eq!(decide(&certificate(sound.clone()), &involved, 6, 4), [Decision::Pass; 3]);
    for length in [0, 1, 2, 4, 5000] {
        for (bank, verdict) in [(0, Verdict::Reject(Expired)), (3, Verdict::Approve)] {
            let mut messages = sound.clone();
            messages[bank].verdicts = vec![verdict; length];
            let decisions = decide(&certificate(messages), &involved, 6, 4);
            assert_eq!(decisions, [Decision::Defer; 3], "{length} of {verdict:?}");
        }
    }
}

/// `check` refuses these certificates; the rule fails closed should one reach it.
#[test]
fn a_bank_is_counted_once_and_another_block_not_at_all() {
    let yes = |bank| says(BankId(bank), vec![Verdict::Approve]);
    let involved = [transfer(HDFC, ICICI)];
    let twice = vec![yes(0), yes(1), yes(2), yes(2)];
    assert_eq!(decide(&certificate(twice), &involved, 6, 4), [Decision::Defer]);
    let mut elsewhere = vec![yes(0), yes(1), yes(2), yes(3)];
    elsewhere[3].block = PublicHash::ZERO;
    assert_eq!(decide(&certificate(elsewhere), &involved, 6, 4), [Decision::Defer]);
}

#[test]
fn a_block_of_nothing_decides_nothing() {
    assert_eq!(decide(&certificate(vec![says(HDFC, vec![])]), &[], 6, 4), []);
}
