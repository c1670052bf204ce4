//! Views written and read again are the same, for all values, and say what the vocabulary says.

use idx_client::encoding::{BlockTag, Bytes, Hex, Nonce, TIME_MS_MAX, Time};
use idx_client::testing::{banks, certified, deposit};
use idx_client::views::*;
use idx_crypto::{Hash32, PublicKey, Signature};
use idx_types::params::DAY_MS;
use idx_types::testing;
use idx_types::tx::*;
use idx_types::*;
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;

fn round_trips<T: Serialize + DeserializeOwned + PartialEq + Debug>(view: &T) {
    let text = serde_json::to_string(view).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), view, "{text}");
}

fn bank() -> impl Strategy<Value = BankId> {
    (0u16..9).prop_map(BankId)
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Completed),
        Just(Outcome::Deferred),
        proptest::sample::select(Reason::ALL).prop_map(Outcome::Failed),
    ]
}

fn freeze() -> impl Strategy<Value = FreezeState> {
    prop_oneof![
        any::<u16>().prop_map(FreezeState::ByBank),
        any::<[u8; 32]>().prop_map(|o| FreezeState::ByOrder(OrderId(o)))
    ]
}

fn name() -> impl Strategy<Value = [u8; 32]> {
    any::<[u8; 32]>()
}

fn handle() -> impl Strategy<Value = AccountHandle> {
    name().prop_map(AccountHandle)
}

fn money() -> impl Strategy<Value = Paise> {
    any::<u64>().prop_map(Paise)
}

fn account() -> impl Strategy<Value = AccountRef> {
    (bank(), handle()).prop_map(|(bank, handle)| testing::account_ref(bank, handle))
}

fn cash() -> impl Strategy<Value = Cash> {
    (bank(), handle(), money()).prop_map(|(bank, handle, amount)| testing::cash(bank, handle, amount))
}

fn kind() -> impl Strategy<Value = TxKind> {
    prop_oneof![
        (bank(), handle()).prop_map(|(bank, handle)| { testing::open_account(bank, handle) }),
        account().prop_map(TxKind::CloseAccount),
        account().prop_map(TxKind::Unfreeze),
        cash().prop_map(TxKind::Deposit),
        cash().prop_map(TxKind::Withdraw),
        (bank(), name(), handle(), 0..=TIME_MS_MAX).prop_map(|(bank, id, handle, end)| {
            let (session, key, expires_at) = (SessionId(id), PublicKey(id), TimestampMs(end));
            testing::open_session(bank, session, handle, key, expires_at)
        }),
        (name(), bank(), name(), bank(), money(), money()).prop_map(
            |(from, from_bank, to, to_bank, amount, fee)| {
                let (from, to) = ((SessionId(from), from_bank), (SessionId(to), to_bank));
                TxKind::Transfer(testing::transfer(from, to, amount, fee))
            }
        ),
        (bank(), handle(), freeze()).prop_map(|(bank, handle, cause)| TxKind::Freeze(Freeze {
            bank,
            handle: testing::concealed(handle),
            cause
        })),
        (bank(), bank(), any::<u64>()).prop_map(|(bank, leaver, at)| {
            let (change, effective_at) = (Change::RemoveBank(leaver), Height(at));
            TxKind::Propose(Propose { bank, change, effective_at })
        }),
        (bank(), name(), any::<bool>())
            .prop_map(|(bank, id, approve)| { TxKind::Ballot(Ballot { bank, proposal: TxId(id), approve }) }),
    ]
}

fn identity() -> impl Strategy<Value = OrderIdentity> {
    prop_oneof![
        name().prop_map(|id| OrderIdentity::Session(SessionId(id))),
        handle().prop_map(|handle| OrderIdentity::Account(testing::concealed(handle))),
    ]
}

fn holder() -> impl Strategy<Value = Holder> {
    prop_oneof![Just(Holder::Company), (0u16..8).prop_map(Holder::Regulator)]
}

fn target() -> impl Strategy<Value = OrderTarget> {
    let party = prop_oneof![Just(Party::Sender), Just(Party::Receiver)];
    prop_oneof![
        (name(), party, name(), bank()).prop_map(|(tx, party, session, bank)| {
            OrderTarget::Party(PartySought { tx: TxId(tx), party, session: SessionId(session), bank })
        }),
        (name(), bank()).prop_map(|(id, bank)| OrderTarget::Session { session: SessionId(id), bank }),
        (name(), bank()).prop_map(|(idx, bank)| testing::person(Idx(idx), &[bank.0])),
    ]
}

