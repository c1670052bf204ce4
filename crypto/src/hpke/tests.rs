//! HPKE against the vector of its RFC, and in what it refuses.

use super::*;
use crate::{Hash32, x25519_is_sound};
use proptest::prelude::*;
use rand_chacha::rand_core::{Infallible, TryCryptoRng, TryRng};

/// The published vector of this suite in base mode (the CFRG's test-vectors.json for RFC 9180: mode 0,
/// kem 32, kdf 1, aead 2), its first encryption.
mod rfc {
    pub const INFO: &str = "Ode on a Grecian Urn";
    pub const IKM_E: &str = "2cd7c601cefb3d42a62b04b7a9041494c06c7843818e0ce28a8f704ae7ab20f9";
    pub const SK_R: &str = "497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d";
    pub const PK_R: &str = "430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c";
    pub const ENC: &str = "6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256";
    pub const AAD: &[u8] = b"Count-0";
    pub const PLAIN: &[u8] = b"Beauty is truth, truth beauty";
    pub const SEALED: &str =
        "e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a";
}

/// Hands out the 32 bytes that a vector names, once.
struct OneTime(Option<[u8; 32]>);

impl TryRng for OneTime {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("a key is drawn at once")
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("a key is drawn at once")
    }
    fn try_fill_bytes(&mut self, place: &mut [u8]) -> Result<(), Infallible> {
        place.copy_from_slice(&self.0.take().unwrap());
        Ok(())
    }
}

impl TryCryptoRng for OneTime {}

fn bytes(text: &str) -> [u8; 32] {
    text.parse::<Hash32>().unwrap().0
}

#[test]
fn the_vector_of_rfc_9180() {
    let secret = HpkeSecret::from_bytes(&bytes(rfc::SK_R));
    assert_eq!(secret.public().to_string(), rfc::PK_R);
    let mut one_time = OneTime(Some(bytes(rfc::IKM_E)));
    let sealed = seal_with(&secret.public(), rfc::INFO, rfc::AAD, rfc::PLAIN, &mut one_time);
    assert_eq!(sealed.encapsulated, bytes(rfc::ENC));
    assert_eq!(hex::encode(&sealed.sealed), rfc::SEALED);
    assert_eq!(secret.open(rfc::INFO, rfc::AAD, &sealed).unwrap().as_slice(), rfc::PLAIN);
}

const DOMAIN: &str = "idx/test/1";

fn pair() -> (HpkeSecret, HpkeSealed) {
    let secret = HpkeSecret::from_bytes(&[3; 32]);
    let sealed = hpke_seal(&secret.public(), DOMAIN, b"context", b"plain", &[1; 32]);
    (secret, sealed)
}

#[test]
fn another_reader_domain_or_context_is_refused() {
    let (secret, sealed) = pair();
    let other = HpkeSecret::from_bytes(&[4; 32]);
    for (name, opened) in [
        ("reader", other.open(DOMAIN, b"context", &sealed)),
        ("domain", secret.open("idx/test/2", b"context", &sealed)),
        ("context", secret.open(DOMAIN, b"context2", &sealed)),
    ] {
        assert!(opened.is_err(), "{name}");
    }
    assert_eq!(other.open(DOMAIN, b"context", &sealed), Err(HpkeError { to: other.public() }));
}

/// Even the highest bit of the encapsulated key, which agreement ignores (RFC 7748 section 5): the key is
/// derived from the bytes as they came.
#[test]
fn any_flipped_bit_is_refused() {
    let (secret, sealed) = pair();
    for bit in 0..(32 + sealed.sealed.len()) * 8 {
        let mut bent = sealed.clone();
        let place = match bit / 8 {
            place @ 0..32 => &mut bent.encapsulated[place],
            place => &mut bent.sealed[place - 32],
        };
        *place ^= 1 << (bit % 8);
        assert!(secret.open(DOMAIN, b"context", &bent).is_err(), "bit {bit}");
    }
    let zero = HpkeSealed { encapsulated: [0; 32], ..sealed.clone() };
    assert!(secret.open(DOMAIN, b"context", &zero).is_err(), "agreement on zero");
    let short = HpkeSealed { sealed: sealed.sealed[..15].to_vec(), ..sealed };
    assert!(secret.open(DOMAIN, b"context", &short).is_err(), "shorter than a tag");
}

