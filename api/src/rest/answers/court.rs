//! Of court orders, judges and the audit trail. Steps and targets have the words of JSON-RPC.

use super::chain::BankTag;
use super::values::{Null, Submitted, Words};
use crate::rest::schema::{Maybe, Parts, Schema, objects, values, words};
use idx_client::encoding::{Bytes, Hex, Time};
use idx_client::views::{EnvelopeView, HolderView};
use idx_crypto::{Hash32, HpkePublic, PublicKey};
use idx_types::{Height, JudgeId, OrderId, PrivateHash, SessionId, TxId};
use serde_json::{Value, json};

/// A place in the audit trail: height and index.
pub(crate) enum PlaceText {}

/// The number of a judge as a page's end.
pub(crate) enum JudgeCursor {}

values! {
    JudgeId: r#"{"type":"integer","minimum":0,"maximum":65535}"#;
    PlaceText: r#"{"type":"string","pattern":"^[0-9]+-[0-9]+$"}"#;
    JudgeCursor: r#"{"type":"string","pattern":"^[0-9]{1,5}$"}"#;
    HolderView: r#"{"oneOf":[{"const":"company"},{"type":"object","properties":{"regulator":{"type":"integer",
        "minimum":0,"maximum":65535}},"required":["regulator"],"additionalProperties":false}]}"#;
}

impl Schema for EnvelopeView {
    fn schema(parts: &mut Parts) -> Value {
        let session = SessionId::schema(parts);
        let named = json!({"type": "object", "properties": {"session": session}, "required": ["session"],
            "additionalProperties": false});
        json!({"oneOf": [{"const": "account"}, named]})
    }
}

words! {
    /// Where an order stands.
    OrderStanding { "PENDING", "FAILED", "APPROVED", "EXECUTED", "EXPIRED", "RELEASED", "REVOKED" }
    /// Whom an order is for.
    TargetKind { "party", "session", "person" }
    /// A side of a transaction.
    SideName { "sender", "receiver" }
    /// What happened to an order.
    DeedName {
        "approved", "answered", "froze", "shared", "refused", "opened", "released", "expired", "revoked"
    }
    /// What an order still needs.
    AwaitedKind { "approval", "answer", "half" }
    /// From whom.
    AwaitedFrom { "banks", "bank", "regulator", "company" }
    /// What happened, in the style of existing clients.
    EventType {
        "COURT_ORDER_APPROVED", "COURT_ORDER_ANSWERED", "ACCOUNT_FREEZE_TRIGGERED",
        "COURT_ORDER_SHARE_RELEASED", "COURT_ORDER_SHARE_REFUSED", "COURT_ORDER_DECRYPT",
        "COURT_ORDER_RELEASED", "COURT_ORDER_EXPIRED", "COURT_ORDER_REVOKED"
    }
}

objects! {
    /// Who a judge is; `jurisdiction` is not kept.
    JudgeNamed {
        id: JudgeId,
        judge_id: JudgeId,
        full_name: Words,
        court_name: Option<Words>,
        jurisdiction: Null,
        is_active: bool,
        signing_key: Hex<PublicKey>,
        hpke_key: Hex<HpkePublic>,
    }
    /// A judge whom the banks have authorised, or had.
    Judge: JudgeNamed { authorized_at: Option<Time>, active_from: Height, retired_from: Option<Height> }
    /// A page of judges.
    JudgePage { count: usize, judges: Vec<Judge>, next_cursor: Option<JudgeCursor> }
    /// A judge before the banks.
    ProposedJudge: JudgeNamed { authorized_at: Null }
    /// That a proposal is on its way.
    Proposed {
        message: Words,
        status: Submitted,
        proposal_id: Hex<TxId>,
        effective_at: Height,
        judge: ProposedJudge,
    }
    /// Whom an order is for, as far as the public may know.
    OrderTarget {
        of: TargetKind,
        tx: Maybe<Hex<TxId>>,
        party: Maybe<SideName>,
        session: Maybe<SessionId>,
        bank: Maybe<BankTag>,
        person_commitment: Maybe<Hex<Hash32>>,
        banks: Maybe<Vec<BankTag>>,
    }
    /// Something that happened to an order; which fields it has depends on `deed`.
    OrderStep {
        height: Height,
        tx: Maybe<Hex<TxId>>,
        deed: DeedName,
        bank: Maybe<BankTag>,
        accounts: Maybe<u64>,
        holder: Maybe<HolderView>,
        envelope: Maybe<EnvelopeView>,
        why: Maybe<Words>,
        digest: Maybe<Hex<Hash32>>,
    }
    /// What an order still needs.
    Awaited { what: AwaitedKind, from: AwaitedFrom, bank: Maybe<BankTag>, missing: Maybe<u64> }
    /// A custodian who keeps its half, and why.
    RefusedBy { holder: HolderView, why: Words }
    /// An order. `failure` is the ledger's reason if it was refused.
    CourtOrder {
        id: Hex<OrderId>,
        order_id: Hex<OrderId>,
        judge_id: JudgeId,
        target_idx: Null,
        target: OrderTarget,
        reason: Words,
        case_number: Words,
        freeze_account: bool,
        accounts_frozen: u64,
        status: OrderStanding,
        failure: Option<Words>,
        issued_at: Time,
        expires_at: Time,
        executed_at: Option<Time>,
        access_granted: bool,
        is_expired: bool,
        answer_key: Hex<HpkePublic>,
        awaiting: Vec<Awaited>,
        refused_by: Vec<RefusedBy>,
        steps: Vec<OrderStep>,
    }
    /// One order.
    OneOrder { order: CourtOrder }
    /// An order that was handed in.
    OrderSubmitted { message: Words, order: CourtOrder }
    /// A page of orders, oldest first.
    OrderPage { count: usize, orders: Vec<CourtOrder>, next_cursor: Option<Hex<OrderId>> }
    /// What an order's judge can open; `sealed` to the order's answer key.
    SealedAnswers {
        order_id: Hex<OrderId>,
        target_idx: Null,
        envelopes: u64,
        awaiting: Vec<Awaited>,
        refused_by: Vec<RefusedBy>,
        answer_key: Hex<HpkePublic>,
        as_of: Height,
        sealed: Bytes,
    }
    /// The answers of an order.
    Executed { message: Words, result: SealedAnswers }
    /// A step, with the private block that holds it and the one before.
    TrailEntry {
        id: PlaceText,
        event_type: EventType,
        event_data: OrderStep,
        court_order_number: Hex<OrderId>,
        judge_id: Option<JudgeId>,
        case_number: Option<Words>,
        created_at: Option<Time>,
        current_log_hash: Option<Hex<PrivateHash>>,
        previous_log_hash: Option<Hex<PrivateHash>>,
    }
    /// Orders that the ledger no longer keeps one by one.
    PastOrders { count: u64, digest: Hex<Hash32> }
    /// A page of the audit trail.
    TrailPage {
        count: usize,
        audit_log: Vec<TrailEntry>,
        as_of: Height,
        past_orders: PastOrders,
        next_cursor: Option<PlaceText>,
    }
    /// Heights, both included.
    HeightRange { start_id: Height, end_id: Height }
    /// Whether the chain bears the trail out.
    TrailVerified {
        chain_valid: bool,
        message: Words,
        verified_range: HeightRange,
        steps: u64,
        broken: Vec<Words>,
        as_of: Height,
        next_start_id: Option<Height>,
    }
}