/// Lawful opening, and the authorities.
fn order_kind() -> impl Strategy<Value = TxKind> {
    let judge = (0u16..9).prop_map(JudgeId);
    prop_oneof![
        (judge.clone(), target(), 0..=TIME_MS_MAX, any::<bool>()).prop_map(|(judge, target, end, freeze)| {
            let order = testing::court_order(judge, target, TimestampMs(end));
            TxKind::CourtOrder(Box::new(CourtOrder { freeze, ..order }))
        }),
        (judge.clone(), name(), bank()).prop_map(|(judge, id, bank)| {
            TxKind::ReleaseOrder(ReleaseOrder { judge, order: OrderId(id), banks: [bank].into() })
        }),
        (bank(), name(), handle()).prop_map(|(bank, id, handle)| {
            let (accounts, sealed) = (testing::concealed([handle].into()), vec![1; 48]);
            let sealed = idx_crypto::HpkeSealed { encapsulated: id, sealed };
            TxKind::AnswerOrder(Box::new(AnswerOrder { bank, order: OrderId(id), accounts, sealed }))
        }),
        (name(), holder(), proptest::sample::select(&RefusalCause::ALL[..])).prop_map(|(id, holder, why)| {
            TxKind::RefuseOrder(RefuseOrder { order: OrderId(id), holder, why })
        }),
        (name(), holder(), identity()).prop_map(|(id, holder, identity)| share(
            OrderId(id),
            holder,
            identity
        )),
        (name(), identity(), name()).prop_map(|(id, identity, digest)| {
            let digest = Hash32(digest);
            TxKind::ConfirmOpening(ConfirmOpening { order: OrderId(id), identity, digest })
        }),
        [0u32..2_900_000, 0u32..2_900_000].prop_map(|days| {
            let key = testing::hpke_secret(9).public();
            let day_keys = days.into_iter().map(|day| (NetworkDay(day), key)).collect();
            TxKind::AnnounceKeys(AnnounceKeys { day_keys })
        }),
        (bank(), name(), 2u32..9).prop_map(|(bank, commitment, epoch)| {
            let wrap = idx_crypto::HpkeSealed { encapsulated: commitment, sealed: vec![1; 80] };
            let (commitment, wraps) = (Hash32(commitment), [(bank, wrap)].into());
            TxKind::RotateChainKey(Box::new(RotateChainKey { bank, epoch, commitment, wraps }))
        }),
        bank().prop_map(|bank| {
            TxKind::Propose(Propose { bank, change: Change::RotatePrivateKey, effective_at: Height(9) })
        }),
        (bank(), name()).prop_map(|(bank, key)| {
            let change = Change::SetRatePublisher(PublicKey(key));
            TxKind::Propose(Propose { bank, change, effective_at: Height(9) })
        }),
        (any::<u64>(), any::<u64>(), 0..=TIME_MS_MAX - DAY_MS).prop_map(|(buy, sell, from)| {
            testing::forex_rate(Currency::Usd, buy, sell, TimestampMs(from))
        }),
        (name(), bank(), money(), handle()).prop_map(|(session, bank, amount, handle)| {
            testing::open_travel((SessionId(session), bank), "HSBC_UK", amount, handle)
        }),
        (bank(), name()).prop_map(|(bank, session)| {
            testing::close_travel(bank, Closing::Session(SessionId(session)))
        }),
        (bank(), handle()).prop_map(|(bank, handle)| {
            testing::close_travel(bank, Closing::Expired(testing::concealed(handle)))
        }),
        (bank(), judge).prop_map(|(bank, id)| {
            let change = if id.0 % 2 == 0 {
                Change::RetireJudge(id)
            } else {
                Change::RegisterJudge(Box::new(testing::judge(id)))
            };
            TxKind::Propose(Propose { bank, change, effective_at: Height(9) })
        }),
        bank().prop_map(|bank| {
            let change = Change::AddRegulator(Box::new(testing::escrow().regulators[0].clone()));
            TxKind::Propose(Propose { bank, change, effective_at: Height(9) })
        }),
    ]
}

/// A half sealed to a judge; the view does not look into it.
fn share(order: OrderId, holder: Holder, identity: OrderIdentity) -> TxKind {
    let (envelope, to) = (testing::envelope_of(BankId(1)), testing::hpke_secret(9).public());
    let half = envelope.open_company_half(&testing::hpke_secret(250), &Hash32::ZERO).unwrap();
    let half = idx_crypto::seal_half_to(&to, &half, &order.digest(), &[1; 32]);
    TxKind::OrderShare(Box::new(OrderShare { order, holder, identity, half }))
}

