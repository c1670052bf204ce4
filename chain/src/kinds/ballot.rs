//! `Ballot`: a bank's vote on an open proposal; one each, never changed.

use super::{Plan, Record, signed_by_bank};
use crate::draft::Draft;
use idx_types::tx::Ballot;
use idx_types::{Reason, TxSignature};

pub(super) fn plan(draft: &Draft<'_>, ask: &Ballot, by: &[TxSignature]) -> Result<Plan, Reason> {
    signed_by_bank(draft, ask.bank, by)?;
    let open = draft
        .registries()
        .proposal(&ask.proposal)
        .filter(|open| open.passed_at.is_none())
        .ok_or(Reason::UnknownProposal)?;
    if open.ballots.contains_key(&ask.bank) {
        return Err(Reason::AlreadyVoted);
    }
    let Ballot { bank, proposal, approve } = *ask;
    Ok(Plan::record(Record::Ballot { proposal, bank, approve }))
}
