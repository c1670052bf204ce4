//! What banks say of a block, what a miner may make of it, and what production decides from that.
//!
//! Each honest bank has one opinion: it is silent, or approves or rejects each transaction. The liars,
//! which are the last banks, say one thing to one and another to others. The miner builds a
//! certificate of any of what was said, if a quorum of banks is in it: it may leave out whom it likes.

use idx_consensus::approval;
use idx_crypto::Signature;
use idx_types::testing;
use idx_types::{
    ApprovalCertificate, BankId, Decision, InvolvedBanks, Paise, Quorums, Reason, SessionId, Signed, TxKind,
    Verdict, Verdicts,
};

/// One bank's word on all transactions of the block; `None` is silence, `true` approves.
pub type Voice = Option<Vec<bool>>;

/// The voices in a certificate, by bank; `None` is not in it.
pub type Voices = Vec<Voice>;

/// A block: how many banks there are and how many of them lie, and who is involved in each
/// transaction.
#[derive(Clone, Debug)]
pub struct Block {
    pub banks: usize,
    pub liars: usize,
    pub involved: Vec<Vec<usize>>,
}

/// The mistakes that must be found in the use of the rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mistake {
    /// Document 8 point 2: the involved-bank rule is skipped.
    InvolvedAreNotAsked,
    /// Only the payer's bank is asked.
    OneInvolvedSuffices,
    /// Who is not in the certificate has approved.
    SilenceApproves,
    /// More than half of those who spoke are enough.
    MostOfThoseWhoSpoke,
    /// A transaction with too few approvals fails though banks are silent.
    SilenceRejects,
    /// Two lists of one liar are counted.
    BothListsCount,
    /// The value that is agreed on does not name the certificate.
    ValueWithoutCertificate,
}

impl Block {
    pub fn quorum(&self) -> usize {
        Quorums::of(self.banks, 0).quorum
    }

    /// Whether this is one of the liars.
    pub fn lies(&self, bank: usize) -> bool {
        bank >= self.banks - self.liars
    }

    /// Silence, and every list of verdicts.
    fn all_voices(&self) -> Vec<Voice> {
        let count = self.involved.len();
        let list = |code: u32| (0..count).map(|tx| code >> tx & 1 == 1).collect();
        std::iter::once(None).chain((0..1 << count).map(|code| Some(list(code)))).collect()
    }

    /// All that so many banks can say together.
    fn all_of(&self, banks: usize) -> Vec<Voices> {
        let one_more = |before: Vec<Voices>, _| {
            let with = |voices: &Voices, next: Voice| voices.iter().cloned().chain([next]).collect();
            let extend =
                |voices: &Voices| self.all_voices().into_iter().map(|next| with(voices, next)).collect();
            before.iter().flat_map(|voices| -> Vec<Voices> { extend(voices) }).collect()
        };
        (0..banks).fold(vec![vec![]], one_more)
    }

    /// Every way in which the honest banks can think of the block.
    pub fn all_opinions(&self) -> Vec<Voices> {
        self.all_of(self.banks - self.liars)
    }

    /// Every certificate that can be made of these opinions and of any lists of the liars.
    pub fn certificates(&self, opinions: &Voices) -> Vec<Voices> {
        let spoke = |bank: usize| opinions[bank].is_some();
        let masks = 0u32..1 << opinions.len();
        let masks = masks.filter(|mask| (0..opinions.len()).all(|bank| mask >> bank & 1 == 0 || spoke(bank)));
        let chosen = |mask: u32| -> Voices {
            opinions
                .iter()
                .enumerate()
                .map(|(i, voice)| voice.clone().filter(|_| mask >> i & 1 == 1))
                .collect()
        };
        let lies = self.all_of(self.liars);
        let all = masks.flat_map(|mask| lies.iter().map(move |lies| [chosen(mask), lies.clone()].concat()));
        all.filter(|voices| voices.iter().flatten().count() >= self.quorum()).collect()
    }

    /// What production makes of a certificate, with a mistake if one is planted.
    pub fn decide(&self, voices: &Voices, mistake: Option<Mistake>) -> Vec<Decision> {
        let voices = self.distorted(voices, mistake);
        let spoken = voices.iter().flatten().count();
        let (banks, quorum) = match mistake {
            Some(Mistake::MostOfThoseWhoSpoke) => (spoken, spoken / 2 + 1),
            Some(Mistake::SilenceRejects) => (spoken, self.quorum()),
            _ => (self.banks, self.quorum()),
        };
        let involved: Vec<_> = self.involved.iter().map(|banks| involved(banks, mistake)).collect();
        approval::decide(&certificate(&voices), &involved, banks, quorum)
    }

    fn distorted(&self, voices: &Voices, mistake: Option<Mistake>) -> Voices {
        let yes = || Some(vec![true; self.involved.len()]);
        let liar_spoke = voices[self.banks - 1].is_some();
        match mistake {
            Some(Mistake::SilenceApproves) => voices.iter().map(|voice| voice.clone().or_else(yes)).collect(),
            Some(Mistake::BothListsCount) if liar_spoke => voices.iter().cloned().chain([yes()]).collect(),
            _ => voices.clone(),
        }
    }
}

fn involved(banks: &[usize], mistake: Option<Mistake>) -> InvolvedBanks {
    let id = |bank: usize| BankId(bank as u16);
    match (banks, mistake) {
        ([], _) | (_, Some(Mistake::InvolvedAreNotAsked)) => InvolvedBanks::default(),
        ([one], _) | ([one, ..], Some(Mistake::OneInvolvedSuffices)) => transfer(id(*one), id(*one)),
        ([from, to, ..], _) => transfer(id(*from), id(*to)),
    }
}

fn transfer(from_bank: BankId, to_bank: BankId) -> InvolvedBanks {
    let (from, to) = (SessionId([1; 32]), SessionId([2; 32]));
    let (amount, fee) = (Paise(500_000), Paise(7_500));
    TxKind::Transfer(testing::transfer((from, from_bank), (to, to_bank), amount, fee)).involved_banks()
}

fn certificate(voices: &Voices) -> ApprovalCertificate {
    let header = testing::header();
    let verdict = |approves: &bool| {
        if *approves { Verdict::Approve } else { Verdict::Reject(Reason::RejectedByPolicy) }
    };
    let said = |(bank, voice): (usize, &Voice)| {
        let verdicts = voice.as_ref()?.iter().map(verdict).collect();
        let (chain_id, height, block) = (header.chain_id, header.height, header.hash());
        let message = Verdicts { chain_id, height, block, bank: BankId(bank as u16), verdicts };
        Some(Signed { message, signature: Signature([0; 64]) })
    };
    let verdicts = voices.iter().enumerate().filter_map(said).collect();
    ApprovalCertificate { block: header.hash(), verdicts }
}
