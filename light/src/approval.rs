//! The approval rule: a pure function from a certificate to a decision for each transaction
//! (documents 2.2 and 3.4). Why it is as it is, and how a miner collects verdicts by it, is told in the
//! banks' crate of consensus.

use idx_types::planted::{self, Bug};
use idx_types::{ApprovalCertificate, BankId, Decision, InvolvedBanks, Reason, Verdict, Verdicts};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// How many banks rule the height, and how many approvals carry a transaction.
#[derive(Clone, Copy, Debug)]
pub struct Threshold {
    /// Banks that rule the height.
    pub banks: usize,
    /// Approvals needed; at least 1.
    pub quorum: usize,
}

/// Where a transaction stands with the verdicts that are in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It passes whatever the silent banks say.
    Passes,
    /// It fails whatever the silent banks say.
    Fails,
    /// It depends on the silent banks.
    Open,
}

/// The verdicts on one transaction, counted.
#[derive(Clone, Copy, Default, Debug)]
pub struct Tally {
    approvals: usize,
    rejections: usize,
    involved_approvals: usize,
    involved_rejections: usize,
}

impl Tally {
    /// Counts one bank's verdict; the caller sees to it that each bank is counted once.
    pub fn add(&mut self, verdict: Verdict, is_involved: bool) {
        let involved = usize::from(is_involved);
        match verdict {
            Verdict::Approve => {
                self.approvals += 1;
                self.involved_approvals += involved;
            }
            Verdict::Reject(_) => {
                self.rejections += 1;
                self.involved_rejections += involved;
            }
        }
    }

    /// The rule. "Too few approvals once every bank has spoken" is the second line with no bank left.
    pub fn standing(&self, involved: &InvolvedBanks, threshold: Threshold) -> Standing {
        let reachable = threshold.banks.saturating_sub(self.rejections);
        let vetoed = self.involved_rejections > 0 && !planted::has(Bug::InvolvedBankOverridden);
        let overridden = self.involved_rejections * usize::from(planted::has(Bug::InvolvedBankOverridden));
        let all_involved = self.involved_approvals + overridden == involved.iter().count()
            || planted::has(Bug::SilenceApproves);
        let enough = threshold.quorum - usize::from(planted::has(Bug::ApprovalOneLess));
        if vetoed || reachable < enough {
            Standing::Fails
        } else if all_involved && self.approvals >= enough {
            Standing::Passes
        } else {
            Standing::Open
        }
    }
}

/// What a certificate means for each transaction of its block, in block order.
///
/// `involved` has one entry for each transaction; `banks` and `quorum` (at least 1) are those of the
/// block's height. The reason of a failure is that of the rejecting involved bank with the lowest
/// number, else the most frequent reason (of equals the one with the lowest number), else
/// [`Reason::TooFewApprovals`].
///
/// The certificate must have passed [`ApprovalCertificate::check`], which alone knows the banks and
/// their keys. This function is total all the same, and fails closed: a message about another block
/// or with another number of verdicts than there are transactions counts as silence, and of two
/// messages of one bank the first counts.
pub fn decide(
    certificate: &ApprovalCertificate,
    involved: &[InvolvedBanks],
    banks: usize,
    quorum: usize,
) -> Vec<Decision> {
    let threshold = Threshold { banks, quorum };
    let voices = voices(certificate, involved.len());
    let decide_one = |(index, (tally, involved)): (usize, (&Tally, &InvolvedBanks))| match tally
        .standing(involved, threshold)
    {
        Standing::Passes => Decision::Pass,
        Standing::Open => Decision::Defer,
        Standing::Fails => Decision::Fail(reason_of(&voices, index, involved)),
    };
    count(&voices, involved).iter().zip(involved).enumerate().map(decide_one).collect()
}

/// The messages that count, each bank once, by bank number.
fn voices(certificate: &ApprovalCertificate, transactions: usize) -> Vec<&Verdicts> {
    let mut first: BTreeMap<BankId, &Verdicts> = BTreeMap::new();
    for signed in &certificate.verdicts {
        let said = &signed.message;
        if said.block == certificate.block && said.verdicts.len() == transactions {
            first.entry(said.bank).or_insert(said);
        }
    }
    first.into_values().collect()
}

fn count(voices: &[&Verdicts], involved: &[InvolvedBanks]) -> Vec<Tally> {
    let mut tallies = vec![Tally::default(); involved.len()];
    for said in voices {
        add_voice(&mut tallies, said, involved);
    }
    tallies
}

/// Counts one bank's verdicts on all transactions.
pub fn add_voice(tallies: &mut [Tally], said: &Verdicts, involved: &[InvolvedBanks]) {
    for ((tally, verdict), involved) in tallies.iter_mut().zip(&said.verdicts).zip(involved) {
        tally.add(*verdict, involved.contains(said.bank));
    }
}

fn reason_of(voices: &[&Verdicts], index: usize, involved: &InvolvedBanks) -> Reason {
    let rejections = voices.iter().filter_map(|said| match said.verdicts.get(index) {
        Some(Verdict::Reject(reason)) => Some((said.bank, *reason)),
        _ => None,
    });
    let veto = rejections.clone().find(|(bank, _)| involved.contains(*bank));
    veto.map(|(_, reason)| reason)
        .or_else(|| most_frequent(rejections.map(|(_, reason)| reason)))
        .unwrap_or(Reason::TooFewApprovals)
}

fn most_frequent(reasons: impl Iterator<Item = Reason>) -> Option<Reason> {
    let mut counts: BTreeMap<Reason, usize> = BTreeMap::new();
    for reason in reasons {
        *counts.entry(reason).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(reason, times)| (*times, Reverse(*reason))).map(|(reason, _)| reason)
}
