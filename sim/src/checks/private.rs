//! What must hold of a final height's private body: it opens under the key in force and gives back, for
//! each transaction that took effect, exactly what that concealed. And of every key: each bank that was
//! given it was given the same.

use super::Violation;
use idx_chain::{ChainEpoch, State};
use idx_types::testing::{chain_secrets, epoch_keys};
use idx_types::wire::CertifiedHeight;
use idx_types::{BankId, BodyError, EpochKey, EpochKeys, Outcome, PrivateRecord, TxKind};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The keys that a founder, or a bank that joins, starts with.
pub(crate) fn keys_of(bank: BankId, is_founder: bool) -> EpochKeys {
    let ring = epoch_keys(bank);
    if is_founder { ring.with(chain_secrets()) } else { ring }
}

/// Every key of the private chain that any bank was given.
pub(super) struct BodyKeys(BTreeMap<u32, EpochKey>);

impl BodyKeys {
    pub(super) fn new() -> Self {
        let first = chain_secrets().key;
        Self([(first.epoch(), first)].into())
    }

    pub(super) fn check(&mut self, height: &CertifiedHeight, state: &State) -> Result<(), Violation> {
        for (number, epoch) in state.chain_keys().iter() {
            if let Entry::Vacant(place) = self.0.entry(number) {
                place.insert(same_for_all(state, number, epoch)?);
            }
        }
        self.body_as_promised(height, state)
    }

    fn body_as_promised(&self, height: &CertifiedHeight, state: &State) -> Result<(), Violation> {
        let (number, body) = (height.height(), &height.private.body);
        let in_force = state.chain_keys().in_force(number);
        let key = in_force.and_then(|epoch| self.0.get(&epoch));
        let opened = key
            .ok_or(BodyError::Damaged)
            .and_then(|key| key.open(height.private.header.chain_id, number, body))
            .map_err(|error| Violation(format!("the private body of height {number}: {error}")))?;
        let owed = owed(height);
        if opened == owed {
            return Ok(());
        }
        let (has, owes) = (opened.len(), owed.len());
        Err(Violation(format!("the private body of height {number} has {has} records, it owes {owes}")))
    }
}

/// The key of an epoch, which every bank with a wrap must be able to open.
fn same_for_all(state: &State, number: u32, epoch: &ChainEpoch) -> Result<EpochKey, Violation> {
    let opened = epoch.wraps.keys().map(|bank| {
        let mut ring = keys_of(*bank, false);
        state.chain_keys().teach(state.chain_id(), &mut ring);
        let pepper_fits = ring.pepper() == Some(&chain_secrets().pepper);
        ring.get(number).filter(|_| pepper_fits).cloned().ok_or_else(|| {
            Violation(format!("{bank} cannot open its key of epoch {number} of the private chain"))
        })
    });
    let keys = opened.collect::<Result<Vec<_>, _>>()?;
    match keys.split_first() {
        Some((first, rest)) if rest.iter().all(|key| key == first) => Ok(first.clone()),
        _ => Err(Violation(format!("the banks were given different keys of epoch {number}"))),
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
