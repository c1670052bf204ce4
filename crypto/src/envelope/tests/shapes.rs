//! Sizes, counts and keys: what is refused without any key, and what bytes are not even read.

use super::*;
use crate::HpkePublic;

type Alter = fn(&mut Envelope);

/// The length that the documentation states, and no other for records of one class.
#[test]
fn length_tells_the_class_and_nothing_else() {
    let readers = Readers::new(1);
    for (record, bytes) in [(0, 969), (300, 969), (510, 969), (511, 1481), (1022, 1481), (1023, 2505)] {
        let sealed = Envelope::seal(&vec![7; record], &CONTEXT, &readers.recipients(), &SEED).unwrap();
        assert_eq!(borsh::to_vec(&sealed).unwrap().len(), bytes, "a record of {record} bytes");
    }
}

#[test]
fn the_largest_envelope_is_as_large_as_the_bound_says() {
    let readers = Readers::new(8);
    let record = vec![7; ENVELOPE_RECORD_BYTES_MAX];
    let sealed = Envelope::seal(&record, &CONTEXT, &readers.recipients(), &SEED).unwrap();
    assert_eq!(borsh::to_vec(&sealed).unwrap().len(), ENVELOPE_BYTES_MAX);
    assert_eq!((ENVELOPE_BYTES_MAX, ENVELOPE_RECORD_BYTES_MAX), (3289, 2046));
}

#[test]
fn what_cannot_be_sealed() {
    let readers = Readers::new(9);
    let all = readers.recipients();
    let with = |regulators: &[HpkePublic]| Recipients { regulators: regulators.to_vec(), ..all.clone() };
    let (keys, company) = (&all.regulators, all.company);
    let long = vec![0; ENVELOPE_RECORD_BYTES_MAX + 1];
    for (record, recipients, error) in [
        (RECORD, with(&[]), ShapeError::RegulatorCount { count: 0 }),
        (RECORD, with(keys), ShapeError::RegulatorCount { count: 9 }),
        (RECORD, with(&[keys[0], keys[1], keys[0]]), ShapeError::RepeatedKey { key: keys[0] }),
        (RECORD, with(&[keys[0], company]), ShapeError::RepeatedKey { key: company }),
        (&long, with(&keys[..1]), ShapeError::RecordTooLong { bytes: 2047 }),
    ] {
        assert_eq!(Envelope::seal(record, &CONTEXT, &recipients, &SEED), Err(error));
    }
}

/// What a stranger may send: each is told by the gate, and by whoever tries to open it.
#[test]
fn malformed_envelopes_are_told() {
    let readers = Readers::new(2);
    let (company, regulator) = readers.halves(&readers.seal());
    let repeated = readers.regulators[0].public();
    let table: [(Alter, ShapeError, Option<EnvelopePart>); 5] = [
        (|e| e.version = 2, ShapeError::UnknownVersion { found: 2 }, None),
        (|e| e.record.0.clear(), ShapeError::RecordSize { bytes: 0 }, Some(EnvelopePart::Record)),
        (|e| e.record.0.truncate(527), ShapeError::RecordSize { bytes: 527 }, None),
        (
            |e| e.escrow.regulators.clear(),
            ShapeError::RegulatorCount { count: 0 },
            Some(EnvelopePart::Regulator),
        ),
        (
            |e| e.escrow.regulators[1] = e.escrow.regulators[0].clone(),
            ShapeError::RepeatedKey { key: repeated },
            None,
        ),
    ];
    for (alter, error, missing) in table {
        let mut envelope = readers.seal();
        alter(&mut envelope);
        assert_eq!(envelope.check_shape(), Err(error.clone()));
        let told = missing.map_or(EnvelopeError::Malformed(error), |part| EnvelopeError::Missing { part });
        assert_eq!(envelope.open_home(&readers.home, &CONTEXT), Err(told.clone()));
        assert_eq!(envelope.open_company_half(&readers.company, &CONTEXT).unwrap_err(), told);
        assert_eq!(envelope.open_regulator_half(&readers.regulators[0], &CONTEXT).unwrap_err(), told);
        assert_eq!(envelope.open_with_halves(&company, &regulator, &CONTEXT), Err(told));
    }
}

/// Lengths and counts beyond the bounds are refused before anything is read for them.
#[test]
fn decoding_is_bounded() {
    let bytes = borsh::to_vec(&Readers::new(1).seal()).unwrap();
    let regulators_at = 1 + 4 + 528 + 32 + 112 + 112 + 32;
    assert_eq!(bytes[regulators_at..regulators_at + 4], 1_u32.to_le_bytes(), "the layout is as thought");
    for (name, place, value, error) in [
        ("record", 1, 2065_u32, "2065 bytes"),
        ("record of 4 GiB", 1, u32::MAX, "4294967295 bytes"),
        ("regulators", regulators_at, 9, "1 to 8 regulators, not 9"),
    ] {
        let mut claimed = bytes.clone();
        claimed[place..place + 4].copy_from_slice(&value.to_le_bytes());
        let told = borsh::from_slice::<Envelope>(&claimed).unwrap_err().to_string();
        assert!(told.contains(error), "{name}: {told}");
    }
    for length in 0..bytes.len() {
        assert!(borsh::from_slice::<Envelope>(&bytes[..length]).is_err(), "cut to {length}");
    }
}
