//! A custodian's key among three officers, any two of whom can bring it back.
//!
//! ```text
//! key = first XOR second XOR third          (two of them fresh, the last makes the sum)
//! officer 1 keeps        second, third
//! officer 2 keeps first,         third      whoever lacks one of the parts
//! officer 3 keeps first, second             knows nothing about the key
//! ```
//!
//! For two of three this replicated sharing (Ito, Saito and Nishizeki 1987) is as secret as Shamir's and
//! needs neither field arithmetic nor one more crate. Each part has a commitment, so that an officer who
//! brings a wrong share is named instead of spoiling the key.

use crate::derive::hkdf_derive;
use crate::hash::{Hash32, Hasher};
use borsh::{BorshDeserialize, BorshSerialize};
use std::fmt;
use zeroize::Zeroizing;

/// Officers who get a share; any two of them suffice.
pub const OFFICERS: u8 = 3;

/// Bytes of an [`OfficerShare`] written out: the officer's number and two parts.
pub const OFFICER_SHARE_BYTES: usize = 1 + 2 * PART_BYTES;

const PART_BYTES: usize = 32;

type Part = Zeroizing<[u8; PART_BYTES]>;

/// One officer's share. Wiped on drop, masked in `Debug`, never copied.
pub struct OfficerShare {
    officer: u8,
    parts: [Part; 2],
}

/// What is kept in clear beside the custodian: commitments to the three parts. They say nothing about a
/// key of full entropy.
#[derive(
    Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct ShareCommitments([Hash32; 3]);

/// Why shares do not make a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// Not a written share.
    #[error(
        "an officer's share has {OFFICER_SHARE_BYTES} bytes and begins with a number from 1 to {OFFICERS}"
    )]
    Malformed,
    /// The share is not the one that was given to this officer.
    #[error("the share of officer {officer} is not the one that was handed out")]
    WrongShare {
        /// Whose share is wrong, 1 to 3.
        officer: u8,
    },
    /// One officer is not two.
    #[error("both shares are of officer {officer}: two different officers are needed")]
    SameOfficer {
        /// The officer, 1 to 3.
        officer: u8,
    },
}

/// Splits a key of full entropy; `seed` is 32 bytes of fresh entropy, never used for another key.
/// Returns the shares of officers 1 to 3.
pub fn split_key(key: &[u8; 32], seed: &[u8; 32]) -> (ShareCommitments, [OfficerShare; 3]) {
    let fresh = |number: u8| hkdf_derive(seed, "idx/officer-part/1", &[number]);
    hand_out(key, fresh(1), fresh(2))
}

fn hand_out(key: &[u8; 32], first: Part, second: Part) -> (ShareCommitments, [OfficerShare; 3]) {
    let third = xor(&xor(key, &first), &second);
    let commitments = ShareCommitments([commit(1, &first), commit(2, &second), commit(3, &third)]);
    let shares = [
        OfficerShare { officer: 1, parts: [second.clone(), third.clone()] },
        OfficerShare { officer: 2, parts: [first.clone(), third] },
        OfficerShare { officer: 3, parts: [first, second] },
    ];
    (commitments, shares)
}

impl OfficerShare {
    /// Whose share it is, 1 to 3.
    pub const fn officer(&self) -> u8 {
        self.officer
    }

    /// The share written out, for the officer's keeping.
    pub fn to_bytes(&self) -> Zeroizing<[u8; OFFICER_SHARE_BYTES]> {
        let mut bytes = Zeroizing::new([self.officer; OFFICER_SHARE_BYTES]);
        for (place, part) in bytes[1..].chunks_exact_mut(PART_BYTES).zip(&self.parts) {
            place.copy_from_slice(part.as_slice());
        }
        bytes
    }

    /// Reads what [`OfficerShare::to_bytes`] wrote. Whether it is the right share is for
    /// [`ShareCommitments`].
    ///
    /// # Errors
    /// [`ShareError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ShareError> {
        let ([officer], rest) = bytes.split_first_chunk::<1>().ok_or(ShareError::Malformed)?;
        let (one, rest) = rest.split_first_chunk::<PART_BYTES>().ok_or(ShareError::Malformed)?;
        let other = <&[u8; PART_BYTES]>::try_from(rest).map_err(|_| ShareError::Malformed)?;
        if !(1..=OFFICERS).contains(officer) {
            return Err(ShareError::Malformed);
        }
        Ok(Self { officer: *officer, parts: [Zeroizing::new(*one), Zeroizing::new(*other)] })
    }

    /// The parts with their numbers: all but the one of the officer's own number.
    fn numbered(&self) -> impl Iterator<Item = (u8, &Part)> {
        (1..=OFFICERS).filter(|number| *number != self.officer).zip(&self.parts)
    }

    fn part(&self, number: u8) -> Option<&Part> {
        self.numbered().find(|(own, _)| *own == number).map(|(_, part)| part)
    }
}

