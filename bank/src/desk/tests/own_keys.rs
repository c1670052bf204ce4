//! A customer with a key of his own signs for himself; the bank checks what he signed.

use super::*;
use idx_crypto::{Signature, Signer};
use idx_types::testing::{chain_id, key};
use idx_types::{Cancellation, Concealed, ReceiverTag, TxBody};

/// Charu at KOTAK gives way to a Charu with an own key at HDFC.
fn world() -> (World, BankAccount) {
    let mut world = World::new();
    world.customer(0, CHARU, Credential::OwnKey(key(70).public_key())).unwrap();
    let account = world.account(0, CHARU, 0);
    opened(&mut world, &account, 77).unwrap();
    world.block();
    (world, account)
}

/// He opens today's session with a key.
fn opened(world: &mut World, account: &BankAccount, by: u8) -> Result<Answer, Refusal> {
    let by = Some(key(by).public_key());
    world.ask(0, Ask::OpenSession { owner: account.owner, account: account.handle, key: by })
}

fn bilal() -> Idx {
    *person(BILAL).idx()
}

fn asked(world: &mut World, account: &BankAccount) -> TxBody {
    let send = Ask::Send {
        sender: account.owner,
        account: account.handle,
        to: Recipient::Idx(bilal()),
        amount: Paise(1_000),
        life_ms: None,
        memo: None,
    };
    match world.ask(0, send) {
        Ok(Answer::SignIntent(body)) => *body,
        other => panic!("{other:?}"),
    }
}

fn signed(world: &mut World, body: TxBody, by: u8) -> Result<Answer, Refusal> {
    noted(world, body, by, None)
}

fn noted(world: &mut World, body: TxBody, by: u8, memo: Option<&str>) -> Result<Answer, Refusal> {
    let intent = Box::new(body.sign(&[&key(by)]));
    let memo = memo.map(|words| words.parse().unwrap());
    world.ask(0, Ask::SendSigned { to: bilal(), intent, memo })
}

/// What is told again changes nothing: a statement made in between stays what it was.
#[test]
fn what_he_notes_with_his_signature_is_kept_once() {
    let (mut world, account) = world();
    let body = asked(&mut world, &account);
    let id = body.id();
    for words in ["Rent, May", "Rent, June"] {
        assert_eq!(noted(&mut world, body.clone(), 77, Some(words)), Ok(Answer::Sent(id)));
        let kept = world.banks[0].shelf().memo(&account.owner, &id).unwrap().unwrap();
        assert_eq!(kept.memo.expose(), "Rent, May");
    }
}

#[test]
fn he_pays_by_signing_what_the_bank_prepared() {
    let (mut world, account) = world();
    let body = asked(&mut world, &account);
    assert_eq!(world.banks[0].held(&account), Paise::ZERO, "nothing is held before he signs");
    let id = body.id();
    assert_eq!(signed(&mut world, body.clone(), 77), Ok(Answer::Sent(id)));
    assert_eq!(signed(&mut world, body, 77), Ok(Answer::Sent(id)), "asked twice, sent once");
    assert_eq!(world.banks[0].held(&account), Paise(1_015));
    world.block();
    world.accept(1, id).unwrap();
    world.block();
    world.block();
    assert_eq!(world.banks[0].outgoing(id).unwrap().status(), Status::Completed);
}

#[test]
fn he_cannot_sign_another_intent() {
    let (mut world, account) = world();
    let body = asked(&mut world, &account);
    type Change = fn(&mut TxBody);
    fn ask(body: &mut TxBody) -> &mut idx_types::tx::Transfer {
        match &mut body.kind {
            TxKind::Transfer(ask) => ask,
            _ => panic!("a transfer"),
        }
    }
    let table: [(Change, Refusal); 9] = [
        (|body| ask(body).fee = Paise(1), Refusal::MalformedIntent),
        (|body| ask(body).amount = Paise(1), Refusal::AmountTooSmall),
        (|body| ask(body).from = SessionId([1; 32]), Refusal::MalformedIntent),
        (|body| ask(body).from_bank = BankId(1), Refusal::MalformedIntent),
        (|body| ask(body).tag = Concealed::new(ReceiverTag([1; 32]), [1; 32]), Refusal::MalformedIntent),
        (|body| ask(body).tag = ask(body).tag.hidden(), Refusal::MalformedIntent),
        (|body| body.valid_until = body.valid_until.plus(1), Refusal::MalformedIntent),
        (|body| body.chain_id.0.0[0] ^= 1, Refusal::MalformedIntent),
        (|body| body.created_at = body.created_at.plus(world::DAY_MS), Refusal::SessionExpired),
    ];
    for (place, (change, refusal)) in table.into_iter().enumerate() {
        let mut bent = body.clone();
        change(&mut bent);
        assert_eq!(signed(&mut world, bent, 77), Err(refusal), "row {place}");
    }
    assert_eq!(signed(&mut world, body.clone(), 78), Err(Refusal::BadSignature));
    world.now = NetworkDay::of(world.now).end();
    assert_eq!(signed(&mut world, body, 77), Err(Refusal::SessionExpired));
    assert_eq!(world.banks[0].held(&account), Paise::ZERO);
}

