//! Laws of the rule on random certificates.

use super::*;
use proptest::prelude::*;

fn voice() -> impl Strategy<Value = Voice> {
    let reason = proptest::sample::select(Reason::ALL);
    prop_oneof![1 => Just(SILENT), 3 => Just(YES), 2 => reason.prop_map(no)]
}

/// 1 to 16 voices, the two involved banks' places, a quorum.
fn case() -> impl Strategy<Value = (Vec<Voice>, InvolvedBanks, usize)> {
    proptest::collection::vec(voice(), 1..=16).prop_flat_map(|voices| {
        let n = voices.len();
        let involved = prop_oneof![
            1 => Just(ballot()),
            3 => (0..n as u16, 0..n as u16).prop_map(|(a, b)| transfer(BankId(a), BankId(b))),
        ];
        (Just(voices), involved, 1..=n)
    })
}

/// The same voices, with one bank's word replaced.
fn with(voices: &[Voice], place: usize, voice: Voice) -> Vec<Voice> {
    let mut changed = voices.to_vec();
    changed[place] = voice;
    changed
}

proptest! {
    #[test]
    fn one_more_approval_never_undoes_a_pass((voices, involved, quorum) in case()) {
        prop_assume!(decide_one(&voices, involved, quorum) == Decision::Pass);
        for place in 0..voices.len() {
            prop_assert_eq!(decide_one(&with(&voices, place, YES), involved, quorum), Decision::Pass);
        }
    }

    #[test]
    fn an_involved_rejection_never_passes((voices, involved, quorum) in case(), pick in 0..42usize) {
        let reason = Reason::ALL[pick];
        for bank in involved.iter() {
            let vetoed = with(&voices, usize::from(bank.0), no(reason));
            let decision = decide_one(&vetoed, involved, quorum);
            prop_assert!(matches!(decision, Decision::Fail(_)), "{:?}", decision);
            if involved.iter().min() == Some(bank) {
                prop_assert_eq!(decision, Decision::Fail(reason));
            }
        }
    }

    /// Whoever speaks later, a pass stays a pass and a failure a failure: dropping verdicts can
    /// only defer.
    #[test]
    fn more_voices_never_turn_a_decision((voices, involved, quorum) in case(), late in voice()) {
        let kind = |d: Decision| std::mem::discriminant(&d);
        let before = decide_one(&voices, involved, quorum);
        prop_assume!(before != Decision::Defer);
        for place in (0..voices.len()).filter(|place| voices[*place] == SILENT) {
            let after = decide_one(&with(&voices, place, late), involved, quorum);
            prop_assert_eq!(kind(after), kind(before));
        }
    }

    /// Nobody learns anything from how the messages are ordered.
    #[test]
    fn the_order_of_messages_is_nothing((voices, involved, quorum) in case()) {
        let mut reversed = certificate_of(&voices);
        reversed.verdicts.reverse();
        let decisions = decide(&reversed, &[involved], voices.len(), quorum);
        prop_assert_eq!(decisions, vec![decide_one(&voices, involved, quorum)]);
    }

    /// A reason is one that a bank gave, as often as any other that was given.
    #[test]
    fn a_reason_is_one_that_was_given((voices, involved, quorum) in case()) {
        if let Decision::Fail(reason) = decide_one(&voices, involved, quorum) {
            let times = |r: Reason| voices.iter().filter(|voice| **voice == no(r)).count();
            prop_assert!(times(reason) > 0);
            if !involved.iter().any(|bank| voices[usize::from(bank.0)] == no(reason)) {
                prop_assert!(Reason::ALL.iter().all(|other| times(*other) <= times(reason)));
            }
        }
    }
}
