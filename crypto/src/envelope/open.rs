//! Reading an envelope: as the home bank, as a custodian, or with both halves.

use super::{Envelope, Half, HalfOf, RECORD_NONCE, SealedKey, ShapeError};
use super::{key_commitment, padding, record_key};
use crate::aead::AeadKey;
use crate::hash::Hash32;
use crate::hpke::{HpkePublic, HpkeSecret};
use std::fmt;
use zeroize::Zeroizing;

/// A part of an envelope, or a share of one on its way to a judge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EnvelopePart {
    /// The data key for the home bank.
    Home,
    /// The company's half.
    Company,
    /// A regulator's half.
    Regulator,
    /// The data key itself: parts opened, but do not make the key that the envelope commits to.
    DataKey,
    /// The sealed record.
    Record,
    /// A custodian's share for a judge.
    Share,
}

impl EnvelopePart {
    /// The label under which a part is sealed; what was sealed for one role does not open in another.
    pub(super) const fn domain(self) -> &'static str {
        match self {
            Self::Home => "idx/envelope-home/1",
            Self::Company => "idx/envelope-company/1",
            Self::Regulator => "idx/envelope-regulator/1",
            Self::Share => "idx/order-share/1",
            // Not sealed to anybody's key; a label of their own all the same, so that none is shared.
            Self::DataKey | Self::Record => "idx/envelope-record/1",
        }
    }
}

impl fmt::Display for EnvelopePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Home => "the home bank's part",
            Self::Company => "the company's part",
            Self::Regulator => "the regulator's part",
            Self::DataKey => "the data key",
            Self::Record => "the sealed record",
            Self::Share => "the custodian's share",
        })
    }
}

/// Why an envelope, or a share of one, does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// No such part names the reader's key.
    #[error("{part} is not for the key {key}")]
    NotForYou {
        /// What was to be read.
        part: EnvelopePart,
        /// The reader's key.
        key: HpkePublic,
    },
    /// The part is not there at all.
    #[error("{part} is missing")]
    Missing {
        /// What was to be read.
        part: EnvelopePart,
    },
    /// The part, the context, or something in clear that is bound to the part was altered; for
    /// [`EnvelopePart::DataKey`] and a half at its custodian: whoever made the envelope sealed garbage.
    #[error("{part} is damaged, or belongs to another context")]
    Damaged {
        /// What was to be read.
        part: EnvelopePart,
    },
    /// A half that is not the one the envelope commits to. From a judge's side: its custodian released
    /// a wrong one. At the custodian: whoever made the envelope sealed a wrong one.
    #[error("the {of}'s half is not the one that the envelope commits to")]
    WrongHalf {
        /// Whose half is wrong.
        of: HalfOf,
    },
    /// The envelope should never have passed the gate.
    #[error("the envelope is malformed: {0}")]
    Malformed(ShapeError),
}

impl From<ShapeError> for EnvelopeError {
    fn from(error: ShapeError) -> Self {
        match error {
            ShapeError::RecordSize { bytes: 0 } => Self::Missing { part: EnvelopePart::Record },
            ShapeError::RegulatorCount { count: 0 } => Self::Missing { part: EnvelopePart::Regulator },
            other => Self::Malformed(other),
        }
    }
}

impl Envelope {
    /// The record, for the home bank.
    ///
    /// # Errors
    /// [`EnvelopeError`] but for [`EnvelopeError::WrongHalf`].
    pub fn open_home(
        &self,
        secret: &HpkeSecret,
        context: &Hash32,
    ) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
        self.check_shape()?;
        let data_key = self.open_part(EnvelopePart::Home, &[&self.home], secret, context)?;
        self.open_record(&data_key, context)
    }

    /// The company's half, for the company's custodian.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn open_company_half(&self, secret: &HpkeSecret, context: &Hash32) -> Result<Half, EnvelopeError> {
        self.open_escrow_half(HalfOf::Company, &[&self.escrow.company], secret, context)
    }

    /// The regulators' half, for any one of them.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn open_regulator_half(&self, secret: &HpkeSecret, context: &Hash32) -> Result<Half, EnvelopeError> {
        let parts: Vec<&SealedKey> = self.escrow.regulators.iter().collect();
        self.open_escrow_half(HalfOf::Regulator, &parts, secret, context)
    }

    /// Checks a half against the commitment in the envelope.
    ///
    /// # Errors
    /// [`EnvelopeError::WrongHalf`], naming whose half is wrong.
    pub fn check_half(&self, half: &Half) -> Result<(), EnvelopeError> {
        let committed = match half.of() {
            HalfOf::Company => &self.escrow.company_commitment,
            HalfOf::Regulator => &self.escrow.regulator_commitment,
        };
        // Commitments are public, so their comparison may take what time it takes.
        if half.commitment() == *committed { Ok(()) } else { Err(EnvelopeError::WrongHalf { of: half.of() }) }
    }

    /// The record, for who has both halves: the judge.
    ///
    /// # Errors
    /// [`EnvelopeError::WrongHalf`] naming whose half is wrong, also if both are of one custodian;
    /// [`EnvelopeError::Damaged`] or [`EnvelopeError::Missing`] with what does not open.
    pub fn open_with_halves(
        &self,
        company: &Half,
        regulator: &Half,
        context: &Hash32,
    ) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
        self.check_shape()?;
        for (half, of) in [(company, HalfOf::Company), (regulator, HalfOf::Regulator)] {
            if half.of() != of {
                return Err(EnvelopeError::WrongHalf { of });
            }
            self.check_half(half)?;
        }
        self.open_record(&company.join(regulator), context)
    }

    fn open_escrow_half(
        &self,
        of: HalfOf,
        parts: &[&SealedKey],
        secret: &HpkeSecret,
        context: &Hash32,
    ) -> Result<Half, EnvelopeError> {
        self.check_shape()?;
        let half = Half::new(of, self.open_part(of.part(), parts, secret, context)?);
        self.check_half(&half)?;
        Ok(half)
    }

    /// Opens the one of some parts that names the reader's key.
    fn open_part(
        &self,
        part: EnvelopePart,
        parts: &[&SealedKey],
        secret: &HpkeSecret,
        context: &Hash32,
    ) -> Result<Zeroizing<[u8; 32]>, EnvelopeError> {
        let key = secret.public();
        let sealed =
            parts.iter().find(|sealed| sealed.to == key).ok_or(EnvelopeError::NotForYou { part, key })?;
        sealed.open(secret, part.domain(), &self.bound(context)).map_err(|_| EnvelopeError::Damaged { part })
    }

    fn open_record(
        &self,
        data_key: &[u8; 32],
        context: &Hash32,
    ) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
        if key_commitment(context, data_key) != self.key_commitment {
            return Err(EnvelopeError::Damaged { part: EnvelopePart::DataKey });
        }
        let key = record_key(context, data_key);
        let damaged = EnvelopeError::Damaged { part: EnvelopePart::Record };
        let padded = AeadKey::new(&key)
            .open(&RECORD_NONCE, self.bound(context).as_bytes(), &self.record.0)
            .map_err(|_| damaged.clone())?;
        padding::unpad(&padded).ok_or(damaged)
    }
}
