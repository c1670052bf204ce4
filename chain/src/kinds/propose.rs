//! `Propose`: puts a change before the banks; the proposer's ballot is in it.

use super::{Plan, Record, signed_by_bank};
use crate::draft::Draft;
use crate::governance::{PROPOSAL_HEIGHTS_MAX, PROPOSALS_PER_BANK_MAX, Rules};
use crate::registries::OpenProposal;
use idx_types::tx::Propose;
use idx_types::{Reason, TxId, TxSignature};
use std::collections::BTreeMap;

pub(super) fn plan(draft: &Draft<'_>, ask: &Propose, by: &[TxSignature], id: TxId) -> Result<Plan, Reason> {
    signed_by_bank(draft, ask.bank, by)?;
    let height = draft.place.height;
    let latest = height.0.saturating_add(PROPOSAL_HEIGHTS_MAX);
    let in_time = ask.effective_at > height && ask.effective_at.0 <= latest;
    let open = draft.registries().proposals.iter().filter(|open| open.proposer == ask.bank).count();
    if !in_time || open >= PROPOSALS_PER_BANK_MAX {
        return Err(Reason::BadProposal);
    }
    Rules::of(draft.base).under(&ask.change, draft).ok_or(Reason::BadProposal)?;
    Ok(Plan::record(Record::Proposal(Box::new(OpenProposal {
        id,
        proposer: ask.bank,
        change: ask.change.clone(),
        effective_at: ask.effective_at,
        opened_at: height,
        passed_at: None,
        ballots: BTreeMap::from([(ask.bank, true)]),
    }))))
}
