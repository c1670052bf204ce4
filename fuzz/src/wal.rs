//! The write-ahead log on a disk that loses what was not synced, and on one that rots: a script of
//! writes, crashes and damage against what was promised.
//!
//! Promises: after a crash every record that was synced is there, in order, and nothing that was not
//! written; the height mark never goes back. After damage: the same, or the log refuses to open.

use crate::tape::Tape;
use idx_wal::memory::MemoryDisk;
use idx_wal::{Recovered, Wal};

/// Most acts of one story; each crash reads the whole log.
const ACTS_MAX: usize = 64;

/// Most bytes of one record here: a few make the log grow by an extent.
const RECORD_BYTES_MAX: usize = 48 << 10;

/// The file that is damaged.
const LOG: &str = "log";

/// What was promised of the log, and what may be in it besides.
#[derive(Default)]
struct Model {
    mark: u64,
    /// Records of this height, in order.
    written: Vec<Vec<u8>>,
    /// The first so many are durable.
    durable: usize,
}

struct Story {
    disk: MemoryDisk,
    wal: Wal,
    model: Model,
}

/// Lives through a story.
pub fn wal(data: &[u8]) {
    let mut tape = Tape::new(data);
    let disk = MemoryDisk::default();
    let wal = Wal::create(disk.clone()).expect("an empty disk takes a log");
    let mut story = Story { disk, wal, model: Model::default() };
    for _ in 0..ACTS_MAX {
        let Some(act) = tape.next() else { break };
        if !story.act(act, &mut tape) {
            break;
        }
    }
}

impl Story {
    /// One act; `false` once the log has refused to open.
    fn act(&mut self, act: u8, tape: &mut Tape<'_>) -> bool {
        match act % 16 {
            0..=6 => self.append(tape),
            7..=9 => {
                self.wal.sync().expect("a sound disk syncs");
                self.model.durable = self.model.written.len();
            }
            10 => self.start_height(1 + u64::from(tape.byte())),
            11 => self.rewrite(tape.pick(8)),
            12 | 13 => return self.crash(tape),
            _ => return self.damage(tape),
        }
        true
    }

    fn append(&mut self, tape: &mut Tape<'_>) {
        let len = match tape.byte() {
            short @ 0..=199 => usize::from(short),
            long => usize::from(long - 199) * RECORD_BYTES_MAX / 56,
        };
        let record = vec![tape.byte() | 1; len];
        self.wal.append(&record).expect("the record is within its bounds");
        self.model.written.push(record);
    }

    fn start_height(&mut self, step: u64) {
        let mark = self.model.mark + step;
        self.wal.start_height(mark).expect("the mark goes forward");
        assert!(self.wal.start_height(mark).is_err(), "the mark stands still");
        self.model = Model { mark, ..Model::default() };
    }

    fn rewrite(&mut self, keep: usize) {
        let kept: Vec<Vec<u8>> = self.model.written.iter().take(keep).cloned().collect();
        let records: Vec<&[u8]> = kept.iter().map(Vec::as_slice).collect();
        self.wal.rewrite(&records).expect("a sound disk takes a new log");
        self.model.durable = kept.len();
        self.model.written = kept;
    }

    /// The machine stops: of unsynced sectors only some reach the disk.
    fn crash(&mut self, tape: &mut Tape<'_>) -> bool {
        self.disk = self.disk.after_crash(|| tape.byte() % 2 == 1);
        let recovered = self.reopen().expect("no crash damages a log");
        self.holds(&recovered);
        self.model.durable = recovered.records.len();
        self.model.written = recovered.records;
        true
    }

    /// The disk loses or changes a byte of the file, and the node starts again.
    fn damage(&mut self, tape: &mut Tape<'_>) -> bool {
        self.wal.sync().expect("a sound disk syncs");
        self.model.durable = self.model.written.len();
        let at = tape.word() as usize;
        match tape.byte() {
            0..=63 => self.disk.damage(LOG, |bytes| bytes.truncate(at % (bytes.len() + 1))),
            mask => self.disk.damage(LOG, |bytes| flip(bytes, at, mask)),
        }
        match self.reopen() {
            Some(recovered) => {
                self.holds(&recovered);
                self.model.written = recovered.records;
                true
            }
            None => false,
        }
    }

    fn reopen(&mut self) -> Option<Recovered> {
        let (wal, recovered) = Wal::open(self.disk.clone()).ok()?;
        self.wal = wal;
        Some(recovered)
    }

    fn holds(&self, recovered: &Recovered) {
        let model = &self.model;
        assert_eq!(recovered.height_mark, model.mark, "the mark is another");
        assert!(!recovered.abstain);
        let (found, written) = (&recovered.records, &model.written);
        assert!(found.len() >= model.durable, "{} of {} synced records", found.len(), model.durable);
        assert!(written.starts_with(found), "a record that was not written, or not in that order");
    }
}

/// Changes bits of one byte; never to zero, which is what a sector looks like that was not written.
fn flip(bytes: &mut [u8], at: usize, mask: u8) {
    let at = at % bytes.len().max(1);
    if let Some(byte) = bytes.get_mut(at).filter(|byte| **byte ^ mask != 0) {
        *byte ^= mask;
    }
}
