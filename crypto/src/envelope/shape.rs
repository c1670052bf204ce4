//! How large an envelope may be, and what can be said about one without any key.

use super::padding::LENGTH_BYTES;
use super::{Envelope, SealedKey};
use crate::aead::AEAD_TAG_BYTES;
use crate::hpke::HpkePublic;
use borsh::{BorshDeserialize, BorshSerialize};
use std::{fmt, io};

/// The format that this software writes and reads.
pub const ENVELOPE_VERSION: u8 = 1;

/// Sizes of a padded record, ascending. A usual record (about 300 bytes) is well within the first, so
/// that nearly all envelopes have one length.
pub(super) const RECORD_CLASSES: [usize; 3] = [512, 1024, 2048];

const RECORD_CLASS_MAX: usize = RECORD_CLASSES[RECORD_CLASSES.len() - 1];

/// Most bytes of a record: 2,046.
pub const ENVELOPE_RECORD_BYTES_MAX: usize = RECORD_CLASS_MAX - LENGTH_BYTES;

/// Most regulators an envelope can name.
pub const ENVELOPE_REGULATORS_MAX: usize = 8;

/// Bytes of a sealed key in borsh: public key, encapsulated key, key, tag.
const SEALED_KEY_BYTES: usize = 32 + 32 + 32 + AEAD_TAG_BYTES;

/// Most bytes of an envelope in borsh: 3,289.
pub const ENVELOPE_BYTES_MAX: usize = 1
    + (4 + RECORD_CLASS_MAX + AEAD_TAG_BYTES)
    + 3 * 32
    + 4
    + (2 + ENVELOPE_REGULATORS_MAX) * SEALED_KEY_BYTES;

/// What is wrong with an envelope, or with what one is to be made of, that needs no key to see.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// Another format.
    #[error("envelope version {found} is unknown; this software knows version {ENVELOPE_VERSION}")]
    UnknownVersion {
        /// The version it names.
        found: u8,
    },
    /// The sealed record is of no size class.
    #[error("a sealed record has {bytes} bytes, which is none of the sizes that padding makes")]
    RecordSize {
        /// Its length.
        bytes: usize,
    },
    /// A record that does not fit.
    #[error("the record has {bytes} bytes, at most {ENVELOPE_RECORD_BYTES_MAX} can be sealed")]
    RecordTooLong {
        /// Its length.
        bytes: usize,
    },
    /// No regulator, or too many.
    #[error("an envelope names 1 to {ENVELOPE_REGULATORS_MAX} regulators, not {count}")]
    RegulatorCount {
        /// How many it names.
        count: usize,
    },
    /// One key holds two places. With the company's key among the regulators' one custodian would have
    /// both halves.
    #[error("the key {key} is named twice among the company's and the regulators' keys")]
    RepeatedKey {
        /// The key.
        key: HpkePublic,
    },
}

impl Envelope {
    /// Checks what can be checked without a key: version, sizes, number of regulators, keys distinct
    /// ([`HpkePublic`] is sound by itself). Whether the keys are the registered ones is for who knows
    /// the register.
    ///
    /// # Errors
    /// [`ShapeError`], the first that is found.
    pub fn check_shape(&self) -> Result<(), ShapeError> {
        if self.version != ENVELOPE_VERSION {
            return Err(ShapeError::UnknownVersion { found: self.version });
        }
        self.record.check_size()?;
        let regulators: Vec<HpkePublic> = self.regulator_keys().collect();
        check_escrow_keys(&self.company_key(), &regulators)
    }
}

/// Whether keys can hold an escrow together: 1 to [`ENVELOPE_REGULATORS_MAX`] regulators, no key twice.
pub(super) fn check_escrow_keys(company: &HpkePublic, regulators: &[HpkePublic]) -> Result<(), ShapeError> {
    let count = regulators.len();
    if !(1..=ENVELOPE_REGULATORS_MAX).contains(&count) {
        return Err(ShapeError::RegulatorCount { count });
    }
    let seen_before =
        |place: usize| &regulators[place] == company || regulators[..place].contains(&regulators[place]);
    match (0..count).find(|place| seen_before(*place)) {
        Some(place) => Err(ShapeError::RepeatedKey { key: regulators[place] }),
        None => Ok(()),
    }
}

/// A padded record under AES-256-GCM, its tag at the end.
#[derive(Clone, PartialEq, Eq, BorshSerialize)]
pub(super) struct SealedRecord(pub(super) Vec<u8>);

impl fmt::Debug for SealedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedRecord({} bytes)", self.0.len())
    }
}

impl SealedRecord {
    fn check_size(&self) -> Result<(), ShapeError> {
        let bytes = self.0.len();
        let fits = RECORD_CLASSES.into_iter().any(|class| class + AEAD_TAG_BYTES == bytes);
        if fits { Ok(()) } else { Err(ShapeError::RecordSize { bytes }) }
    }
}

/// Reads no more than the largest class, whatever length the bytes claim.
impl BorshDeserialize for SealedRecord {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let bytes = u32::deserialize_reader(reader)? as usize;
        if bytes > RECORD_CLASS_MAX + AEAD_TAG_BYTES {
            return Err(io::Error::other(ShapeError::RecordSize { bytes }));
        }
        let mut sealed = vec![0; bytes];
        reader.read_exact(&mut sealed)?;
        Ok(Self(sealed))
    }
}

/// Reads no more than [`ENVELOPE_REGULATORS_MAX`] parts, whatever number the bytes claim.
pub(super) fn read_regulators<R: io::Read>(reader: &mut R) -> io::Result<Vec<SealedKey>> {
    let count = u32::deserialize_reader(reader)? as usize;
    if count > ENVELOPE_REGULATORS_MAX {
        return Err(io::Error::other(ShapeError::RegulatorCount { count }));
    }
    (0..count).map(|_| SealedKey::deserialize_reader(reader)).collect()
}
