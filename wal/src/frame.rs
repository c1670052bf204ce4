//! The bytes of a log: one header block, then records in frames of whole 32-byte units.
//!
//! ```text
//! header (512 bytes)   "IDXWAL\0\0" | format | flags | mark | salt | sum | zeros
//! frame                head (32 bytes) | record | 1 to 32 bytes of PAD
//! head                 len and kind | index | durable | record's sum | head's sum | MARK
//! ```
//!
//! A frame holds a record, or a height mark: everything before it is of heights that are over.
//!
//! Frames start at multiples of 32, so a head never straddles a sector and is written whole or not
//! at all; its last byte and the frame's last byte are never zero, so a part that never reached the
//! zero-filled file shows. Sums are SHA-256 cut to 64 bits over a random salt of the file: no peer
//! can smuggle bytes into a record that look like a frame.

use crate::error::Damage;
use idx_crypto::Hasher;

/// Version of the log's format.
pub(super) const FORMAT: u32 = 1;
/// Bytes of the header; one sector, so that appending never rewrites it.
pub(super) const HEADER_LEN: usize = 512;
/// Bytes of a frame's head, and the unit in which frames are laid out.
pub(super) const UNIT: usize = 32;
/// What a disk writes whole or not at all.
pub(super) const SECTOR: usize = 512;

const MAGIC: [u8; 8] = *b"IDXWAL\0\0";
const MARK: [u8; 4] = [0xd1, 0x5c, 0x4e, 0xa5];
const PAD: u8 = 0xa5;
const FLAG_ABSTAIN: u32 = 1;
/// Set in the length of a frame that holds a height mark.
const HEIGHT_BIT: u32 = 1 << 31;
const HEADER_SUMMED: usize = 32;

/// What the first block says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Header {
    /// The height whose messages the log holds.
    pub mark: u64,
    /// History before this log is lost: sign nothing.
    pub abstain: bool,
    /// Random, enters every checksum.
    pub salt: u64,
}

/// Why a header does not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum HeaderError {
    Damaged(Damage),
    UnknownFormat(u32),
}

impl Header {
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![0; HEADER_LEN];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&FORMAT.to_le_bytes());
        bytes[12..16].copy_from_slice(&u32::from(self.abstain).to_le_bytes());
        bytes[16..24].copy_from_slice(&self.mark.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.salt.to_le_bytes());
        let sum = sum("idx/wal-header/1", 0, &bytes[..HEADER_SUMMED]);
        bytes[HEADER_SUMMED..HEADER_SUMMED + 8].copy_from_slice(&sum);
        bytes
    }

    /// Reads the first block. The sum comes before the format, which only then can be believed.
    pub fn decode(file: &[u8]) -> Result<Self, HeaderError> {
        let damaged = HeaderError::Damaged(Damage::Header);
        let block = file.get(..HEADER_LEN).ok_or(damaged)?;
        let sum = sum("idx/wal-header/1", 0, &block[..HEADER_SUMMED]);
        let rest = &block[HEADER_SUMMED + 8..];
        if block[..8] != MAGIC || block[HEADER_SUMMED..HEADER_SUMMED + 8] != sum || !is_zero(rest) {
            return Err(damaged);
        }
        match (u32_at(block, 8), u32_at(block, 12)) {
            (FORMAT, flags @ 0..=FLAG_ABSTAIN) => {
                Ok(Self { mark: u64_at(block, 16), abstain: flags == FLAG_ABSTAIN, salt: u64_at(block, 24) })
            }
            (FORMAT, _) => Err(damaged),
            (found, _) => Err(HeaderError::UnknownFormat(found)),
        }
    }
}

/// What a frame holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A record of the caller.
    Record,
    /// A height mark: eight bytes, little-endian.
    Height,
}

/// The head of a frame whose own checksum holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Head {
    /// Bytes of the record.
    pub len: usize,
    /// What they mean.
    pub kind: Kind,
    /// Number of the frame in the file, from 0.
    pub index: u32,
    /// How many frames of the file were safely on disk when this one was written.
    pub durable: u32,
    body_sum: [u8; 8],
}

/// Bytes of the frame of a record of `len` bytes.
pub(super) const fn frame_len(len: usize) -> usize {
    UNIT + (len / UNIT + 1) * UNIT
}

