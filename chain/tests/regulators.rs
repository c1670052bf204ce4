//! A second regulator (document 4.3): from the height on at which it holds halves, every identity is
//! sealed to it too, and the company opens with either regulator, and with no other pair.

use idx_chain::testing::{World, handle, session_key};
use idx_crypto::{
    Envelope, EnvelopeError, Half, HalfOf, Hash32, HpkeSecret, Recipients, SecretKey, Signer, open_half,
    seal_half_to,
};
use idx_types::testing::{self, concealed, hpke_secret, judge_key, key};
use idx_types::tx::{Change, ConfirmOpening, OpenAccount, OpenSession, OrderIdentity, OrderShare};
use idx_types::{AccountHandle, BankId, Currency, Holder, JudgeId, Reason, Regulator, SessionId, TxKind};

const BANK: BankId = BankId(3);
const RECORD: &[u8] = b"Asha Rao";
const RBI: Holder = Holder::Regulator(0);
const FIU: Holder = Holder::Regulator(1);

/// What a holder opens and signs with.
fn keys(holder: Holder) -> (HpkeSecret, SecretKey) {
    let seed = match holder {
        Holder::Company => 250,
        RBI => 251,
        Holder::Regulator(_) => 240,
    };
    (hpke_secret(seed), key(seed))
}

fn envelope(regulators: &[Holder]) -> Envelope {
    let public = |holder: &Holder| keys(*holder).0.public();
    let recipients = Recipients {
        home: hpke_secret(4).public(),
        company: public(&Holder::Company),
        regulators: regulators.iter().map(public).collect(),
    };
    Envelope::seal(RECORD, &Hash32::ZERO, &recipients, &[8; 32]).unwrap()
}

fn open_account(handle: AccountHandle, identity: Envelope) -> TxKind {
    let (handle, identity) = (concealed(handle), concealed(identity));
    TxKind::OpenAccount(OpenAccount { bank: BANK, handle, currency: Currency::Inr, identity })
}

fn half(envelope: &Envelope, holder: Holder) -> Half {
    let secret = keys(holder).0;
    let half = match holder {
        Holder::Company => envelope.open_company_half(&secret, &Hash32::ZERO),
        Holder::Regulator(_) => envelope.open_regulator_half(&secret, &Hash32::ZERO),
    };
    half.unwrap()
}

/// A world in which the second regulator holds halves.
fn world() -> World {
    let mut world = World::with_judges(6, 1);
    let (hpke, signing) = keys(FIU);
    let regulator =
        Regulator { name: "FIU-IND".to_owned(), signing_key: signing.public_key(), hpke_key: hpke.public() };
    world.decree(Change::AddRegulator(Box::new(regulator)));
    world
}

/// Has a customer open account and session under envelopes of both regulators.
fn session(world: &mut World) -> SessionId {
    let (account, session) = (handle(world.fresh()), SessionId(handle(world.fresh()).0));
    world.done(open_account(account, envelope(&[RBI, FIU])), BANK.0);
    let (key, expires_at) = (session_key().public_key(), world.next_time().plus(3_600_000));
    let (handle, identity) = (concealed(account), concealed(envelope(&[RBI, FIU])));
    let open = OpenSession { bank: BANK, session, handle, key, expires_at, identity };
    world.done(TxKind::OpenSession(open), BANK.0);
    session
}

#[test]
fn envelopes_are_sealed_to_both_in_their_order_and_to_no_other() {
    let mut world = world();
    for regulators in [&[RBI][..], &[FIU], &[FIU, RBI]] {
        let account = handle(world.fresh());
        world.refused(open_account(account, envelope(regulators)), BANK.0, Reason::BadEnvelope);
    }
    session(&mut world);
}

#[test]
fn the_company_opens_with_either_regulator_and_they_not_without_it() {
    let sealed = envelope(&[RBI, FIU]);
    let [company, rbi, fiu] = [Holder::Company, RBI, FIU].map(|holder| half(&sealed, holder));
    for regulator in [&rbi, &fiu] {
        let record = sealed.open_with_halves(&company, regulator, &Hash32::ZERO);
        assert_eq!(record.unwrap().as_slice(), RECORD);
    }
    let alone = sealed.open_with_halves(&rbi, &fiu, &Hash32::ZERO);
    assert_eq!(alone.unwrap_err(), EnvelopeError::WrongHalf { of: HalfOf::Company });
    let before = envelope(&[RBI]);
    assert!(before.open_regulator_half(&keys(FIU).0, &Hash32::ZERO).is_err(), "sealed before it came");
}

/// The whole way: the judge reads by the company's half and the second regulator's.
#[test]
fn a_judge_reads_by_the_second_regulator() {
    let mut world = world();
    let session = session(&mut world);
    let order = world.order(JudgeId(1), World::session_target(BANK.0, session));
    let sealed = envelope(&[RBI, FIU]);
    let answer_key = testing::judge(JudgeId(1)).hpke_key;
    let confirm = TxKind::ConfirmOpening(ConfirmOpening {
        order,
        identity: OrderIdentity::Session(session),
        digest: Hash32([9; 32]),
    });
    let mut read = Vec::new();
    for holder in [FIU, Holder::Company] {
        world.refused_by_judge(confirm.clone(), JudgeId(1), Reason::NotShared);
        let half = seal_half_to(&answer_key, &half(&sealed, holder), &order.digest(), &[3; 32]);
        read.push(half.clone());
        let identity = OrderIdentity::Session(session);
        let share = OrderShare { order, holder, identity, half };
        world.done_by(TxKind::OrderShare(Box::new(share)), &keys(holder).1);
    }
    world.done_by(confirm, &judge_key(JudgeId(1)));
    let judge = hpke_secret(221);
    let [regulator, company] = &read[..] else { unreachable!() };
    let open = |share| open_half(&judge, &order.digest(), share).unwrap();
    let record = sealed.open_with_halves(&open(company), &open(regulator), &Hash32::ZERO);
    assert_eq!(record.unwrap().as_slice(), RECORD);
}
