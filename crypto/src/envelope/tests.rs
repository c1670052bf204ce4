//! Envelopes opened by the right keys and by no other, altered, moved, and sealed by a liar.

mod attacks;
mod shapes;

use super::*;
use proptest::prelude::*;

const CONTEXT: Hash32 = Hash32([0xc0; 32]);
const SEED: [u8; 32] = [1; 32];
const RECORD: &[u8] = b"IDX_5f3a|ASHA RAO|ABCDE1234F|SBIN0000001|000111222333";

/// All who read envelopes, with keys that follow from one byte.
struct Readers {
    home: HpkeSecret,
    company: HpkeSecret,
    regulators: Vec<HpkeSecret>,
    judge: HpkeSecret,
}

impl Readers {
    fn new(regulators: u8) -> Self {
        let key = |first: u8| HpkeSecret::from_bytes(&[first; 32]);
        let regulators = (0..regulators).map(|number| key(100 + number)).collect();
        Self { home: key(10), company: key(20), regulators, judge: key(30) }
    }

    fn recipients(&self) -> Recipients {
        Recipients {
            home: self.home.public(),
            company: self.company.public(),
            regulators: self.regulators.iter().map(HpkeSecret::public).collect(),
        }
    }

    fn seal(&self) -> Envelope {
        Envelope::seal(RECORD, &CONTEXT, &self.recipients(), &SEED).unwrap()
    }

    /// Both halves as their custodians open them.
    fn halves(&self, envelope: &Envelope) -> (Half, Half) {
        let company = envelope.open_company_half(&self.company, &CONTEXT).unwrap();
        (company, envelope.open_regulator_half(&self.regulators[0], &CONTEXT).unwrap())
    }
}

#[test]
fn opens_for_the_home_bank_and_for_both_halves_together() {
    let readers = Readers::new(3);
    let envelope = readers.seal();
    assert_eq!(envelope.check_shape(), Ok(()));
    assert_eq!(envelope.open_home(&readers.home, &CONTEXT).unwrap().as_slice(), RECORD);
    let company = envelope.open_company_half(&readers.company, &CONTEXT).unwrap();
    for regulator in &readers.regulators {
        let half = envelope.open_regulator_half(regulator, &CONTEXT).unwrap();
        let record = envelope.open_with_halves(&company, &half, &CONTEXT).unwrap();
        assert_eq!(record.as_slice(), RECORD);
    }
}

/// Who asks for what, and whether that is for him. Nobody has two places.
#[test]
fn each_part_is_for_its_reader_only() {
    let readers = Readers::new(2);
    let envelope = readers.seal();
    let all =
        [&readers.home, &readers.company, &readers.regulators[0], &readers.regulators[1], &readers.judge];
    for (reader, key) in all.into_iter().enumerate() {
        let not_for = |part| Err(EnvelopeError::NotForYou { part, key: key.public() });
        let home = envelope.open_home(key, &CONTEXT).map(|_| ());
        let company = envelope.open_company_half(key, &CONTEXT).map(|_| ());
        let regulator = envelope.open_regulator_half(key, &CONTEXT).map(|_| ());
        assert_eq!(home, if reader == 0 { Ok(()) } else { not_for(EnvelopePart::Home) });
        assert_eq!(company, if reader == 1 { Ok(()) } else { not_for(EnvelopePart::Company) });
        let is_regulator = reader == 2 || reader == 3;
        assert_eq!(regulator, if is_regulator { Ok(()) } else { not_for(EnvelopePart::Regulator) });
    }
}

#[test]
fn a_judge_receives_both_halves_and_reads_the_record() {
    let readers = Readers::new(1);
    let envelope = readers.seal();
    let (order, judge) = (Hash32([5; 32]), readers.judge.public());
    let (company, regulator) = readers.halves(&envelope);
    let shares = [
        seal_half_to(&judge, &company, &order, &[6; 32]),
        seal_half_to(&judge, &regulator, &order, &[7; 32]),
    ];
    let halves = shares.each_ref().map(|share| open_half(&readers.judge, &order, share).unwrap());
    assert_eq!(shares.each_ref().map(SealedHalf::of), [HalfOf::Company, HalfOf::Regulator]);
    assert!(shares.iter().all(|share| share.judge_key() == judge));
    let record = envelope.open_with_halves(&halves[0], &halves[1], &CONTEXT).unwrap();
    assert_eq!(record.as_slice(), RECORD);
}

#[test]
fn one_seed_makes_one_envelope_and_unrelated_keys_for_other_input() {
    let readers = Readers::new(1);
    let envelope = readers.seal();
    assert_eq!(envelope, readers.seal());
    let recipients = readers.recipients();
    let other_home = Recipients { home: readers.judge.public(), ..recipients.clone() };
    for (name, other) in [
        ("record", Envelope::seal(b"another", &CONTEXT, &recipients, &SEED)),
        ("context", Envelope::seal(RECORD, &Hash32::ZERO, &recipients, &SEED)),
        ("recipients", Envelope::seal(RECORD, &CONTEXT, &other_home, &SEED)),
        ("seed", Envelope::seal(RECORD, &CONTEXT, &recipients, &[2; 32])),
    ] {
        let other = other.unwrap();
        assert_ne!(other.key_commitment, envelope.key_commitment, "{name}");
        assert_ne!(other.escrow.company_commitment, envelope.escrow.company_commitment, "{name}");
        assert_ne!(other.escrow.regulator_commitment, envelope.escrow.regulator_commitment, "{name}");
        assert_ne!(other.home.encapsulated, envelope.home.encapsulated, "{name}");
    }
}

#[test]
fn no_secret_shows_itself_and_an_envelope_is_shown_in_short() {
    let readers = Readers::new(1);
    let envelope = readers.seal();
    let (company, regulator) = readers.halves(&envelope);
    assert_eq!(format!("{company:?} {regulator:?}"), "Half(**** of the company) Half(**** of the regulator)");
    let shown = format!("{envelope:?}");
    assert!(shown.contains("SealedRecord(528 bytes)") && shown.len() < 400, "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_record_comes_back_on_both_ways(
        record in proptest::collection::vec(any::<u8>(), 0..=ENVELOPE_RECORD_BYTES_MAX),
        context: [u8; 32],
        seed: [u8; 32],
        regulators in 1..=ENVELOPE_REGULATORS_MAX as u8,
    ) {
        let (readers, context) = (Readers::new(regulators), Hash32(context));
        let sealed = Envelope::seal(&record, &context, &readers.recipients(), &seed).unwrap();
        let bytes = borsh::to_vec(&sealed).unwrap();
        let read: Envelope = borsh::from_slice(&bytes).unwrap();
        prop_assert!(bytes.len() <= ENVELOPE_BYTES_MAX);
        prop_assert_eq!(read.check_shape(), Ok(()));
        let at_home = read.open_home(&readers.home, &context).unwrap();
        prop_assert_eq!(at_home.as_slice(), &record);
        let company = read.open_company_half(&readers.company, &context).unwrap();
        let last = readers.regulators.last().unwrap();
        let regulator = read.open_regulator_half(last, &context).unwrap();
        let in_court = read.open_with_halves(&company, &regulator, &context).unwrap();
        prop_assert_eq!(in_court.as_slice(), &record);
    }
}