fn transaction() -> impl Strategy<Value = Transaction> {
    (prop_oneof![kind(), order_kind()], any::<u64>(), 0..=TIME_MS_MAX, any::<[u8; 64]>()).prop_map(
        |(kind, nonce, time, signature)| {
            let (created_at, valid_until) = (TimestampMs(time), TimestampMs(time));
            let chain_id = ChainId(Hash32([nonce as u8; 32]));
            let body = TxBody { version: TX_VERSION, chain_id, created_at, valid_until, nonce, kind };
            let key = PublicKey([3; 32]);
            Transaction { body, signatures: vec![TxSignature { key, signature: Signature(signature) }] }
        },
    )
}

proptest! {
    #[test]
    fn transactions(tx in transaction()) {
        let view = TransactionView::new(&tx, &banks());
        round_trips(&view);
        prop_assert_eq!(borsh::from_slice::<Transaction>(&view.raw.0).unwrap(), tx.redacted());
        let json = serde_json::to_value(&view).unwrap();
        prop_assert_eq!(json["body"]["kind"].as_str(), Some(tx.body.kind.name()));
        prop_assert!(TX_KINDS.contains(&tx.body.kind.name()));
    }

    #[test]
    fn encodings(bytes in any::<Vec<u8>>(), number in any::<u64>(), ms in 0..=TIME_MS_MAX, name in name()) {
        round_trips(&Bytes(bytes));
        round_trips(&Nonce(number));
        round_trips(&Time(TimestampMs(ms)));
        round_trips(&Hex(TxId(name)));
        round_trips(&BlockTag::Number(Height(number)));
        round_trips(&Paise(number));
    }

    #[test]
    fn texts_never_panic(text in "\\PC{0,80}") {
        let json = serde_json::to_string(&text).unwrap();
        let _ = serde_json::from_str::<Bytes>(&json);
        let _ = serde_json::from_str::<Nonce>(&json);
        let _ = serde_json::from_str::<Time>(&json);
        let _ = serde_json::from_str::<Hex<TxId>>(&json);
        let _ = serde_json::from_str::<BlockTag>(&json);
        let _ = serde_json::from_str::<VerdictView>(&json);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn heights(outcomes in proptest::collection::vec(outcome(), 0..4)) {
        let transactions = (0..outcomes.len() as u64).map(deposit).collect();
        let height = certified(7, transactions, outcomes.clone());
        let names = banks();
        round_trips(&BlockView::new(&height, true, &names));
        round_trips(&BlockView::new(&height, false, &names));
        round_trips(&PrivateHeaderView::from(&height.private.header));
        round_trips(&CommitCertificateView::new(&height.commit, &names));
        round_trips(&ApprovalsView::new(&height, Some(&names), &names));
        for (index, outcome) in outcomes.iter().enumerate() {
            let receipt = ReceiptView::of_height(&height, index, &names).unwrap();
            round_trips(&receipt);
            prop_assert_eq!(receipt.is_final(), outcome.is_final());
            prop_assert_eq!(receipt.height.is_some(), outcome.is_final());
            round_trips(&TransactionProofView::of_height(&height, index).unwrap());
        }
    }
}

/// A client reads the answers of a newer node; what it sends must be understood to the last field.
#[test]
fn unknown_fields_are_ignored_in_answers_and_refused_in_requests() {
    let known = FeeQuoteView {
        amount: Paise(1),
        fee_miner: Paise(2),
        fee_banks: Paise(3),
        fee_total: Paise(5),
        total_debit: Paise(6),
        height: Height(7),
    };
    let mut json = serde_json::to_value(&known).unwrap();
    json["more"] = 1.into();
    assert_eq!(serde_json::from_value::<FeeQuoteView>(json).unwrap(), known);
    assert!(serde_json::from_str::<TransactionFilter>(r#"{"more":1}"#).is_err());
    assert!(serde_json::from_str::<Cursor>(r#"{"height":1,"index":1,"more":1}"#).is_err());
}

#[test]
fn a_set_of_banks_that_is_not_what_its_digest_says_is_refused() {
    let mut view = ValidatorSetView::new(Height(1), &banks(), 0);
    round_trips(&view);
    assert_eq!(view.validators(), Ok(banks()));
    view.banks[0].stake = Paise(1);
    assert!(view.validators().is_err());
}

#[test]
fn reasons_are_found_by_their_codes() {
    for reason in Reason::ALL {
        assert_eq!(reason_of(reason.code()), Some(*reason));
        round_trips(&ReasonView::from(*reason));
    }
    assert_eq!(reason_of("NO_SUCH_REASON"), None);
}
