//! What must hold of a final height's private body: it opens under the banks' key and gives back, for
//! each transaction that took effect, exactly what that concealed.

use super::Violation;
use idx_types::wire::CertifiedHeight;
use idx_types::{EpochKey, Outcome, PrivateRecord, TxKind};

/// The key of the private chain in every simulated network.
pub(crate) fn epoch_key() -> EpochKey {
    EpochKey::new(1, [7; 32].into())
}

pub(super) fn body_as_promised(height: &CertifiedHeight) -> Result<(), Violation> {
    let number = height.height();
    let opened = epoch_key()
        .open(height.private.header.chain_id, number, &height.private.body)
        .map_err(|error| Violation(format!("the private body of height {number}: {error}")))?;
    let owed = owed(height);
    if opened == owed {
        Ok(())
    } else {
        let (has, owes) = (opened.len(), owed.len());
        Err(Violation(format!("the private body of height {number} has {has} records, it owes {owes}")))
    }
}

fn owed(height: &CertifiedHeight) -> Vec<PrivateRecord> {
    let mut owed = Vec::new();
    for (place, (tx, outcome)) in
        (0u32..).zip(height.public.transactions.iter().zip(&height.private.outcomes))
    {
        let kept = match &tx.body.kind {
            TxKind::Transfer(_) | TxKind::Propose(_) | TxKind::Ballot(_) | TxKind::Evidence(_) => false,
            kind => *outcome == Outcome::Completed && !kind.openings().is_empty(),
        };
        if kept {
            owed.push(PrivateRecord { place, openings: tx.body.kind.openings() });
        }
    }
    owed
}
