//! The randomness of one step: handed in as 32 bytes, drawn from by purpose.

use idx_crypto::hmac_sha256;
use zeroize::Zeroizing;

/// Where a step's salts, blinds and session keys come from. The shell hands in 32 bytes of fresh
/// entropy for every step; a test hands in any, and gets the same answers every time.
pub struct Entropy {
    seed: Zeroizing<[u8; 32]>,
    drawn: u64,
}

impl Entropy {
    /// Entropy of a seed, which must be random and used for this alone.
    pub fn new(seed: [u8; 32]) -> Self {
        Self { seed: Zeroizing::new(seed), drawn: 0 }
    }

    /// Thirty-two bytes that no other draw gives.
    pub fn draw(&mut self) -> [u8; 32] {
        self.drawn += 1;
        hmac_sha256(self.seed.as_slice(), "idx/bank/entropy/1", &[&self.drawn.to_le_bytes()]).0
    }

    /// Eight bytes as a number, for nonces of transactions.
    pub fn draw_u64(&mut self) -> u64 {
        let bytes = self.draw();
        bytes[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

impl std::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entropy(****, {} drawn)", self.drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_differ_and_repeat_from_the_same_seed() {
        let (mut a, mut b) = (Entropy::new([1; 32]), Entropy::new([1; 32]));
        let (first, second) = (a.draw(), a.draw());
        assert_ne!(first, second);
        assert_eq!((first, second), (b.draw(), b.draw()));
        assert_ne!(Entropy::new([2; 32]).draw(), first);
        assert_eq!(format!("{a:?}"), "Entropy(****, 2 drawn)");
    }
}