#[test]
fn he_accepts_and_cancels_by_signing_a_digest() {
    let (mut world, account) = world();
    let receiver = account.owner;
    let to = Recipient::Idx(receiver);
    let sender = *person(ASHA).idx();
    let from = world.account_of(0, ASHA).handle;
    let Ok(Answer::Sent(id)) = world
        .ask(0, Ask::Send { sender, account: from, to, amount: Paise(1_000), life_ms: None, memo: None })
    else {
        panic!("sent")
    };
    world.block();
    let accept =
        |signature: Option<Signature>| Ask::Accept { receiver, id, account: account.handle, signature };
    let Ok(Answer::SignAcceptance(of, choice)) = world.ask(0, accept(None)) else { panic!("a choice") };
    assert_eq!(world.ask(0, accept(None)), Ok(Answer::SignAcceptance(id, choice)), "asked again, the same");
    assert_eq!(of, id);
    let digest = choice.digest(id);
    let wrong = key(78).sign(&digest);
    assert_eq!(world.ask(0, accept(Some(wrong))), Err(Refusal::BadSignature));
    assert_eq!(world.ask(0, accept(Some(key(77).sign(&digest)))), Ok(Answer::Done(id)));
    world.block();
    world.block();
    assert_eq!(world.balance(&account), Paise(10_001_000));

    let body = asked(&mut world, &account);
    let id = body.id();
    signed(&mut world, body, 77).unwrap();
    let cancel = |signature| Ask::Cancel { sender: receiver, id, signature };
    let Ok(Answer::SignDigest(digest)) = world.ask(0, cancel(None)) else { panic!("a digest") };
    assert_eq!(digest, Cancellation::digest_of(chain_id(), id), "he can make it himself");
    assert_eq!(world.ask(0, cancel(Some(key(77).sign(&digest)))), Ok(Answer::Done(id)));
    world.deliver();
    assert!(world.banks[1].incoming(id).is_none());
}

/// One key in two sessions would show everybody that they are one person's.
#[test]
fn he_brings_a_fresh_key_for_every_session() {
    let (mut world, account) = world();
    assert!(matches!(opened(&mut world, &account, 77), Ok(Answer::Session(_))), "asked again, the same");
    assert_eq!(opened(&mut world, &account, 78), Err(Refusal::SessionTaken));
    let second = world.account(0, CHARU, 1);
    assert_eq!(opened(&mut world, &second, 77), Err(Refusal::SessionKeyUsed), "of his other account");
    world.now = NetworkDay::of(world.now).end();
    world.block();
    let send = Ask::Send {
        sender: account.owner,
        account: account.handle,
        to: Recipient::Idx(bilal()),
        amount: Paise(1_000),
        life_ms: None,
        memo: None,
    };
    assert_eq!(world.ask(0, send), Err(Refusal::SessionKeyNeeded));
    assert_eq!(opened(&mut world, &account, 77), Err(Refusal::SessionKeyUsed), "of yesterday");
    assert_eq!(opened(&mut world, &account, 70), Err(Refusal::SessionKeyUsed), "he logs in with it");
    let weak = Ask::OpenSession {
        owner: account.owner,
        account: account.handle,
        key: Some(idx_crypto::PublicKey([0; 32])),
    };
    assert_eq!(world.ask(0, weak), Err(Refusal::BadKey));
    assert!(matches!(opened(&mut world, &account, 79), Ok(Answer::Session(_))));
    let asha = world.account_of(0, ASHA);
    assert_eq!(opened(&mut world, &asha, 80), Err(Refusal::BadKey), "her bank signs for her");
}
