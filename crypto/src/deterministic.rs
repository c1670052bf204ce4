//! Sealing that always gives the same bytes for the same input, for ciphertext that all honest nodes
//! must compute alike.
//!
//! ```text
//! plain, associated --HMAC(mac key)--> tag --HKDF(message root)--> message key
//! plain --AES-256-GCM(message key, nonce 0)--> ciphertext          sealed = tag | ciphertext
//! ```
//!
//! This is the synthetic-IV idea (Rogaway and Shrimpton 2006, RFC 5297) with 32-byte tags. A key and a
//! nonce never meet two plaintexts: the nonce is constant, but the message key is a function of the
//! tag, and the tag of plaintext and associated data, so that two plaintexts under one message key
//! would be a collision of HMAC-SHA-256 or HKDF-SHA-256. What sealing twice does tell, and must, is
//! whether the input was the same; seal nothing of little variety without associated data of its own.

use crate::aead::{AEAD_TAG_BYTES, AeadError, AeadKey};
use crate::derive::{hkdf_derive, hmac_sha256};
use crate::hash::Hash32;
use zeroize::Zeroizing;

/// Bytes by which [`seal_deterministic`] makes data longer.
pub const DETERMINISTIC_OVERHEAD_BYTES: usize = 32 + AEAD_TAG_BYTES;

const NONCE: [u8; 12] = [0; 12];

/// Seals bytes; the same input gives the same output. The key has 32 bytes of full entropy; `domain`
/// names this use of it, with a version.
pub fn seal_deterministic(key: &[u8; 32], domain: &'static str, associated: &[u8], plain: &[u8]) -> Vec<u8> {
    let tag = synthetic_tag(key, domain, associated, plain);
    let ciphertext = AeadKey::new(&message_key(key, domain, &tag)).seal(&NONCE, associated, plain);
    [tag.as_bytes().as_slice(), &ciphertext].concat()
}

/// Opens what [`seal_deterministic`] made.
///
/// # Errors
/// [`AeadError`] if a single bit of key, domain, associated data or sealed bytes differs, or if the
/// bytes are not those that sealing makes.
pub fn open_deterministic(
    key: &[u8; 32],
    domain: &'static str,
    associated: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, AeadError> {
    let (tag, ciphertext) = sealed.split_first_chunk::<32>().ok_or(AeadError)?;
    let tag = Hash32(*tag);
    let plain = AeadKey::new(&message_key(key, domain, &tag)).open(&NONCE, associated, ciphertext)?;
    // AES-GCM has vouched for the tag by now, so this comparison leaks nothing to who lacks the key. It
    // refuses what a holder of the key made with another tag: one plaintext has one sealed form.
    if synthetic_tag(key, domain, associated, &plain) == tag { Ok(plain) } else { Err(AeadError) }
}

fn synthetic_tag(key: &[u8; 32], domain: &'static str, associated: &[u8], plain: &[u8]) -> Hash32 {
    let mac_key = hkdf_derive(key, "idx/deterministic-mac/1", domain.as_bytes());
    hmac_sha256(mac_key.as_slice(), "idx/deterministic-tag/1", &[associated, plain])
}

fn message_key(key: &[u8; 32], domain: &'static str, tag: &Hash32) -> Zeroizing<[u8; 32]> {
    let root = hkdf_derive(key, "idx/deterministic-root/1", domain.as_bytes());
    hkdf_derive(root.as_slice(), "idx/deterministic-message/1", tag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: [u8; 32] = [7; 32];
    const DOMAIN: &str = "idx/test/1";

    /// Computed from HMAC, HKDF and AES-GCM of another implementation (OpenSSL).
    #[test]
    fn an_answer_of_another_implementation() {
        let sealed = seal_deterministic(&KEY, DOMAIN, b"height 7", b"body");
        assert_eq!(
            hex::encode(sealed),
            "7e7fb99aee9e9f80d5106ccb3d68756cf30980cd2830ac167088fcc5c51a473f17e171cfd1fefe20f4f56ae0186814466c1a565a"
        );
    }

    #[test]
    fn any_flipped_bit_is_refused() {
        let sealed = seal_deterministic(&KEY, DOMAIN, b"height 7", b"body");
        for bit in 0..sealed.len() * 8 {
            let mut bent = sealed.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open_deterministic(&KEY, DOMAIN, b"height 7", &bent), Err(AeadError), "bit {bit}");
        }
        for length in 0..sealed.len() {
            let cut = &sealed[..length];
            assert_eq!(open_deterministic(&KEY, DOMAIN, b"height 7", cut), Err(AeadError), "{length}");
        }
    }

    #[test]
    fn another_key_domain_or_associated_data_is_refused() {
        let sealed = seal_deterministic(&KEY, DOMAIN, b"height 7", b"body");
        for (name, opened) in [
            ("key", open_deterministic(&[8; 32], DOMAIN, b"height 7", &sealed)),
            ("domain", open_deterministic(&KEY, "idx/test/2", b"height 7", &sealed)),
            ("associated", open_deterministic(&KEY, DOMAIN, b"height 8", &sealed)),
        ] {
            assert_eq!(opened, Err(AeadError), "{name}");
        }
    }

    /// A holder of the key who chooses the tag makes bytes that AES-GCM accepts and we do not.
    #[test]
    fn a_plaintext_has_one_sealed_form() {
        let tag = Hash32([9; 32]);
        let ciphertext = AeadKey::new(&message_key(&KEY, DOMAIN, &tag)).seal(&NONCE, b"height 7", b"body");
        let forged = [tag.as_bytes().as_slice(), &ciphertext].concat();
        assert_eq!(open_deterministic(&KEY, DOMAIN, b"height 7", &forged), Err(AeadError));
    }

    proptest! {
        #[test]
        fn opens_to_what_was_sealed(
            key: [u8; 32],
            associated in proptest::collection::vec(any::<u8>(), 0..80),
            plain in proptest::collection::vec(any::<u8>(), 0..400),
        ) {
            let sealed = seal_deterministic(&key, DOMAIN, &associated, &plain);
            prop_assert_eq!(&sealed, &seal_deterministic(&key, DOMAIN, &associated, &plain));
            prop_assert_eq!(sealed.len(), plain.len() + DETERMINISTIC_OVERHEAD_BYTES);
            let opened = open_deterministic(&key, DOMAIN, &associated, &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), &plain);
        }

        /// Where an associated byte ends and a plain one begins is part of the input, and different
        /// plaintexts meet different message keys.
        #[test]
        fn different_input_has_another_tag(bytes in proptest::collection::vec(any::<u8>(), 1..80), cut: u8) {
            let (associated, plain) = bytes.split_at(usize::from(cut) % bytes.len());
            let moved = seal_deterministic(&KEY, DOMAIN, &bytes, b"");
            prop_assert_ne!(&seal_deterministic(&KEY, DOMAIN, associated, plain)[..32], &moved[..32]);
        }
    }
}
