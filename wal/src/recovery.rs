//! Reading a log after a crash: what is whole, what is torn, and what is damage.
//!
//! A crash can lose only what was not yet synced, and leaves of it any mix of whole sectors and
//! zeros. So the first unreadable record is a *torn tail*, which is normal, if a part of it is
//! missing and no later record says that it was durable. Anything else is *damage*, which no crash
//! explains: the log may have held a signed message that is now gone, and the node must not start.

use crate::error::Damage;
use crate::frame::{self, HEADER_LEN, Head, Header, Kind, SECTOR, UNIT};
use std::ops::Range;

/// Files grow by this many bytes of zeros at a time, synced before a record goes there.
pub(super) const EXTENT: usize = 256 << 10;

/// What is whole in a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scan {
    /// What the readable frames say.
    pub frames: Frames,
    /// Bytes from there to the last that is not zero: torn by a crash.
    pub torn: usize,
    /// Length of the file in whole extents; what is beyond is zeros of a growth cut by a crash.
    pub allocated: usize,
}

/// The readable frames from the start of a file on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frames {
    /// The last height mark.
    pub mark: u64,
    /// The records since then, in order.
    pub records: Vec<Vec<u8>>,
    /// How many frames there are.
    pub count: u32,
    /// Offset behind the last of them.
    pub end: usize,
}

/// Where and how a file is damaged.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DamagedAt {
    pub at: usize,
    pub index: u32,
    pub damage: Damage,
}

/// Reads all of a file whose header was read before.
pub(super) fn scan(file: &[u8], header: &Header) -> Result<Scan, DamagedAt> {
    let frames = read_frames(file, header);
    let (end, index) = (frames.end, frames.count);
    let damaged = |damage| DamagedAt { at: end, index, damage };
    let allocated = whole_extents(file.len()).ok_or_else(|| damaged(Damage::Cut))?;
    let torn = file[end..].iter().rposition(|b| *b != 0).map_or(0, |last| last + 1);
    if end + torn > allocated {
        return Err(damaged(Damage::Cut));
    }
    if torn > 0 {
        explain_tail(file, end, index, header.salt).map_err(damaged)?;
    }
    Ok(Scan { frames, torn, allocated })
}

/// Reads frames up to the first that is not whole, or not the one that must follow.
pub(super) fn read_frames(file: &[u8], header: &Header) -> Frames {
    let mut frames = Frames { mark: header.mark, records: Vec::new(), count: 0, end: HEADER_LEN };
    while let Some((head, bytes)) = read_at(file, frames.end, header.salt) {
        if head.index != frames.count || !frames.take(&head, bytes) {
            break;
        }
        frames.count += 1;
        frames.end += frame::frame_len(head.len);
    }
    frames
}

impl Frames {
    /// Takes over what a frame says; `false` if a mark goes back, which none ever does.
    fn take(&mut self, head: &Head, bytes: &[u8]) -> bool {
        match head.kind {
            Kind::Record => self.records.push(bytes.to_vec()),
            Kind::Height => match bytes.try_into().map(u64::from_le_bytes) {
                Ok(mark) if mark > self.mark => {
                    self.mark = mark;
                    self.records.clear();
                }
                _ => return false,
            },
        }
        true
    }
}

fn read_at(file: &[u8], at: usize, salt: u64) -> Option<(Head, &[u8])> {
    let bytes = file.get(at..)?;
    let head = frame::read_head(bytes, salt)?;
    frame::read_record(bytes, &head, salt).map(|record| (head, record))
}

/// The part of a file that had its length synced before any record went there. `None` if even the
/// first extent is not whole, which a log never is after its creation.
fn whole_extents(len: usize) -> Option<usize> {
    let extents = len.checked_sub(HEADER_LEN)? / EXTENT;
    (extents > 0).then_some(HEADER_LEN + extents * EXTENT)
}

/// Whether a crash explains what follows the last readable record.
fn explain_tail(file: &[u8], end: usize, index: u32, salt: u64) -> Result<(), Damage> {
    let later = (end..file.len()).step_by(UNIT).skip(1);
    let mut heads = later.filter_map(|at| frame::read_head(&file[at..], salt));
    if heads.any(|head| head.durable > index) {
        return Err(Damage::Hole);
    }
    let part = match frame::read_head(&file[end..], salt) {
        Some(head) => end..end.saturating_add(frame::frame_len(head.len)),
        None => end..end + UNIT,
    };
    if lacks_a_sector(file, part) { Ok(()) } else { Err(Damage::Rot) }
}

/// Whether at least one sector of this part of a zero-filled file was not fully written, by the
/// sign that its last byte is zero. The last byte of heads and frames never is; a record's byte in
/// between may be, and then the doubt is taken for a crash.
fn lacks_a_sector(file: &[u8], part: Range<usize>) -> bool {
    let mut at = part.start;
    while at < part.end {
        let sector_end = ((at / SECTOR + 1) * SECTOR).min(part.end);
        if file.get(sector_end - 1).is_none_or(|b| *b == 0) {
            return true;
        }
        at = sector_end;
    }
    false
}
