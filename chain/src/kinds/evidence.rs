//! `Evidence`: two contradicting signatures of one bank cost it a part of its stake (document 3.3).

use super::{Plan, Record, signed_by_bank};
use crate::draft::Draft;
use crate::fees::{FeeQuote, split};
use crate::posting::Entry;
use idx_types::tx::ReportEvidence;
use idx_types::{BankId, ChainId, Evidence, Paise, Reason, Signable, TxSignature};

/// The cheap checks come first: signatures are looked at only for a new offence of a known bank.
pub(super) fn plan(draft: &Draft<'_>, ask: &ReportEvidence, by: &[TxSignature]) -> Result<Plan, Reason> {
    signed_by_bank(draft, ask.bank, by)?;
    let offence = ask.evidence.offence().ok_or(Reason::BadEvidence)?;
    if chain_of(&ask.evidence) != draft.base.chain_id {
        return Err(Reason::BadEvidence);
    }
    let offender = draft.base.bank(offence.bank)?;
    if draft.registries().offences.contains(&offence) {
        return Err(Reason::EvidenceKnown);
    }
    let verifier = draft.base.verifier.as_ref();
    ask.evidence.check_signatures(&offender.consensus_key, verifier).map_err(|_| Reason::BadEvidence)?;
    let entries = slash(draft, offence.bank)?;
    Ok(Plan { entries, record: Record::Offence(offence), fee: FeeQuote::default() })
}

/// The network both messages are for; they contradict each other only if it is the same.
fn chain_of(evidence: &Evidence) -> ChainId {
    match evidence {
        Evidence::Votes(a, _) => a.message.chain_id(),
        Evidence::Proposals(a, _) => a.message.chain_id(),
        Evidence::Headers(a, _) => a.message.chain_id(),
        Evidence::Verdicts(a, _) => a.message.chain_id(),
    }
}

/// The part of the stake that the parameters say, divided among the other banks' reserves with the
/// remainder rule of fees. Without other banks nothing moves.
fn slash(draft: &Draft<'_>, offender: BankId) -> Result<Vec<Entry>, Reason> {
    let stake = draft.system(offender)?.stake;
    let held = draft.accounts.get(stake).map_or(Paise::ZERO, |account| account.balance);
    let lost = held.portion(draft.base.params.slash).ok_or(Reason::Overflow)?;
    let banks = draft.base.validators.banks();
    let others: Vec<BankId> = banks.iter().map(|bank| bank.id).filter(|id| *id != offender).collect();
    let mut entries = Vec::with_capacity(1 + others.len());
    for (bank, share) in others.iter().zip(split(lost, others.len(), draft.place.height.0)) {
        entries.push(Entry::credit(draft.system(*bank)?.reserve, share));
    }
    if !entries.is_empty() {
        entries.push(Entry::debit(stake, lost));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests;
