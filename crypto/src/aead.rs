//! AES-256-GCM (NIST SP 800-38D) with 96-bit nonces and full 128-bit tags, nothing else.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use zeroize::Zeroizing;

/// Bytes by which sealed data is longer than plain data.
pub const AEAD_TAG_BYTES: usize = 16;

/// Sealed bytes do not open: another key, nonce or associated data, or altered bytes. Which of these
/// it is cannot be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealed bytes do not open: wrong key or altered")]
pub struct AeadError;

/// Seals bytes; the tag is at the end. A key and a nonce must never meet twice: that is the
/// caller's duty, who also has the entropy.
pub fn aead_seal(key: &[u8; 32], nonce: &[u8; 12], associated: &[u8], plain: &[u8]) -> Vec<u8> {
    Aes256Gcm::new(key.into())
        .encrypt(&Nonce::from(*nonce), Payload { msg: plain, aad: associated })
        .expect("plain data is below the 64 GiB of AES-GCM")
}

/// Opens what [`aead_seal`] made.
///
/// # Errors
/// [`AeadError`] if a single bit of key, nonce, associated data or sealed bytes differs.
pub fn aead_open(
    key: &[u8; 32],
    nonce: &[u8; 12],
    associated: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, AeadError> {
    Aes256Gcm::new(key.into())
        .decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: associated })
        .map(Zeroizing::new)
        .map_err(|_| AeadError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_and_refuses_any_flipped_bit() {
        let (key, nonce) = ([1; 32], [2; 12]);
        let sealed = aead_seal(&key, &nonce, b"context", b"plain");
        assert_eq!(sealed.len(), 5 + AEAD_TAG_BYTES);
        assert_eq!(aead_open(&key, &nonce, b"context", &sealed).unwrap().as_slice(), b"plain");
        for place in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[place] ^= 1;
            assert_eq!(aead_open(&key, &nonce, b"context", &bent), Err(AeadError), "byte {place}");
        }
        assert_eq!(aead_open(&[9; 32], &nonce, b"context", &sealed), Err(AeadError));
        assert_eq!(aead_open(&key, &[9; 12], b"context", &sealed), Err(AeadError));
        assert_eq!(aead_open(&key, &nonce, b"context2", &sealed), Err(AeadError));
        assert_eq!(aead_open(&key, &nonce, b"context", &sealed[..15]), Err(AeadError));
    }
}
