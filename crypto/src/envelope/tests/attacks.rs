//! What must not work: altered bits, moved parts, one half alone, a liar at the seal or at the release.

use super::*;
use proptest::sample::Index;

type PartOf = fn(&mut Envelope) -> &mut SealedKey;
type CommitmentOf = fn(&mut Envelope) -> &mut Hash32;
type Move = fn(&mut Envelope, &Envelope);
type Answer = Result<(), EnvelopeError>;

/// Every answer that the four readers get from an envelope. A failure is its own text.
fn answers(readers: &Readers, envelope: &Envelope, halves: &(Half, Half)) -> [Answer; 4] {
    [
        envelope.open_home(&readers.home, &CONTEXT).map(|_| ()),
        envelope.open_company_half(&readers.company, &CONTEXT).map(|_| ()),
        envelope.open_regulator_half(&readers.regulators[0], &CONTEXT).map(|_| ()),
        envelope.open_with_halves(&halves.0, &halves.1, &CONTEXT).map(|_| ()),
    ]
}

const fn damaged(part: EnvelopePart) -> Answer {
    Err(EnvelopeError::Damaged { part })
}

/// Every bit of every sealed part: the part's own reader is told, and names it; readers of other parts
/// are not disturbed.
#[test]
fn a_flipped_bit_of_a_sealed_part_is_told_by_its_reader() {
    let readers = Readers::new(1);
    let sealed = readers.seal();
    let halves = readers.halves(&sealed);
    let parts: [(PartOf, EnvelopePart, usize); 3] = [
        (|e| &mut e.home, EnvelopePart::Home, 0),
        (|e| &mut e.escrow.company, EnvelopePart::Company, 1),
        (|e| &mut e.escrow.regulators[0], EnvelopePart::Regulator, 2),
    ];
    for (part_of, part, reader) in parts {
        for bit in 0..(32 + 48) * 8 {
            let mut bent = sealed.clone();
            match bit / 8 {
                place @ 0..32 => part_of(&mut bent).encapsulated[place] ^= 1 << (bit % 8),
                place => part_of(&mut bent).sealed[place - 32] ^= 1 << (bit % 8),
            }
            let mut expected = [const { Ok(()) }; 4];
            expected[reader] = damaged(part);
            assert_eq!(answers(&readers, &bent, &halves), expected, "{part}, bit {bit}");
        }
    }
}

/// All bits with the halves at hand; through HPKE one in 61, for time.
#[test]
fn a_flipped_bit_of_the_record_is_told_by_who_reads_records() {
    let readers = Readers::new(1);
    let sealed = readers.seal();
    let halves = readers.halves(&sealed);
    let record = damaged(EnvelopePart::Record);
    for bit in 0..sealed.record.0.len() * 8 {
        let mut bent = sealed.clone();
        bent.record.0[bit / 8] ^= 1 << (bit % 8);
        let in_court = bent.open_with_halves(&halves.0, &halves.1, &CONTEXT).map(|_| ());
        assert_eq!(in_court, record, "bit {bit}");
        if bit % 61 == 0 {
            let expected = [record.clone(), Ok(()), Ok(()), record.clone()];
            assert_eq!(answers(&readers, &bent, &halves), expected, "bit {bit}");
        }
    }
}

/// Commitments are in clear and bound to every part: no part opens beside an altered one.
#[test]
fn an_altered_commitment_is_told_by_everybody() {
    let readers = Readers::new(1);
    let sealed = readers.seal();
    let halves = readers.halves(&sealed);
    let wrong = |of| Err(EnvelopeError::WrongHalf { of });
    let table: [(CommitmentOf, Answer); 3] = [
        (|e| &mut e.key_commitment, damaged(EnvelopePart::DataKey)),
        (|e| &mut e.escrow.company_commitment, wrong(HalfOf::Company)),
        (|e| &mut e.escrow.regulator_commitment, wrong(HalfOf::Regulator)),
    ];
    for (commitment_of, in_court) in table {
        for bit in 0..256 {
            let mut bent = sealed.clone();
            commitment_of(&mut bent).0[bit / 8] ^= 1 << (bit % 8);
            let [home, company, regulator, court] = answers(&readers, &bent, &halves);
            assert_eq!(home, damaged(EnvelopePart::Home));
            assert_eq!(company, damaged(EnvelopePart::Company));
            assert_eq!(regulator, damaged(EnvelopePart::Regulator));
            assert_eq!(court, in_court, "bit {bit}");
        }
    }
}

