//! A script read from bytes: each choice costs one byte or a few, so that one changed byte changes
//! one choice and leaves the rest of the story as it was.

/// What is left of the bytes.
#[derive(Clone, Debug)]
pub struct Tape<'a>(&'a [u8]);

impl<'a> Tape<'a> {
    /// A tape of these bytes.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next byte, `None` at the end.
    pub fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// The next byte, 0 at the end.
    pub fn byte(&mut self) -> u8 {
        self.next().unwrap_or_default()
    }

    /// One of so many; 0 if there are none.
    pub fn pick(&mut self, of: usize) -> usize {
        usize::from(self.byte()) % of.max(1)
    }

    /// Four bytes, little-endian.
    pub fn word(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    /// Up to this many bytes.
    pub fn take(&mut self, most: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(most.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// All that is left.
    pub const fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// A number near another one, or one at the edges of its type.
    pub fn near(&mut self, number: u64) -> u64 {
        match self.byte() {
            step @ 0..=15 => number.wrapping_add(u64::from(step)),
            step @ 16..=31 => number.wrapping_sub(u64::from(step - 16)),
            32 => u64::MAX,
            33 => u64::MAX - 1,
            34 => 0,
            35 => 1 << 63,
            shift => number.wrapping_add(1 << (shift % 64)),
        }
    }
}
