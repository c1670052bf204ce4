//! The file of an audit: every height in public form, one after the other.
//!
//! ```text
//!   "IDX audit 1\n"   chain id (32)   { length (u32 LE, not 0), ObservedHeight in borsh }*   0 (u32)
//!                                                                   last height (u64 LE), end of file
//! ```
//!
//! The end is written so that a file that was cut is told from a whole one. It proves nothing: who cuts
//! a file can write an end. What is proven is every height that is there.

use idx_types::{ChainId, Height, ObservedHeight};
use std::io::{self, Read, Write};

const MAGIC: &[u8; 12] = b"IDX audit 1\n";

/// Most bytes of a height; a real one has at most a few million.
const HEIGHT_BYTES_MAX: usize = 64 << 20;

/// Why a file is none of these.
#[derive(Debug, thiserror::Error)]
pub enum AuditFileError {
    /// The disk says no, or the file ends in the middle of something.
    #[error("the audit file: {0}")]
    Io(#[from] io::Error),
    /// Another kind of file.
    #[error("this is no audit file: make one with `idx-node audit export`")]
    NotOne,
    /// Of another network.
    #[error("the file is of chain {found}, the genesis of chain {wanted}")]
    OtherChain {
        /// The file's.
        found: ChainId,
        /// That of genesis.
        wanted: ChainId,
    },
    /// The end does not fit.
    #[error(
        "the file says that it ends at height {said}, and ends at {found}: it was cut, or heights were taken out"
    )]
    OtherEnd {
        /// By its end.
        said: Height,
        /// What was read.
        found: Height,
    },
    /// A height that is none.
    #[error("what follows height {after} in the file is no height")]
    Garbled {
        /// The last one that was read.
        after: Height,
    },
}

/// Writes a file.
#[derive(Debug)]
pub struct Writer<W> {
    to: W,
}

impl<W: Write> Writer<W> {
    /// Begins.
    ///
    /// # Errors
    /// What the disk says.
    pub fn new(mut to: W, chain_id: ChainId) -> Result<Self, AuditFileError> {
        to.write_all(MAGIC)?;
        to.write_all(chain_id.0.as_bytes())?;
        Ok(Self { to })
    }

    /// Writes the next height.
    ///
    /// # Errors
    /// What the disk says.
    pub fn put(&mut self, height: &ObservedHeight) -> Result<(), AuditFileError> {
        let bytes = borsh::to_vec(height)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        self.to.write_all(&length.to_le_bytes())?;
        Ok(self.to.write_all(&bytes)?)
    }

    /// Ends the file after this height.
    ///
    /// # Errors
    /// What the disk says.
    pub fn finish(mut self, last: Height) -> Result<(), AuditFileError> {
        self.to.write_all(&0_u32.to_le_bytes())?;
        self.to.write_all(&last.0.to_le_bytes())?;
        Ok(self.to.flush()?)
    }
}

/// Reads a file, height by height.
#[derive(Debug)]
pub struct Reader<R> {
    from: R,
    last: Height,
}

impl<R: Read> Reader<R> {
    /// Begins to read a file of this chain.
    ///
    /// # Errors
    /// [`AuditFileError::NotOne`], [`AuditFileError::OtherChain`], or what the disk says.
    pub fn new(mut from: R, wanted: ChainId) -> Result<Self, AuditFileError> {
        let mut magic = [0; MAGIC.len()];
        let is_one = from.read_exact(&mut magic).is_ok() && magic == *MAGIC;
        if !is_one {
            return Err(AuditFileError::NotOne);
        }
        let mut chain = [0; 32];
        from.read_exact(&mut chain)?;
        let found = ChainId(idx_crypto::Hash32(chain));
        if found != wanted {
            return Err(AuditFileError::OtherChain { found, wanted });
        }
        Ok(Self { from, last: Height::GENESIS })
    }

    /// The next height; `None` at the end, which must fit.
    ///
    /// # Errors
    /// [`AuditFileError`].
    pub fn next_height(&mut self) -> Result<Option<ObservedHeight>, AuditFileError> {
        let mut length = [0; 4];
        self.from.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length) as usize;
        if length == 0 {
            return self.end().map(|()| None);
        }
        let garbled = || AuditFileError::Garbled { after: self.last };
        if length > HEIGHT_BYTES_MAX {
            return Err(garbled());
        }
        let mut bytes = Vec::new();
        // Takes memory as bytes come, not as the file claims.
        let read = self.from.by_ref().take(length as u64).read_to_end(&mut bytes)?;
        if read < length {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        let height: ObservedHeight = borsh::from_slice(&bytes).map_err(|_| garbled())?;
        self.last = height.height();
        Ok(Some(height))
    }

    fn end(&mut self) -> Result<(), AuditFileError> {
        let mut said = [0; 8];
        self.from.read_exact(&mut said)?;
        let (said, found) = (Height(u64::from_le_bytes(said)), self.last);
        let more = self.from.read(&mut [0; 1])? > 0;
        if said == found && !more { Ok(()) } else { Err(AuditFileError::OtherEnd { said, found }) }
    }
}

#[cfg(test)]
mod tests;
