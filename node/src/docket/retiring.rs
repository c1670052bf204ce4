//! Judges whom governance retires, by the ballots in blocks: their orders end at once.

use super::Rules;
use idx_types::{BankId, Height, JudgeId, TxId};
use std::collections::{BTreeMap, BTreeSet};

/// Proposals to retire judges that may still take effect.
#[derive(Clone, Debug, Default)]
pub(super) struct Retiring {
    open: BTreeMap<TxId, Proposal>,
}

#[derive(Clone, Debug)]
struct Proposal {
    judge: JudgeId,
    effective_at: Height,
    ballots: BTreeMap<BankId, bool>,
    passed: bool,
}

impl Retiring {
    /// A bank proposes; that is its vote as well.
    pub fn proposed(&mut self, id: TxId, judge: JudgeId, by: BankId, effective_at: Height) {
        let ballots = [(by, true)].into();
        self.open.insert(id, Proposal { judge, effective_at, ballots, passed: false });
    }

    /// A bank votes; on another kind of proposal that means nothing here.
    pub fn voted(&mut self, proposal: TxId, bank: BankId, approve: bool) {
        if let Some(proposal) = self.open.get_mut(&proposal) {
            proposal.ballots.insert(bank, approve);
        }
    }

    /// The end of a height: who is retired from the next one on. Ballots of a block count together, and
    /// only those of banks that rule it.
    pub fn close(&mut self, height: Height, rules: Rules<'_>) -> BTreeSet<JudgeId> {
        let quorum = rules.banks.quorums(rules.params.approval_margin).quorum;
        let next = height.next();
        let mut retired = BTreeSet::new();
        self.open.retain(|_, proposal| {
            proposal.passed |= proposal.votes(rules, true) >= quorum;
            let lost = !proposal.passed && proposal.votes(rules, false) > rules.banks.len() - quorum;
            let due = proposal.effective_at <= next;
            if due && proposal.passed {
                retired.insert(proposal.judge);
            }
            !lost && !due
        });
        retired
    }
}

impl Proposal {
    fn votes(&self, rules: Rules<'_>, approve: bool) -> usize {
        let counts = |(bank, said): &(&BankId, &bool)| **said == approve && rules.banks.get(**bank).is_some();
        self.ballots.iter().filter(counts).count()
    }
}
