//! Both halves, put together: the one thing that nobody but a judge with two custodians can do.

use idx_bank::IdentityRecord;
use idx_bank::rebuild::PrivateRecord;
use idx_client::OrderFile;
use idx_crypto::{EnvelopeError, Half, HalfOf, Hash32, HpkeSecret, open_half, opening_digest};
use idx_types::tx::{OrderIdentity, OrderShare};
use idx_types::{Holder, OrderId, TxKind};

/// An opened identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Who it is; the session of it says whether the envelope was a session's or an account's.
    pub record: IdentityRecord,
    /// What the judge confirms on the ledger.
    pub digest: Hash32,
}

/// Why an envelope is not opened. Says nothing of what is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// A custodian has not released its half.
    #[error("the {of} has not released its half: it takes the company's and a regulator's")]
    NotShared {
        /// Whose half is missing.
        of: HalfOf,
    },
    /// A custodian's share does not open, or is not the half that the envelope commits to.
    #[error("the share of {holder} is refused: {why}")]
    Share {
        /// Whose share.
        holder: Holder,
        /// What is wrong with it.
        why: EnvelopeError,
    },
    /// Both halves are right, and the envelope does not open: it was altered, or made wrong by its bank.
    #[error("the envelope is refused: {0}")]
    Envelope(EnvelopeError),
    /// The envelope opens to something else than the record of this session or account.
    #[error("what the home bank sealed is no record of this session or account")]
    Record,
}

/// Opens every envelope of an order's file to which custodians released their halves for this order.
pub fn open_all(order: OrderId, file: &OrderFile, reading: &HpkeSecret) -> Vec<Result<Opened, OpeningError>> {
    let shares: Vec<&OrderShare> =
        file.shown.iter().filter_map(|one| share_in(order, &one.tx.body.kind)).collect();
    let envelopes = file.shown.iter().filter_map(|one| PrivateRecord::of(one.height, &one.tx));
    envelopes.map(|envelope| open_one(order, &envelope, &shares, reading)).collect()
}

fn share_in(order: OrderId, kind: &TxKind) -> Option<&OrderShare> {
    match kind {
        TxKind::OrderShare(share) if share.order == order => Some(share),
        _ => None,
    }
}

fn open_one(
    order: OrderId,
    sealed: &PrivateRecord,
    shares: &[&OrderShare],
    reading: &HpkeSecret,
) -> Result<Opened, OpeningError> {
    let half = |of| half_among(order, sealed, shares, reading, of);
    let (company, regulator) = (half(HalfOf::Company)?, half(HalfOf::Regulator)?);
    let context = sealed.context.digest();
    let opened = sealed.envelope.open_with_halves(&company, &regulator, &context);
    let opened = opened.map_err(OpeningError::Envelope)?;
    let record = IdentityRecord::read(&opened, &sealed.context).ok_or(OpeningError::Record)?;
    Ok(Opened { record, digest: opening_digest(&order.digest(), &opened, &company, &regulator) })
}

/// A half of this envelope: of several regulators the first that gave the right one.
fn half_among(
    order: OrderId,
    sealed: &PrivateRecord,
    shares: &[&OrderShare],
    reading: &HpkeSecret,
    of: HalfOf,
) -> Result<Half, OpeningError> {
    let mut failed = OpeningError::NotShared { of };
    for share in shares.iter().filter(|share| side_of(share.holder) == of && is_of(&share.identity, sealed)) {
        match checked(open_half(reading, &order.digest(), &share.half), of, sealed) {
            Ok(half) => return Ok(half),
            Err(why) => failed = OpeningError::Share { holder: share.holder, why },
        }
    }
    Err(failed)
}

/// The half, if it is this side's and the one that the envelope commits to.
fn checked(
    half: Result<Half, EnvelopeError>,
    of: HalfOf,
    sealed: &PrivateRecord,
) -> Result<Half, EnvelopeError> {
    let half = half?;
    if half.of() != of {
        return Err(EnvelopeError::WrongHalf { of });
    }
    sealed.envelope.check_half(&half).map(|()| half)
}

const fn side_of(holder: Holder) -> HalfOf {
    match holder {
        Holder::Company => HalfOf::Company,
        Holder::Regulator(_) => HalfOf::Regulator,
    }
}

fn is_of(identity: &OrderIdentity, sealed: &PrivateRecord) -> bool {
    match identity {
        OrderIdentity::Session(session) => sealed.context.session == Some(*session),
        OrderIdentity::Account(handle) => {
            sealed.context.session.is_none() && handle.shown() == Ok(&sealed.context.handle)
        }
    }
}

#[cfg(test)]
mod tests;