/// Who puts another name on a part takes it from its reader, and spoils all others with it: he cannot pass
/// an envelope off as one that names somebody else.
#[test]
fn a_renamed_part_is_told_by_everybody() {
    let readers = Readers::new(1);
    let sealed = readers.seal();
    let halves = readers.halves(&sealed);
    let whole = [EnvelopePart::Home, EnvelopePart::Company, EnvelopePart::Regulator, EnvelopePart::Record];
    let parts: [PartOf; 3] = [|e| &mut e.home, |e| &mut e.escrow.company, |e| &mut e.escrow.regulators[0]];
    for (reader, part_of) in parts.into_iter().enumerate() {
        let mut renamed = sealed.clone();
        let own = std::mem::replace(&mut part_of(&mut renamed).to, readers.judge.public());
        let mut expected = whole.map(damaged);
        expected[reader] = Err(EnvelopeError::NotForYou { part: whole[reader], key: own });
        assert_eq!(answers(&readers, &renamed, &halves), expected);
    }
}

proptest! {
    /// Over the encoded bytes, named keys included: nothing that was altered anywhere is ever read in
    /// full by all.
    #[test]
    fn no_altered_byte_goes_unnoticed(place: Index, flip in 1..=u8::MAX) {
        let readers = Readers::new(1);
        let sealed = readers.seal();
        let mut bytes = borsh::to_vec(&sealed).unwrap();
        let place = place.index(bytes.len());
        bytes[place] ^= flip;
        if let Ok(bent) = borsh::from_slice::<Envelope>(&bytes) {
            let answers = answers(&readers, &bent, &readers.halves(&sealed));
            prop_assert!(answers.iter().any(Result::is_err), "byte {place}");
        }
    }
}

#[test]
fn nothing_opens_in_another_context() {
    let readers = Readers::new(1);
    let envelope = readers.seal();
    let (company, regulator) = readers.halves(&envelope);
    let other = Hash32([0xc1; 32]);
    let damaged = |part| EnvelopeError::Damaged { part };
    assert_eq!(envelope.open_home(&readers.home, &other), Err(damaged(EnvelopePart::Home)));
    let half = envelope.open_company_half(&readers.company, &other).map(|_| ());
    assert_eq!(half, Err(damaged(EnvelopePart::Company)));
    let half = envelope.open_regulator_half(&readers.regulators[0], &other).map(|_| ());
    assert_eq!(half, Err(damaged(EnvelopePart::Regulator)));
    let record = envelope.open_with_halves(&company, &regulator, &other);
    assert_eq!(record, Err(damaged(EnvelopePart::DataKey)));
}

/// Parts between two envelopes of the same readers and context, and between places of one envelope whose
/// places all belong to one key.
#[test]
fn a_part_that_was_moved_does_not_open() {
    let readers = Readers::new(1);
    let (ours, halves) = (readers.seal(), readers.halves(&readers.seal()));
    let theirs = Envelope::seal(RECORD, &CONTEXT, &readers.recipients(), &[2; 32]).unwrap();
    let moves: [(Move, [Option<EnvelopePart>; 4]); 4] = [
        (|e, from| e.home = from.home.clone(), [Some(EnvelopePart::Home), None, None, None]),
        (
            |e, from| e.escrow.company = from.escrow.company.clone(),
            [None, Some(EnvelopePart::Company), None, None],
        ),
        (
            |e, from| e.escrow.regulators = from.escrow.regulators.clone(),
            [None, None, Some(EnvelopePart::Regulator), None],
        ),
        (
            |e, from| e.record = from.record.clone(),
            [Some(EnvelopePart::Record), None, None, Some(EnvelopePart::Record)],
        ),
    ];
    for (move_part, expected) in moves {
        let mut mixed = ours.clone();
        move_part(&mut mixed, &theirs);
        let expected = expected.map(|part| part.map_or(Ok(()), damaged));
        assert_eq!(answers(&readers, &mixed, &halves), expected);
    }
}

#[test]
fn a_part_opens_in_its_own_role_only() {
    let one = HpkeSecret::from_bytes(&[10; 32]);
    let mut readers = Readers::new(1);
    readers.company = HpkeSecret::from_bytes(&[10; 32]);
    let mut envelope = readers.seal();
    assert_eq!(envelope.home_key(), envelope.company_key());
    (envelope.home, envelope.escrow.company) = (envelope.escrow.company, envelope.home);
    assert_eq!(envelope.open_home(&one, &CONTEXT).map(|_| ()), damaged(EnvelopePart::Home));
    assert_eq!(envelope.open_company_half(&one, &CONTEXT).map(|_| ()), damaged(EnvelopePart::Company));
}