impl ShareCommitments {
    /// Checks that a share is the one that was handed out.
    ///
    /// # Errors
    /// [`ShareError::WrongShare`].
    pub fn check(&self, share: &OfficerShare) -> Result<(), ShareError> {
        let is_ours = |(number, part): (u8, &Part)| self.0[usize::from(number) - 1] == commit(number, part);
        let officer = share.officer;
        if share.numbered().all(is_ours) { Ok(()) } else { Err(ShareError::WrongShare { officer }) }
    }

    /// The key of two officers' shares.
    ///
    /// # Errors
    /// [`ShareError::WrongShare`] naming the officer, [`ShareError::SameOfficer`].
    pub fn join(&self, one: &OfficerShare, other: &OfficerShare) -> Result<Zeroizing<[u8; 32]>, ShareError> {
        self.check(one)?;
        self.check(other)?;
        let missing = other.part(one.officer).ok_or(ShareError::SameOfficer { officer: one.officer })?;
        Ok(xor(&xor(&one.parts[0], &one.parts[1]), missing))
    }
}

impl fmt::Debug for OfficerShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OfficerShare(**** of officer {})", self.officer)
    }
}

fn commit(number: u8, part: &Part) -> Hash32 {
    Hasher::new("idx/officer-commitment/1").part(&[number]).part(part.as_slice()).finish()
}

fn xor(one: &[u8; 32], other: &[u8; 32]) -> Part {
    Zeroizing::new(std::array::from_fn(|place| one[place] ^ other[place]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [5; 32];

    #[test]
    fn any_two_officers_bring_the_key_back_and_one_does_not() {
        let (commitments, shares) = split_key(&KEY, &[1; 32]);
        for one in &shares {
            for other in &shares {
                let joined = commitments.join(one, other);
                match one.officer() == other.officer() {
                    true => assert_eq!(joined, Err(ShareError::SameOfficer { officer: one.officer() })),
                    false => assert_eq!(*joined.unwrap(), KEY),
                }
            }
        }
    }

    /// For every key there is a hand-out in which an officer has exactly the share that he has: so the
    /// share alone tells nothing about the key.
    #[test]
    fn one_share_fits_every_key() {
        let (_, shares) = split_key(&KEY, &[1; 32]);
        for (guess, share) in
            [[0; 32], [0xa5; 32]].iter().flat_map(|guess| shares.iter().map(move |s| (guess, s)))
        {
            let missing = xor(guess, &xor(&share.parts[0], &share.parts[1]));
            let part = |number| share.part(number).unwrap_or(&missing).clone();
            let (_, other) = hand_out(guess, part(1), part(2));
            let same = &other[usize::from(share.officer()) - 1];
            assert_eq!(same.to_bytes(), share.to_bytes(), "officer {}", share.officer());
        }
    }

    #[test]
    fn a_wrong_share_is_named() {
        let (commitments, shares) = split_key(&KEY, &[1; 32]);
        for bit in 8..OFFICER_SHARE_BYTES * 8 {
            let mut bytes = shares[1].to_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let bent = OfficerShare::from_bytes(bytes.as_slice()).unwrap();
            let wrong = Err(ShareError::WrongShare { officer: 2 });
            assert_eq!(commitments.join(&shares[0], &bent), wrong, "bit {bit}");
            assert_eq!(commitments.join(&bent, &shares[0]), wrong, "bit {bit}");
        }
        let (_, foreign) = split_key(&KEY, &[2; 32]);
        assert_eq!(commitments.check(&foreign[2]), Err(ShareError::WrongShare { officer: 3 }));
        let mut renamed = shares[1].to_bytes();
        renamed[0] = 3;
        let renamed = OfficerShare::from_bytes(renamed.as_slice()).unwrap();
        assert_eq!(commitments.check(&renamed), Err(ShareError::WrongShare { officer: 3 }));
    }

    #[test]
    fn written_and_read_and_never_shown() {
        let (commitments, shares) = split_key(&KEY, &[1; 32]);
        for share in &shares {
            let read = OfficerShare::from_bytes(share.to_bytes().as_slice()).unwrap();
            assert_eq!((read.officer(), commitments.check(&read)), (share.officer(), Ok(())));
            assert_eq!(format!("{share:?}"), format!("OfficerShare(**** of officer {})", share.officer()));
        }
        let whole = shares[0].to_bytes();
        let (mut nobody, mut fourth) = (whole.clone(), whole.clone());
        (nobody[0], fourth[0]) = (0, 4);
        let long = [whole.as_slice(), &[0]].concat();
        for bytes in [[].as_slice(), &whole[..64], &long, nobody.as_slice(), fourth.as_slice()] {
            assert_eq!(OfficerShare::from_bytes(bytes).unwrap_err(), ShareError::Malformed);
        }
    }
}
