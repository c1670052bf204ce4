//! The same inputs give the same outputs; after a crash at any point nothing is contradicted; and no
//! input makes the agreement panic.

use crate::common::{banks, is_valid, proposal, signature, vote};
use crate::stage::{HEIGHT, own};
use idx_consensus::agreement::{Agreement, Input, Output, TimeoutId, TimeoutKind, VoteGuard};
use idx_types::{
    BankId, Height, PrivateHash, Quorums, Round, Signed, SignedVote, Verified, VoteKind, testing,
};
use proptest::prelude::*;
use std::collections::VecDeque;

const ME: BankId = BankId(2);

fn start() -> Input {
    Input::StartHeight { height: Height(HEIGHT), banks: banks(6), quorums: Quorums::of(6, 0) }
}

/// A bank with a log and a guard: whatever it wishes for is signed, logged and given back.
struct Life {
    agreement: Agreement,
    guard: VoteGuard,
    log: Vec<Input>,
    said: Vec<Output>,
}

impl Life {
    fn new() -> Self {
        let mut agreement = Agreement::new(testing::chain_id(), Some(ME));
        agreement.step(start(), &mut Vec::new());
        Self { agreement, guard: VoteGuard::new(Height(HEIGHT)), log: Vec::new(), said: Vec::new() }
    }

    /// Back from a log. What was wished for and not yet signed is still wished for.
    fn again(log: &[Input]) -> Self {
        let mut life = Self::new();
        let mut wishes = VecDeque::new();
        for input in log {
            life.note(input);
            life.log.push(input.clone());
            let mut outputs = Vec::new();
            life.agreement.step(input.clone(), &mut outputs);
            wishes.extend(outputs.iter().filter_map(own));
            life.said.extend(outputs);
        }
        wishes.retain(|wish| !life.is_signed(wish));
        life.go_on(wishes);
        life
    }

    fn is_signed(&self, wish: &Input) -> bool {
        match wish {
            Input::Vote(vote) => self.guard.has_signed_vote(&vote.message),
            Input::Proposal { proposal, .. } => self.guard.has_signed_proposal(&proposal.message),
            _ => false,
        }
    }

    fn note(&mut self, input: &Input) {
        let permitted = match input {
            Input::Vote(vote) if vote.message.bank == ME => self.guard.note_vote(&vote.message),
            Input::Proposal { proposal, .. } if proposal.message.bank == ME => {
                self.guard.note_proposal(&proposal.message)
            }
            _ => true,
        };
        assert!(permitted, "contradicts what was signed: {input:?}");
    }

    fn give(&mut self, input: Input) {
        self.go_on(VecDeque::from([input]));
    }

    fn go_on(&mut self, mut waiting: VecDeque<Input>) {
        while let Some(input) = waiting.pop_front() {
            self.note(&input);
            self.log.push(input.clone());
            let mut outputs = Vec::new();
            self.agreement.step(input, &mut outputs);
            waiting.extend(outputs.iter().filter_map(own));
            self.said.extend(outputs);
        }
    }
}

fn round() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0u32..4, 1 => Just(u32::MAX), 1 => Just(u32::MAX - 1), 1 => any::<u32>()]
}

fn candidate() -> impl Strategy<Value = PrivateHash> {
    prop_oneof![4 => Just(1u8), 2 => Just(2), 1 => Just(0xff)].prop_map(|byte| PrivateHash([byte; 32]))
}

fn a_vote() -> impl Strategy<Value = Input> {
    let height = prop_oneof![20 => Just(HEIGHT), 1 => Just(HEIGHT + 1)];
    let kind = prop_oneof![Just(VoteKind::Prevote), Just(VoteKind::Precommit)];
    (height, round(), kind, prop::option::weighted(0.7, candidate()), 0u16..8)
        .prop_filter("own votes come from the pen", |(.., bank)| *bank != ME.0)
        .prop_map(|(h, r, k, v, bank)| Input::Vote(Verified::vouch(vote(h, r, k, v, bank))))
}

fn a_proposal() -> impl Strategy<Value = Input> {
    let wrong_bank = prop::option::weighted(0.1, 0u16..8);
    (round(), prop::option::weighted(0.3, round()), candidate(), wrong_bank).prop_filter_map(
        "own proposals come from the pen",
        |(round, pol_round, value, bank)| {
            let mut message = proposal(&banks(6), HEIGHT, round, pol_round, value).message;
            message.bank = bank.map_or(message.bank, BankId);
            let proposal = Signed { message, signature: signature(message.bank) };
            let valid = is_valid(value);
            (message.bank != ME).then(|| Input::Proposal { proposal: Verified::vouch(proposal), valid })
        },
    )
}

fn an_input() -> impl Strategy<Value = Input> {
    use TimeoutKind::*;
    let kind = prop_oneof![Just(Propose), Just(Prevote), Just(Precommit), Just(Rebroadcast)];
    let timeout = (round(), kind).prop_map(|(round, kind)| {
        Input::Timeout(TimeoutId { height: Height(HEIGHT), round: Round(round), kind })
    });
    let a_value = (round(), candidate()).prop_map(|(r, value)| Input::Value { round: Round(r), value });
    prop_oneof![10 => a_vote(), 3 => a_proposal(), 3 => timeout, 1 => a_value, 1 => Just(Input::StartRounds)]
}

fn inputs(count: usize) -> impl Strategy<Value = Vec<Input>> {
    prop::collection::vec(an_input(), 1..count)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever comes in whatever order, more liars than are tolerated included: no panic, no wish
    /// that contradicts an earlier one, at most one decision; and the log gives the same again.
    #[test]
    fn any_inputs_are_survived_and_replayed(inputs in inputs(150)) {
        let mut life = Life::new();
        life.give(Input::StartRounds);
        inputs.into_iter().for_each(|input| life.give(input));
        let decisions = life.said.iter().filter(|output| matches!(output, Output::Decide { .. })).count();
        prop_assert!(decisions <= 1);
        let again = Life::again(&life.log);
        prop_assert_eq!(&again.said, &life.said);
        prop_assert_eq!(again.agreement.status(), life.agreement.status());
    }

    /// What is no news may be left out: it changes nothing now and nothing later.
    #[test]
    fn votes_that_are_no_news_change_nothing(inputs in inputs(150)) {
        let (mut all, mut news) = (Life::new(), Life::new());
        for input in std::iter::once(Input::StartRounds).chain(inputs) {
            let is_news = |vote: &Verified<SignedVote>| news.agreement.is_news(&vote.message);
            if !matches!(&input, Input::Vote(vote) if !is_news(vote)) {
                news.give(input.clone());
            }
            all.give(input);
        }
        let told = |output: &Output| !matches!(output, Output::Misbehaviour { .. });
        prop_assert!(all.said.iter().filter(|o| told(o)).eq(news.said.iter().filter(|o| told(o))));
        prop_assert_eq!(all.agreement.status(), news.agreement.status());
    }

    /// Fault 8: a crash after every single entry of the log, then another future: what was signed
    /// before is never contradicted after.
    #[test]
    fn a_crash_at_any_point_contradicts_nothing(before in inputs(40), after in inputs(40)) {
        let mut life = Life::new();
        life.give(Input::StartRounds);
        before.into_iter().for_each(|input| life.give(input));
        for crash_at in 0..=life.log.len() {
            let mut back = Life::again(&life.log[..crash_at]);
            back.give(Input::StartRounds);
            after.iter().for_each(|input| back.give(input.clone()));
        }
    }
}
