//! What must hold of a final height and the ledger after it.

use super::Violation;
use idx_chain::State;
use idx_consensus::approval::decide;
use idx_consensus::{election, mining};
use idx_crypto::Verifier;
use idx_types::wire::CertifiedHeight;
use idx_types::{
    Decision, Outcome, Reason, SignedVerdicts, TimestampMs, TxBody, TxKind, ValidatorSet, Verdict,
};

/// Every completed transaction has enough approvals and those of all involved banks.
pub(super) fn approvals_rule(
    height: &CertifiedHeight,
    banks: &ValidatorSet,
    quorum: usize,
) -> Result<(), Violation> {
    let certificate = &height.private.certificate;
    let involved: Vec<_> =
        height.public.transactions.iter().map(|tx| tx.body.kind.involved_banks()).collect();
    let decisions = decide(certificate, &involved, banks.len(), quorum);
    for (i, outcome) in height.private.outcomes.iter().enumerate() {
        let approves = |v: &SignedVerdicts| v.message.verdicts.get(i) == Some(&Verdict::Approve);
        let approvals = certificate.verdicts.iter().filter(|v| approves(v)).count();
        let all_involved = involved[i]
            .iter()
            .all(|bank| certificate.of(bank).is_some_and(|v| v.verdicts.get(i) == Some(&Verdict::Approve)));
        let completed = *outcome == Outcome::Completed;
        if completed && (approvals < quorum || !all_involved || decisions[i] != Decision::Pass) {
            return Err(Violation(format!(
                "transaction {i} of {} completed without its approvals",
                height.height()
            )));
        }
    }
    Ok(())
}

pub(super) fn conserved(state: &State) -> Result<(), Violation> {
    let have = state.recount();
    let issued: Vec<_> = state.issued().iter().map(|(currency, sum)| (*currency, *sum)).collect();
    if have == issued {
        Ok(())
    } else {
        Err(Violation(format!("money is not conserved: issued {issued:?}, recounted {have:?}")))
    }
}

/// The block was mined by the bank whose turn it was, with work.
pub(super) fn mined_in_turn(height: &CertifiedHeight, before: &ValidatorSet) -> Result<(), Violation> {
    let header = &height.public.header;
    let elected = election::miner(before, header.height, header.round);
    if header.miner != elected || !mining::work_holds(header) {
        return Err(Violation(format!(
            "block {} of round {} is by {}, elected was {elected}, or its work does not hold",
            header.height, header.round, header.miner
        )));
    }
    Ok(())
}

/// Whoever owned what a completed transaction moved has signed it.
pub(super) fn signed_by_owners(height: &CertifiedHeight, verifier: &dyn Verifier) -> Result<(), Violation> {
    for (tx, outcome) in height.public.transactions.iter().zip(&height.private.outcomes) {
        let holds = tx.check_signatures(verifier).is_ok();
        if *outcome == Outcome::Completed && !holds {
            return Err(Violation(format!("{} completed with a signature that does not hold", tx.id())));
        }
    }
    Ok(())
}

/// What fails, fails for a reason that customers like ours give cause for: they spend what they do not
/// have, open what is open, pay from what is closed, act before the bank knows them, or are rejected. Liars add more.
pub(super) fn failures_have_grounds(
    height: &CertifiedHeight,
    state: &State,
    liars: usize,
) -> Result<(), Violation> {
    let time = height.public.header.timestamp;
    let outcomes = height.public.transactions.iter().zip(&height.private.outcomes);
    let mut failures = outcomes.filter_map(|(tx, outcome)| match outcome {
        Outcome::Failed(reason) => Some((&tx.body, *reason)),
        _ => None,
    });
    let groundless = failures.find(|(body, reason)| liars == 0 && !has_ground(*reason, body, state, time));
    match groundless {
        Some((body, reason)) => {
            Err(Violation(format!("{:?} failed at height {}: {reason}", body.kind, height.height())))
        }
        None => Ok(()),
    }
}

fn has_ground(reason: Reason, body: &TxBody, state: &State, time: TimestampMs) -> bool {
    match (reason, &body.kind) {
        (Reason::Expired, _) => time > body.valid_until,
        (Reason::AmountTooSmall, TxKind::Transfer(ask)) => ask.amount < state.params().min_transfer,
        // Banks judge a block as if all of it passed: what closed an account, or came before a rate, may
        // have been put off since.
        (Reason::BadRateTime | Reason::RateExists, kind) => matches!(kind, TxKind::ForexRate(_)),
        (Reason::NoRate, kind) => matches!(kind, TxKind::OpenTravel(_)),
        // Two banks turned the key at once: the first has turned it.
        (Reason::RotationNotDue, TxKind::RotateChainKey(ask)) => state.chain_keys().newest() >= ask.epoch,
        (reason, _) => matches!(
            reason,
            Reason::InsufficientFunds
                | Reason::AccountClosed
                | Reason::AccountExists
                | Reason::SessionExists
                | Reason::RejectedByPolicy
                | Reason::UnknownBank
                | Reason::UnknownProposal
                | Reason::BadProposal
        ),
    }
}

/// The node's own state is the one that the banks signed.
pub(super) fn state_as_signed(height: &CertifiedHeight, state: &State) -> Result<(), Violation> {
    let signed = height.private.header.state_root;
    if state.root() == signed {
        return Ok(());
    }
    let at = height.height();
    Err(Violation(format!("the state after height {at} has root {}, signed is {signed}", state.root())))
}

/// No honest bank lets a block come from the future: a quorum saw its time near their own.
pub(super) fn not_from_the_future(height: &CertifiedHeight, now: TimestampMs) -> Result<(), Violation> {
    const MOST_MS: u64 = 60_000;
    let ahead_ms = height.public.header.timestamp.since(now);
    if ahead_ms <= MOST_MS {
        return Ok(());
    }
    Err(Violation(format!("block {} is {ahead_ms} ms ahead of the true time", height.height())))
}

/// The ledger's own guard, which fails a transaction rather than make or lose money, never has to act.
pub(super) fn guard_unused(height: &CertifiedHeight) -> Result<(), Violation> {
    let acted = |outcome: &Outcome| *outcome == Outcome::Failed(Reason::Overflow);
    match height.private.outcomes.iter().position(acted) {
        Some(i) => {
            let id = height.public.transactions[i].id();
            Err(Violation(format!("{id} would have made or lost money at height {}", height.height())))
        }
        None => Ok(()),
    }
}