/// The frame of a record. The caller has checked that its length fits.
pub(super) fn encode_frame(salt: u64, kind: Kind, index: u32, durable: u32, record: &[u8]) -> Vec<u8> {
    let len = u32::try_from(record.len()).expect("records are bounded far below 2 GiB");
    let kind_bit = if kind == Kind::Height { HEIGHT_BIT } else { 0 };
    let mut bytes = Vec::with_capacity(frame_len(record.len()));
    bytes.extend_from_slice(&(len | kind_bit).to_le_bytes());
    bytes.extend_from_slice(&index.to_le_bytes());
    bytes.extend_from_slice(&durable.to_le_bytes());
    bytes.extend_from_slice(&sum("idx/wal-record/1", salt ^ u64::from(index), record));
    let head_sum = sum("idx/wal-head/1", salt, &bytes);
    bytes.extend_from_slice(&head_sum);
    bytes.extend_from_slice(&MARK);
    bytes.extend_from_slice(record);
    bytes.resize(frame_len(record.len()), PAD);
    bytes
}

/// The head at the start of `bytes`, if it is one of this file.
pub(super) fn read_head(bytes: &[u8], salt: u64) -> Option<Head> {
    let head = bytes.get(..UNIT)?;
    if head[28..] != MARK || head[20..28] != sum("idx/wal-head/1", salt, &head[..20]) {
        return None;
    }
    let body_sum = head[12..20].try_into().expect("eight bytes");
    let (len, index, durable) = (u32_at(head, 0), u32_at(head, 4), u32_at(head, 8));
    let kind = if len & HEIGHT_BIT == 0 { Kind::Record } else { Kind::Height };
    Some(Head { len: (len & !HEIGHT_BIT) as usize, kind, index, durable, body_sum })
}

/// The record behind a head, if all its bytes are there.
pub(super) fn read_record<'a>(bytes: &'a [u8], head: &Head, salt: u64) -> Option<&'a [u8]> {
    let (record, pad) = bytes.get(UNIT..frame_len(head.len))?.split_at(head.len);
    let sum = sum("idx/wal-record/1", salt ^ u64::from(head.index), record);
    (sum == head.body_sum && pad.iter().all(|b| *b == PAD)).then_some(record)
}

/// Whether all bytes are zero.
pub(super) fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| *b == 0)
}

fn sum(domain: &'static str, salt: u64, bytes: &[u8]) -> [u8; 8] {
    let digest = Hasher::new(domain).part(&salt.to_le_bytes()).part(bytes).finish();
    digest.0[..8].try_into().expect("eight of 32 bytes")
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_round_trip_and_every_flipped_bit_shows() {
        for abstain in [false, true] {
            let header = Header { mark: 7, abstain, salt: 0x0102_0304_0506_0708 };
            let bytes = header.encode();
            assert_eq!(Header::decode(&bytes), Ok(header));
            for bit in 0..HEADER_LEN * 8 {
                let mut bad = bytes.clone();
                bad[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(Header::decode(&bad), Err(HeaderError::Damaged(Damage::Header)), "bit {bit}");
            }
        }
    }

    #[test]
    fn a_future_format_is_named() {
        let mut bytes = Header { mark: 1, abstain: false, salt: 2 }.encode();
        bytes[8] = 9;
        let sum = sum("idx/wal-header/1", 0, &bytes[..HEADER_SUMMED]);
        bytes[HEADER_SUMMED..HEADER_SUMMED + 8].copy_from_slice(&sum);
        assert_eq!(Header::decode(&bytes), Err(HeaderError::UnknownFormat(9)));
    }

    #[test]
    fn frames_are_whole_units_end_in_no_zero_and_are_of_one_file_only() {
        for len in [0, 1, 31, 32, 33, 500, 5000] {
            let record = vec![0; len];
            let bytes = encode_frame(1, Kind::Height, 2, 3, &record);
            assert_eq!(bytes.len(), frame_len(len));
            assert_eq!(bytes.len() % UNIT, 0);
            assert_ne!(bytes[bytes.len() - 1], 0);
            let head = read_head(&bytes, 1).unwrap();
            assert_eq!((head.len, head.kind, head.index, head.durable), (len, Kind::Height, 2, 3));
            assert_eq!(read_record(&bytes, &head, 1), Some(&record[..]));
            assert_eq!(read_head(&bytes, 2), None, "another file's salt");
        }
    }
}
