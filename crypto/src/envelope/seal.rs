//! Making an envelope.

use super::shape::{SealedRecord, check_escrow_keys};
use super::{ENVELOPE_VERSION, Envelope, EnvelopePart, Escrow, Half, HalfOf, RECORD_NONCE};
use super::{SealedKey, ShapeError, key_commitment, padding, record_key};
use crate::aead::AeadKey;
use crate::derive::hkdf_derive;
use crate::hash::{Hash32, hash_borsh};
use crate::hpke::HpkePublic;
use borsh::BorshSerialize;
use zeroize::Zeroizing;

/// To whom an envelope is sealed.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize)]
pub struct Recipients {
    /// The home bank's HPKE key.
    pub home: HpkePublic,
    /// The company's key of the day.
    pub company: HpkePublic,
    /// The regulators' keys, 1 to [`ENVELOPE_REGULATORS_MAX`](super::ENVELOPE_REGULATORS_MAX), all
    /// different, none of them the company's.
    pub regulators: Vec<HpkePublic>,
}

impl Envelope {
    /// Seals a record. `context` is a digest of what the envelope belongs to; `seed` is 32 bytes of
    /// fresh entropy. One seed always makes the same envelope of the same input, and unrelated keys for
    /// different input, so a seed used twice by mistake tells no more than that inputs are equal.
    ///
    /// # Errors
    /// [`ShapeError::RecordTooLong`], [`ShapeError::RegulatorCount`], [`ShapeError::RepeatedKey`].
    pub fn seal(
        record: &[u8],
        context: &Hash32,
        recipients: &Recipients,
        seed: &[u8; 32],
    ) -> Result<Self, ShapeError> {
        check_escrow_keys(&recipients.company, &recipients.regulators)?;
        let padded = padding::pad(record).ok_or(ShapeError::RecordTooLong { bytes: record.len() })?;
        let input = hash_borsh("idx/envelope-input/1", &(context, recipients, padded.as_slice()));
        let entropy = hkdf_derive(seed, "idx/envelope-seed/1", input.as_bytes());
        let keys = FreshKeys::from_entropy(entropy);
        Ok(keys.envelope(context, recipients, &padded))
    }
}

/// The keys of one envelope.
struct FreshKeys {
    company: Half,
    regulator: Half,
    data_key: Zeroizing<[u8; 32]>,
    entropy: Zeroizing<[u8; 32]>,
}

impl FreshKeys {
    fn from_entropy(entropy: Zeroizing<[u8; 32]>) -> Self {
        let half =
            |of: HalfOf| Half::new(of, hkdf_derive(entropy.as_slice(), "idx/envelope-halves/1", &[of as u8]));
        let (company, regulator) = (half(HalfOf::Company), half(HalfOf::Regulator));
        let data_key = company.join(&regulator);
        Self { company, regulator, data_key, entropy }
    }

    /// Parts are sealed last, for all that is in clear is bound to them.
    fn envelope(&self, context: &Hash32, recipients: &Recipients, padded: &[u8]) -> Envelope {
        let mut envelope = self.in_clear(context, recipients);
        let bound = envelope.bound(context);
        let seal = |part: &mut SealedKey, role: EnvelopePart, key: &[u8; 32]| {
            *part = SealedKey::seal(&part.to, role.domain(), &bound, key, &self.entropy);
        };
        seal(&mut envelope.home, EnvelopePart::Home, &self.data_key);
        seal(&mut envelope.escrow.company, EnvelopePart::Company, self.company.bytes());
        for part in &mut envelope.escrow.regulators {
            seal(part, EnvelopePart::Regulator, self.regulator.bytes());
        }
        let record_key = record_key(context, &self.data_key);
        envelope.record =
            SealedRecord(AeadKey::new(&record_key).seal(&RECORD_NONCE, bound.as_bytes(), padded));
        envelope
    }

    /// The envelope before anything is sealed into it.
    fn in_clear(&self, context: &Hash32, recipients: &Recipients) -> Envelope {
        Envelope {
            version: ENVELOPE_VERSION,
            record: SealedRecord(Vec::new()),
            key_commitment: key_commitment(context, &self.data_key),
            home: SealedKey::empty(recipients.home),
            escrow: Escrow {
                company: SealedKey::empty(recipients.company),
                company_commitment: self.company.commitment(),
                regulators: recipients.regulators.iter().copied().map(SealedKey::empty).collect(),
                regulator_commitment: self.regulator.commitment(),
            },
        }
    }
}
