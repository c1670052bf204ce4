//! The judges whom the banks have authorised, retired ones among them: a number is given once.

use borsh::{BorshDeserialize, BorshSerialize};
use idx_types::{Height, Judge, JudgeId, Reason};
use std::collections::BTreeMap;

/// Most judges ever; about 150 bytes each.
pub const JUDGES_MAX: usize = 1_024;

/// A judge on the ledger.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct JudgeRecord {
    /// Who.
    pub judge: Judge,
    /// The first height at which the judge may order.
    pub active_from: Height,
    /// The first height at which the judge may order no more.
    pub retired_from: Option<Height>,
}

/// All judges by number.
#[derive(Clone, PartialEq, Eq, Debug, Default, BorshSerialize, BorshDeserialize)]
pub struct Judges(pub(crate) BTreeMap<JudgeId, JudgeRecord>);

impl Judges {
    /// The judges whom the founders name.
    pub(crate) fn founding(judges: &[Judge]) -> Self {
        let active_from = Height::GENESIS.next();
        let record = |judge: &Judge| JudgeRecord { judge: judge.clone(), active_from, retired_from: None };
        Self(judges.iter().map(|judge| (judge.id, record(judge))).collect())
    }

    /// All judges ever registered, by number.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &JudgeRecord> {
        self.0.values()
    }

    /// The record of a judge.
    pub fn get(&self, id: JudgeId) -> Option<&JudgeRecord> {
        self.0.get(&id)
    }

    /// A judge who may order.
    pub(crate) fn active(&self, id: JudgeId) -> Result<&Judge, Reason> {
        let record = self.get(id).ok_or(Reason::UnknownJudge)?;
        if record.retired_from.is_some() { Err(Reason::JudgeRetired) } else { Ok(&record.judge) }
    }
}
