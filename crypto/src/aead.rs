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

/// A key that is set up once for everything that is sealed and opened under it: setting it up costs more
/// than a short text. It is wiped when it is dropped.
pub struct AeadKey(Aes256Gcm);

impl AeadKey {
    /// Sets a key up.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Aes256Gcm::new(key.into()))
    }

    /// Seals bytes; the tag is at the end. A key and a nonce must never meet twice: that is the
    /// caller's duty, who also has the entropy.
    pub fn seal(&self, nonce: &[u8; 12], associated: &[u8], plain: &[u8]) -> Vec<u8> {
        self.0
            .encrypt(&Nonce::from(*nonce), Payload { msg: plain, aad: associated })
            .expect("plain data is below the 64 GiB of AES-GCM")
    }

    /// Opens what [`AeadKey::seal`] made.
    ///
    /// # Errors
    /// [`AeadError`] if a single bit of key, nonce, associated data or sealed bytes differs.
    pub fn open(
        &self,
        nonce: &[u8; 12],
        associated: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, AeadError> {
        self.0
            .decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: associated })
            .map(Zeroizing::new)
            .map_err(|_| AeadError)
    }
}

impl std::fmt::Debug for AeadKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AeadKey(****)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_and_refuses_any_flipped_bit() {
        let (key, nonce) = ([1; 32], [2; 12]);
        let key = AeadKey::new(&key);
        let sealed = key.seal(&nonce, b"context", b"plain");
        assert_eq!(sealed.len(), 5 + AEAD_TAG_BYTES);
        assert_eq!(key.open(&nonce, b"context", &sealed).unwrap().as_slice(), b"plain");
        for place in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[place] ^= 1;
            assert_eq!(key.open(&nonce, b"context", &bent), Err(AeadError), "byte {place}");
        }
        assert_eq!(AeadKey::new(&[9; 32]).open(&nonce, b"context", &sealed), Err(AeadError));
        assert_eq!(key.open(&[9; 12], b"context", &sealed), Err(AeadError));
        assert_eq!(key.open(&nonce, b"context2", &sealed), Err(AeadError));
        assert_eq!(key.open(&nonce, b"context", &sealed[..15]), Err(AeadError));
    }
}
