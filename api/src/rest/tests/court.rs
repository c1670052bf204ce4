//! Court orders over REST: a judge's clerk hands in what was signed elsewhere, waits, and takes away what
//! only the judge can open; auditors and regulators look on. Nobody is named anywhere.

use super::*;
use idx_bank::vault::Office;
use idx_client::OrderFile;
use idx_client::encoding::{Bytes, Hex};
use idx_client::testing::order_view;
use idx_client::views::{DeedView, EnvelopeView, HolderView, OrderStatusView, OrderStepView, OrderView};
use idx_crypto::Hash32;
use idx_types::testing::{chain_id, court_order, hpke_secret, judge, judge_key};
use idx_types::tx::{Change, OrderTarget, Propose, TX_VERSION};
use idx_types::{
    BankId, Height, JudgeId, OrderId, Reason, SessionId, TimestampMs, Transaction, TxBody, TxId, TxKind,
};
use serde_json::{Value, json};

const SESSION: SessionId = SessionId([1; 32]);

fn signed(kind: TxKind) -> Transaction {
    let (created_at, valid_until) = (TimestampMs(1_000), TimestampMs(601_000));
    let body = TxBody { version: TX_VERSION, chain_id: chain_id(), created_at, valid_until, nonce: 1, kind };
    body.sign(&[&judge_key(JudgeId(1))])
}

/// An order for a session, as its judge signed it.
fn order() -> Transaction {
    let target = OrderTarget::Session { session: SESSION, bank: BankId(2) };
    signed(TxKind::CourtOrder(Box::new(court_order(JudgeId(1), target, TimestampMs(86_400_000)))))
}

fn hex_of(tx: &Transaction) -> Value {
    json!(Bytes::of(tx))
}

/// The order as the ledger keeps it after these steps.
fn kept(tx: &Transaction, deeds: Vec<DeedView>) -> OrderView {
    let step = |deed| OrderStepView { height: Height(2), tx: Some(Hex(tx.id())), deed };
    OrderView { id: Hex(tx.id().into()), steps: deeds.into_iter().map(step).collect(), ..order_view() }
}

fn shared(holder: HolderView) -> DeedView {
    DeedView::Shared { holder, envelope: EnvelopeView::Session(SESSION) }
}

fn opened() -> DeedView {
    DeedView::Opened { envelope: EnvelopeView::Session(SESSION), digest: Hex(Hash32([4; 32])) }
}

impl Bench {
    /// What the ledger keeps of orders from now on.
    fn keeps(&self, orders: Vec<OrderView>) {
        *self.served.node.orders.lock().unwrap() = Some(orders);
    }

    fn refuses(&self, reason: Option<Reason>) {
        *self.served.node.refuses.lock().unwrap() = reason;
    }

    fn waiting(&self) -> Vec<TxId> {
        self.served.node.waiting.lock().unwrap().keys().copied().collect()
    }
}

