//! One attempt: the last compression of a header's SHA-256, and the test of what comes out.

use idx_types::PublicHeader;
use sha2::block_api::compress256;

/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;

/// Where the last block of the preimage begins: everything before it is the same for each nonce.
const LAST_BLOCK_AT: usize = 192;

/// Where the nonce begins in the last block; it ends the preimage.
const NONCE_AT: usize = PublicHeader::PREIMAGE_LEN - 8 - LAST_BLOCK_AT;

/// Where the padding begins in the last block: a 1 bit, zeros, the length in bits (FIPS 180-4, 5.1.1).
const PADDING_AT: usize = PublicHeader::PREIMAGE_LEN - LAST_BLOCK_AT;

/// The initial hash value of SHA-256 (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The midstate after the constant blocks, and the last block with room for a nonce.
#[derive(Clone, Copy)]
pub(super) struct Attempt {
    midstate: [u32; 8],
    last: [u8; BLOCK],
}

impl Attempt {
    pub(super) fn new(header: &PublicHeader) -> Self {
        let preimage = header.pow_preimage();
        let (constant, rest) = preimage.split_at(LAST_BLOCK_AT);
        let mut midstate = INITIAL;
        compress256(&mut midstate, constant.as_chunks::<BLOCK>().0);
        let mut last = [0; BLOCK];
        last[..PADDING_AT].copy_from_slice(rest);
        last[PADDING_AT] = 0x80;
        last[BLOCK - 8..].copy_from_slice(&(PublicHeader::PREIMAGE_LEN as u64 * 8).to_be_bytes());
        Self { midstate, last }
    }

    /// The digest of the header with this nonce, as eight words, the first the most significant.
    #[inline]
    pub(super) fn state(&self, nonce: u64) -> [u32; 8] {
        let mut block = self.last;
        block[NONCE_AT..PADDING_AT].copy_from_slice(&nonce.to_le_bytes());
        let mut state = self.midstate;
        compress256(&mut state, &[block]);
        state
    }
}

/// The zero bits a digest must begin with.
#[derive(Clone, Copy)]
pub(super) struct Target {
    /// Those of them that lie in the first word, as ones.
    first_word: u32,
    bits: u32,
}

impl Target {
    pub(super) fn new(difficulty: u8) -> Self {
        let bits = u32::from(difficulty);
        let first_word = !u32::MAX.checked_shr(bits).unwrap_or(0);
        Self { first_word, bits }
    }

    /// Nearly every digest is told off by its first word.
    #[inline]
    pub(super) fn is_met(&self, state: &[u32; 8]) -> bool {
        state[0] & self.first_word == 0 && leading_zero_bits(state) >= self.bits
    }
}

#[cold]
fn leading_zero_bits(state: &[u32; 8]) -> u32 {
    let words = state.iter().take_while(|word| **word == 0).count();
    words as u32 * u32::BITS + state.get(words).map_or(0, |word| word.leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_crypto::Hash32;
    use idx_types::testing::header;
    use proptest::prelude::*;

    /// A digest as words.
    fn words(digest: [u8; 32]) -> [u32; 8] {
        let mut bytes = digest.as_chunks::<4>().0.iter();
        [(); 8].map(|()| u32::from_be_bytes(*bytes.next().unwrap()))
    }

    #[test]
    fn an_attempt_is_the_hash_of_the_header() {
        for nonce in [0, 1, 255, 256, 0x0102_0304_0506_0708, u64::MAX] {
            let mut mined = header();
            let attempt = Attempt::new(&mined);
            mined.nonce = nonce;
            assert_eq!(attempt.state(nonce), words(mined.hash().0), "nonce {nonce:#x}");
        }
    }

    #[test]
    fn every_difficulty_at_its_border() {
        for difficulty in 0..=255u8 {
            let mut digest = [0; 32];
            let target = Target::new(difficulty);
            let bit = usize::from(difficulty);
            digest[bit / 8] = 0x80 >> (bit % 8);
            assert!(target.is_met(&words(digest)), "exactly {difficulty} zero bits");
            if let Some(before) = bit.checked_sub(1) {
                digest = [0; 32];
                digest[before / 8] = 0x80 >> (before % 8);
                assert!(!target.is_met(&words(digest)), "one bit below {difficulty}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_target_counts_as_the_digest_does(mut digest: [u8; 32], zeros in 0..=32usize, difficulty: u8) {
            digest[..zeros].fill(0);
            let holds = Hash32(digest).leading_zero_bits() >= u32::from(difficulty);
            prop_assert_eq!(Target::new(difficulty).is_met(&words(digest)), holds);
        }
    }
}
