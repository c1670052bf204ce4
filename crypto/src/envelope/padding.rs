//! Records padded to a few sizes, so that a sealed record's length does not tell how long a name is.

use super::shape::RECORD_CLASSES;
use zeroize::Zeroizing;

/// Bytes of the length that precedes a record.
pub(super) const LENGTH_BYTES: usize = 2;

/// The record behind its length (u16 little-endian), followed by zeros up to the next size class;
/// `None` if it is longer than the largest.
pub(super) fn pad(record: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let class = RECORD_CLASSES.into_iter().find(|class| record.len() + LENGTH_BYTES <= *class)?;
    let length = u16::try_from(record.len()).ok()?;
    let mut padded = Zeroizing::new(Vec::with_capacity(class));
    padded.extend_from_slice(&length.to_le_bytes());
    padded.extend_from_slice(record);
    padded.resize(class, 0);
    Some(padded)
}

/// The record within what [`pad`] made; `None` for anything that it could not have made.
pub(super) fn unpad(padded: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (length, rest) = padded.split_first_chunk::<LENGTH_BYTES>()?;
    let (record, zeros) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    let is_ours = zeros.iter().all(|byte| *byte == 0) && pad(record)?.len() == padded.len();
    is_ours.then(|| Zeroizing::new(record.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_at_the_edges_of_the_classes() {
        for (record, class) in [
            (0, Some(512)),
            (1, Some(512)),
            (510, Some(512)),
            (511, Some(1024)),
            (1022, Some(1024)),
            (1023, Some(2048)),
            (2046, Some(2048)),
            (2047, None),
            (70_000, None),
        ] {
            let record = vec![7; record];
            let padded = pad(&record);
            assert_eq!(padded.as_ref().map(|padded| padded.len()), class, "{} bytes", record.len());
            if let Some(padded) = padded {
                assert_eq!(unpad(&padded).unwrap().as_slice(), record);
            }
        }
    }

    #[test]
    fn what_padding_could_not_have_made_is_refused() {
        let mut too_long = pad(b"record").unwrap();
        too_long[..2].copy_from_slice(&511_u16.to_le_bytes());
        let mut not_zero = pad(b"record").unwrap();
        not_zero[511] = 1;
        let larger_class = [pad(b"record").unwrap().as_slice(), &[0; 512]].concat();
        for (name, bytes) in [
            ("empty", [].as_slice()),
            ("one byte", &[0]),
            ("length beyond the end", &too_long),
            ("padding not of zeros", &not_zero),
            ("a larger class than needed", &larger_class),
        ] {
            assert_eq!(unpad(bytes), None, "{name}");
        }
    }
}
