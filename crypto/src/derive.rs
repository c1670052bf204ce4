//! Keys and tags made from secrets: HMAC (RFC 2104), HKDF (RFC 5869), X25519 public keys (RFC 7748).
//!
//! Every derivation carries a domain label with a version, length first, so that no two uses of one
//! secret can meet.

use crate::hash::Hash32;
use hkdf::Hkdf;
use hkdf::hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// HMAC-SHA-256 over a domain label and parts, each preceded by its length (u32 little-endian).
/// Keys of any length; 32 bytes are usual.
pub fn hmac_sha256(key: &[u8], domain: &'static str, parts: &[&[u8]]) -> Hash32 {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in [domain.as_bytes()].iter().chain(parts) {
        mac.update(&length_of(part));
        mac.update(part);
    }
    Hash32(mac.finalize().into_bytes().into())
}

/// A 32-byte key from a secret of full entropy (never from a passphrase): HKDF-SHA-256 without salt,
/// its info being the domain label and `info`, each preceded by its length.
pub fn hkdf_derive(secret: &[u8], domain: &'static str, info: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    let label = [&length_of(domain.as_bytes()), domain.as_bytes(), &length_of(info), info];
    Hkdf::<Sha256>::new(None, secret)
        .expand_multi_info(&label, key.as_mut_slice())
        .expect("32 bytes are below the 8160 of HKDF-SHA-256");
    key
}

/// The X25519 public key of a secret, which is clamped as RFC 7748 section 5 says.
pub fn x25519_public(secret: &[u8; 32]) -> [u8; 32] {
    PublicKey::from(&StaticSecret::from(*secret)).to_bytes()
}

/// Whether bytes are an X25519 public key fit to be registered: not one of the points of small order,
/// with which every secret agrees on zero (RFC 7748 section 6.1).
pub fn x25519_is_sound(public: &[u8; 32]) -> bool {
    StaticSecret::from([1; 32]).diffie_hellman(&PublicKey::from(*public)).was_contributory()
}

fn length_of(part: &[u8]) -> [u8; 4] {
    u32::try_from(part.len()).expect("parts are below 4 GiB").to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7748 section 6.1, Alice and Bob.
    #[test]
    fn x25519_public_keys_of_the_rfc() {
        for (secret, public) in [
            (
                "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
                "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
            ),
            (
                "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
                "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
            ),
        ] {
            let secret: Hash32 = secret.parse().unwrap();
            assert_eq!(Hash32(x25519_public(&secret.0)).to_string(), public);
        }
    }

    #[test]
    fn points_of_small_order_are_not_sound() {
        let order_8 = "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800";
        let order_8: Hash32 = order_8.parse().unwrap();
        let mut one = [0; 32];
        one[0] = 1;
        for public in [[0; 32], one, order_8.0] {
            assert!(!x25519_is_sound(&public), "{public:02x?}");
        }
        assert!(x25519_is_sound(&x25519_public(&[5; 32])));
    }

    #[test]
    fn parts_domains_and_keys_all_matter() {
        let all = [
            hmac_sha256(b"k", "d", &[b"ab", b"c"]),
            hmac_sha256(b"k", "d", &[b"a", b"bc"]),
            hmac_sha256(b"k", "d", &[b"abc"]),
            hmac_sha256(b"k", "e", &[b"ab", b"c"]),
            hmac_sha256(b"l", "d", &[b"ab", b"c"]),
            Hash32(*hkdf_derive(b"k", "d", b"i")),
            Hash32(*hkdf_derive(b"k", "di", b"")),
            Hash32(*hkdf_derive(b"k", "e", b"i")),
            Hash32(*hkdf_derive(b"l", "d", b"i")),
        ];
        for (i, one) in all.iter().enumerate() {
            assert!(!all[..i].contains(one), "{i} repeats an earlier one");
        }
    }

    /// The framing is what the documentation says, over the plain primitives.
    #[test]
    fn framing_is_length_first() {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"key").unwrap();
        mac.update(b"\x03\0\0\0dom\x02\0\0\0ab");
        let plain: [u8; 32] = mac.finalize().into_bytes().into();
        assert_eq!(hmac_sha256(b"key", "dom", &[b"ab"]), Hash32(plain));
        let mut okm = [0; 32];
        Hkdf::<Sha256>::new(None, b"key").expand(b"\x03\0\0\0dom\x02\0\0\0ab", &mut okm).unwrap();
        assert_eq!(*hkdf_derive(b"key", "dom", b"ab"), okm);
    }
}