fn code(reply: &crate::tests::support::wire::Reply) -> String {
    reply.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_handed_in_awaited_and_taken_away_sealed() {
    let bench = Bench::new().await;
    let clerk = bench.officer(Office::JudgeClerk).await;
    let (tx, id) = (order(), Hex(order().id()).to_string());
    let (at, execute) = (format!("/api/court-orders/{id}"), format!("/api/court-orders/{id}/execute"));
    bench.keeps(vec![]);
    assert_eq!(bench.get(&at, &clerk).await.status, 404);
    assert_eq!(bench.post(&execute, &clerk, json!({})).await.status, 404);

    let handed_in =
        bench.post("/api/court-orders/submit", &clerk, json!({"signed_order": hex_of(&tx)})).await;
    assert_eq!(handed_in.status, 201, "{}", handed_in.body);
    let shown = &handed_in.json()["order"];
    assert_eq!((&shown["order_id"], &shown["status"]), (&json!(id), &json!("PENDING")));
    assert_eq!((&shown["judge_id"], &shown["target_idx"]), (&json!(1), &Value::Null));
    assert_eq!(bench.waiting(), [tx.id()]);
    assert_eq!(bench.get(&at, &clerk).await.json()["order"]["awaiting"][0]["what"], "approval");

    let half = |from: &str| json!({"what": "half", "from": from, "missing": 1});
    let (rbi, company) = (shared(HolderView::Regulator(0)), shared(HolderView::Company));
    for (deeds, awaited) in [
        (None, json!([{"what": "approval", "from": "banks"}])),
        (Some(vec![DeedView::Approved]), json!([half("regulator"), half("company")])),
        (Some(vec![DeedView::Approved, rbi.clone()]), json!([half("company")])),
        (Some(vec![DeedView::Approved, company.clone()]), json!([half("regulator")])),
    ] {
        bench.keeps(deeds.map(|deeds| kept(&tx, deeds)).into_iter().collect());
        let early = bench.post(&execute, &clerk, json!({})).await;
        assert_eq!((early.status, code(&early).as_str()), (409, "COURT_ORDER_NOT_READY"), "{}", early.body);
        assert_eq!(early.json()["error"]["details"]["awaiting"], awaited);
        assert_eq!(bench.get(&at, &clerk).await.json()["order"]["awaiting"], awaited);
    }

    bench.keeps(vec![kept(&tx, vec![DeedView::Approved, rbi.clone(), company.clone()])]);
    let given = bench.post(&execute, &clerk, json!({})).await;
    assert_eq!(given.status, 200, "{}", given.body);
    let sealed: Bytes = serde_json::from_value(given.json()["result"]["sealed"].clone()).unwrap();
    let order = OrderId(tx.id().0);
    let file = OrderFile::open(&sealed, &hpke_secret(90), order).expect("its judge opens it");
    assert_eq!(file.shown.len(), 1);
    assert!(OrderFile::open(&sealed, &hpke_secret(91), order).is_err(), "nobody else does");

    bench.keeps(vec![kept(&tx, vec![DeedView::Approved, rbi, company, opened()])]);
    let executed = bench.get(&at, &clerk).await.json()["order"].clone();
    assert_eq!((&executed["status"], &executed["access_granted"]), (&json!("EXECUTED"), &json!(true)));
    assert!(executed["executed_at"].is_string(), "{executed}");
}

/// It is a question: with a key it is answered as things stand, like without, and nothing of an order is
/// shown after its end because somebody had asked before it.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_repeats_no_answer_of_an_order() {
    let bench = Bench::new().await;
    let clerk = bench.officer(Office::JudgeClerk).await;
    let tx = order();
    let path = format!("/api/court-orders/{}/execute", Hex(tx.id()));
    let execute = || bench.ask("POST", &path, &clerk, "Idempotency-Key: once\r\n", "{}");
    let halves = vec![shared(HolderView::Regulator(0)), shared(HolderView::Company)];
    bench.keeps(vec![kept(&tx, halves[..1].to_vec())]);
    assert_eq!(execute().await.status, 409, "a half is missing");
    bench.keeps(vec![kept(&tx, halves.clone())]);
    assert_eq!(execute().await.status, 200, "it has come");
    bench.keeps(vec![OrderView { status: OrderStatusView::Released, ..kept(&tx, halves) }]);
    let over = execute().await;
    assert_eq!((over.status, code(&over).as_str()), (410, "COURT_ORDER_OVER"), "{}", over.body);
    assert!(!over.body.contains("sealed"), "{}", over.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_over_gives_nothing() {
    let bench = Bench::new().await;
    let clerk = bench.officer(Office::JudgeClerk).await;
    let tx = order();
    let execute = format!("/api/court-orders/{}/execute", Hex(tx.id()));
    let halves = vec![shared(HolderView::Regulator(0)), shared(HolderView::Company)];
    for (status, named) in [
        (OrderStatusView::Expired, "EXPIRED"),
        (OrderStatusView::Released, "RELEASED"),
        (OrderStatusView::Revoked, "REVOKED"),
    ] {
        bench.keeps(vec![OrderView { status, ..kept(&tx, halves.clone()) }]);
        let over = bench.post(&execute, &clerk, json!({"partial": true})).await;
        assert_eq!((over.status, code(&over).as_str()), (410, "COURT_ORDER_OVER"), "{}", over.body);
        assert_eq!(over.json()["error"]["details"]["status"], named);
        assert!(!over.body.contains("sealed"), "{}", over.body);
    }
    bench.keeps(vec![kept(&tx, halves)]);
    bench.refuses(Some(Reason::OrderExpired));
    let over = bench.post(&execute, &clerk, json!({})).await;
    assert_eq!((over.status, code(&over).as_str()), (410, "COURT_ORDER_OVER"), "by the clock: {}", over.body);
}

/// What a custodian refused is not awaited for ever: it is said.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_and_what_is_there_can_be_had() {
    let bench = Bench::new().await;
    let clerk = bench.officer(Office::JudgeClerk).await;
    let tx = order();
    let execute = format!("/api/court-orders/{}/execute", Hex(tx.id()));
    let no = DeedView::Refused { holder: HolderView::Company, why: "declined".to_owned() };
    bench.keeps(vec![kept(&tx, vec![shared(HolderView::Regulator(0)), no])]);
    for body in [json!({}), json!({"partial": true})] {
        let refused = bench.post(&execute, &clerk, body).await;
        assert_eq!(refused.status, 409, "{}", refused.body);
        let why = json!([{"holder": "company", "why": "declined"}]);
        assert_eq!(refused.json()["error"]["details"]["refused_by"], why);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_order_of_a_known_judge_reaches_no_pool() {
    let bench = Bench::new().await;
    let clerk = bench.officer(Office::JudgeClerk).await;
    let submit = async |body: Value| bench.post("/api/court-orders/submit", &clerk, body).await;
    let propose = TxKind::Propose(Propose {
        bank: BankId(0),
        change: Change::RetireJudge(JudgeId(1)),
        effective_at: Height(9),
    });
    let long = format!("0x{}", "00".repeat(8_000));
    let trailing = format!("{}00", hex_of(&order()).as_str().unwrap());
    for (body, named) in [
        (json!({}), "INVALID_BODY"),
        (json!({"signed_order": 5}), "INVALID_BODY"),
        (json!({"signed_order": "0x"}), "INVALID_BODY"),
        (json!({"signed_order": "0xzz"}), "INVALID_BODY"),
        (json!({"signed_order": long}), "INVALID_BODY"),
        (json!({"signed_order": trailing}), "INVALID_BODY"),
        (json!({"signed_order": hex_of(&order()), "judge_id": 1}), "INVALID_BODY"),
        (json!({"signed_order": hex_of(&signed(propose))}), "NOT_A_COURT_ORDER"),
    ] {
        let reply = submit(body).await;
        assert_eq!((reply.status, code(&reply).as_str()), (400, named), "{}", reply.body);
    }
    for reason in [Reason::UnknownJudge, Reason::JudgeRetired, Reason::BadSignature, Reason::OrderExpired] {
        bench.refuses(Some(reason));
        let reply = submit(json!({"signed_order": hex_of(&order())})).await;
        assert_eq!((reply.status, code(&reply).as_str()), (400, reason.code()), "{}", reply.body);
    }
    assert_eq!(bench.waiting(), []);
}

/// The fields beside a proposal must be those that the bank signed.
#[tokio::test(flavor = "multi_thread")]
async fn a_judge_is_proposed_by_what_a_bank_signed() {
    let bench = Bench::new().await;
    let regulator = bench.officer(Office::Regulator).await;
    let mut second = judge(JudgeId(2));
    second.name = "B. Nair, High Court of Kerala".to_owned();
    let change = Change::RegisterJudge(Box::new(second));
    let tx = signed(TxKind::Propose(Propose { bank: BankId(0), change, effective_at: Height(9) }));
    let good = json!({"judge_id": 2, "full_name": "B. Nair", "court_name": "High Court of Kerala",
                      "jurisdiction": "Kerala", "proposal": hex_of(&tx)});
    let propose = async |change: &dyn Fn(&mut Value)| {
        let mut body = good.clone();
        change(&mut body);
        bench.post("/api/court-orders/judges", &regulator, body).await
    };
    type Spoil = fn(&mut Value);
    let table: [(Spoil, &str); 6] = [
        (|body| body["judge_id"] = json!(3), "NOT_A_JUDGE_PROPOSAL"),
        (|body| body["full_name"] = json!("C. Nair"), "NOT_A_JUDGE_PROPOSAL"),
        (|body| body["court_name"] = json!("High Court"), "NOT_A_JUDGE_PROPOSAL"),
        (|body| body["proposal"] = hex_of(&order()), "NOT_A_JUDGE_PROPOSAL"),
        (|body| body["judge_id"] = json!("JUDGE_1"), "INVALID_BODY"),
        (|body| body["full_name"] = json!("a\u{e9}"), "INVALID_BODY"),
    ];
    for (spoil, named) in table {
        let reply = propose(&spoil).await;
        assert_eq!((reply.status, code(&reply).as_str()), (400, named), "{}", reply.body);
    }
    assert_eq!(bench.waiting(), []);
    let taken = propose(&|_| {}).await;
    assert_eq!(taken.status, 201, "{}", taken.body);
    let shown = taken.json();
    assert_eq!((&shown["status"], &shown["proposal_id"]), (&json!("PENDING"), &json!(Hex(tx.id()))));
    assert_eq!(
        (&shown["judge"]["full_name"], &shown["judge"]["is_active"]),
        (&json!("B. Nair"), &json!(false))
    );
    assert_eq!(bench.waiting(), [tx.id()]);
    let listed = bench.get("/api/court-orders/judges", &regulator).await.json();
    assert_eq!(
        (&listed["judges"][0]["court_name"], &listed["judges"][0]["is_active"]),
        (&json!("High Court of Delhi"), &json!(true))
    );
    assert!(listed["judges"][0]["authorized_at"].is_string(), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_paged_and_queries_have_rules() {
    let bench = Bench::new().await;
    let auditor = bench.officer(Office::Auditor).await;
    let of = |n: u8| OrderView { id: Hex(OrderId([n; 32])), ..order_view() };
    bench.keeps((1..=3).map(of).collect());
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let page = bench.get(&format!("/api/court-orders?limit=2{cursor}"), &auditor).await.json();
        seen.extend(page["orders"].as_array().unwrap().iter().map(|order| order["id"].clone()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let all: Vec<Value> = (1..=3).map(|n| json!(of(n).id)).collect();
    assert_eq!(seen, all);
    let approved = bench.get("/api/court-orders?status=APPROVED", &auditor).await.json();
    assert_eq!(approved["count"], 3);
    for bad in [
        "?status=NONE",
        "?status=approved",
        "?cursor=zz",
        "?limit=0",
        "/judges?cursor=x",
        "/judges?cursor=%2B1",
        "/audit-trail?cursor=7",
        "/audit-trail?cursor=%2B2-0",
        "/audit-trail/verify?start_id=%2B1",
        "/audit-trail/verify?start_id=0",
        "/audit-trail/verify?start_id=x",
        "/audit-trail/verify?start_id=3&end_id=2",
        "/audit-trail/verify?start_id=4",
    ] {
        let reply = bench.get(&format!("/api/court-orders{bad}"), &auditor).await;
        assert_eq!((reply.status, code(&reply).as_str()), (400, "INVALID_QUERY"), "{bad}: {}", reply.body);
    }
    assert_eq!(bench.get("/api/court-orders/nonsense", &auditor).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_tells_steps_with_the_blocks_that_hold_them() {
    let bench = Bench::new().await;
    let auditor = bench.officer(Office::Auditor).await;
    let trail = bench.get("/api/court-orders/audit-trail", &auditor).await.json();
    let log = trail["audit_log"].as_array().unwrap();
    let types: Vec<&str> = log.iter().filter_map(|entry| entry["event_type"].as_str()).collect();
    assert_eq!(types, ["COURT_ORDER_APPROVED", "COURT_ORDER_SHARE_RELEASED"]);
    assert_eq!((&log[0]["id"], &log[0]["judge_id"]), (&json!("2-0"), &json!(1)));
    for entry in log {
        let (current, previous) = (&entry["current_log_hash"], &entry["previous_log_hash"]);
        assert!(current.is_string() && previous.is_string() && current != previous, "{entry}");
        assert!(entry["created_at"].is_string(), "{entry}");
    }
    let walked = bench.get("/api/court-orders/audit-trail/verify?start_id=2", &auditor).await.json();
    assert_eq!(
        (&walked["chain_valid"], &walked["verified_range"]),
        (&json!(true), &json!({"start_id": 2, "end_id": 3}))
    );
}