/// A half twice, both the wrong way round, and one of another envelope: always told whose is wrong.
#[test]
fn one_half_alone_or_a_foreign_one_opens_nothing() {
    let readers = Readers::new(1);
    let envelope = readers.seal();
    let (company, regulator) = readers.halves(&envelope);
    let theirs = Envelope::seal(RECORD, &CONTEXT, &readers.recipients(), &[2; 32]).unwrap();
    let (their_company, their_regulator) = readers.halves(&theirs);
    let (of_company, of_regulator) = (HalfOf::Company, HalfOf::Regulator);
    for (first, second, of) in [
        (&company, &company, of_regulator),
        (&regulator, &regulator, of_company),
        (&regulator, &company, of_company),
        (&their_company, &regulator, of_company),
        (&company, &their_regulator, of_regulator),
    ] {
        let opened = envelope.open_with_halves(first, second, &CONTEXT);
        assert_eq!(opened, Err(EnvelopeError::WrongHalf { of }));
    }
    assert_eq!(envelope.check_half(&company), Ok(()));
    assert_eq!(envelope.check_half(&their_company), Err(EnvelopeError::WrongHalf { of: of_company }));
    assert_eq!(envelope.check_half(&their_regulator), Err(EnvelopeError::WrongHalf { of: of_regulator }));
}

/// A bank that seals garbage: custodians say whose half is wrong, the judge that the key is.
#[test]
fn a_liar_at_the_seal_is_exposed() {
    let readers = Readers::new(1);
    let honest = readers.seal();
    let bound = honest.bound(&CONTEXT);
    let mut lying = honest.clone();
    let domain = EnvelopePart::Company.domain();
    lying.escrow.company = SealedKey::seal(&readers.company.public(), domain, &bound, &[9; 32], &SEED);
    let half = lying.open_company_half(&readers.company, &CONTEXT).map(|_| ());
    assert_eq!(half, Err(EnvelopeError::WrongHalf { of: HalfOf::Company }));
    let domain = EnvelopePart::Home.domain();
    lying.home = SealedKey::seal(&readers.home.public(), domain, &bound, &[9; 32], &SEED);
    let home = lying.open_home(&readers.home, &CONTEXT).map(|_| ());
    assert_eq!(home, damaged(EnvelopePart::DataKey));
}

/// A judge finds out who released a wrong half, and a share opens in no other order, for no other judge
/// and under no other custodian's name.
#[test]
fn shares_stay_with_their_order_and_their_custodian() {
    let readers = Readers::new(1);
    let envelope = readers.seal();
    let (company, _) = readers.halves(&envelope);
    let (order, judge) = (Hash32([5; 32]), readers.judge.public());
    let share = seal_half_to(&judge, &company, &order, &SEED);
    let open = |order: Hash32, share: &SealedHalf| open_half(&readers.judge, &order, share).map(|_| ());
    assert_eq!(open(order, &share), Ok(()));
    assert_eq!(open(Hash32([6; 32]), &share), damaged(EnvelopePart::Share), "another order");
    let renamed = SealedHalf { of: HalfOf::Regulator, ..share.clone() };
    assert_eq!(open(order, &renamed), damaged(EnvelopePart::Share), "another custodian's name");
    for bit in 0..80 * 8 {
        let mut bent = share.clone();
        match bit / 8 {
            place @ 0..32 => bent.key.encapsulated[place] ^= 1 << (bit % 8),
            place => bent.key.sealed[place - 32] ^= 1 << (bit % 8),
        }
        assert_eq!(open(order, &bent), damaged(EnvelopePart::Share), "bit {bit}");
    }
    let other = open_half(&readers.home, &order, &share).map(|_| ());
    let (part, key) = (EnvelopePart::Share, readers.home.public());
    assert_eq!(other, Err(EnvelopeError::NotForYou { part, key }));
    let forged = seal_half_to(&judge, &Half::new(HalfOf::Company, Zeroizing::new([9; 32])), &order, &SEED);
    let released = open_half(&readers.judge, &order, &forged).unwrap();
    assert_eq!(envelope.check_half(&released), Err(EnvelopeError::WrongHalf { of: HalfOf::Company }));
}