#[test]
fn a_seed_used_twice_does_not_repeat_the_one_time_key() {
    let (secret, sealed) = pair();
    let to = secret.public();
    assert_eq!(sealed, pair().1, "the same input");
    for (name, other) in [
        ("plain", hpke_seal(&to, DOMAIN, b"context", b"other", &[1; 32])),
        ("context", hpke_seal(&to, DOMAIN, b"other", b"plain", &[1; 32])),
        ("domain", hpke_seal(&to, "idx/test/2", b"context", b"plain", &[1; 32])),
        ("seed", hpke_seal(&to, DOMAIN, b"context", b"plain", &[2; 32])),
    ] {
        assert_ne!(other.encapsulated, sealed.encapsulated, "{name}");
    }
}

/// Numbers around the prime and all encodings of small order: the list of this crate and the agreement
/// itself must say the same.
#[test]
fn unsound_keys_are_refused_wherever_they_come_from() {
    let mut prime = [0xff; 32];
    prime[31] = 0x7f;
    for (low, sound) in [(0xeb, true), (0xec, false), (0xed, false), (0xee, false), (0xff, false)] {
        prime[0] = low;
        assert_eq!(HpkePublic::new(prime).is_ok(), sound, "low byte {low:02x}");
    }
    let order_8 = [
        bytes("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
        bytes("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    ];
    let mut one = [0; 32];
    one[0] = 1;
    for key in [[0; 32], one, order_8[0], order_8[1]] {
        assert_eq!(HpkePublic::new(key), Err(UnsoundKey::SmallOrder { key }));
        assert!(!x25519_is_sound(&key));
        assert!(borsh::from_slice::<HpkePublic>(&key).is_err());
        assert!(serde_json::from_value::<HpkePublic>(serde_json::json!(hex::encode(key))).is_err());
        let mut high = key;
        high[31] |= 0x80;
        assert_eq!(HpkePublic::new(high), Err(UnsoundKey::NotCanonical { key: high }));
    }
    assert!(matches!("12".parse::<HpkePublic>(), Err(UnsoundKey::Hex(_))));
}

#[test]
fn day_keys_differ_by_day_and_master_and_show_nothing() {
    let key = company_day_key(&[7; 32], 20_000);
    assert_eq!(key.public(), company_day_key(&[7; 32], 20_000).public());
    assert_ne!(key.public(), company_day_key(&[7; 32], 20_001).public());
    assert_ne!(key.public(), company_day_key(&[8; 32], 20_000).public());
    let raw = hkdf_derive(&[7; 32], "idx/company-day-key/1", &20_000_u32.to_le_bytes());
    let shown = format!("{key:?}");
    assert_eq!(shown, format!("HpkeSecret(**** of {})", key.public()));
    assert!(!shown.contains(&hex::encode(*raw)));
}

proptest! {
    #[test]
    fn opens_to_what_was_sealed(
        secret: [u8; 32],
        seed: [u8; 32],
        associated in proptest::collection::vec(any::<u8>(), 0..40),
        plain in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let secret = HpkeSecret::from_bytes(&secret);
        let sealed = hpke_seal(&secret.public(), DOMAIN, &associated, &plain, &seed);
        let read: HpkeSealed = borsh::from_slice(&borsh::to_vec(&sealed).unwrap()).unwrap();
        prop_assert_eq!(read.sealed.len() + 32, plain.len() + HPKE_OVERHEAD_BYTES);
        let opened = secret.open(DOMAIN, &associated, &read).unwrap();
        prop_assert_eq!(opened.as_slice(), &plain);
    }

    /// Every public key of a secret is one that decoding accepts, in bytes and in text.
    #[test]
    fn keys_of_secrets_are_sound(secret: [u8; 32]) {
        let public = HpkeSecret::from_bytes(&secret).public();
        prop_assert_eq!(HpkePublic::new(*public.as_bytes()), Ok(public));
        prop_assert_eq!(public.to_string().parse::<HpkePublic>(), Ok(public));
        prop_assert!(x25519_is_sound(public.as_bytes()));
    }
}
