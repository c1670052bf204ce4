//! Judges: who may order, and how a regulator's people bring a new one in.
//!
//! A judge is a decision of the banks: one proposes, four of six vote. So `POST` takes the proposal that a
//! bank signed offline, holds it against the fields beside it, and hands it in.

use super::{SignedHex, hand_in, query_number, time_of};
use crate::context::Context;
use crate::deps::Answer;
use crate::rest::body::{Field, bodies};
use crate::rest::error::Code;
use crate::rest::fields::Words;
use crate::rest::history::limit;
use crate::rest::route::{Call, Outcome, answer};
use idx_client::encoding::Hex;
use idx_client::views::JudgeView;
use idx_types::tx::{Change, Propose};
use idx_types::{Judge, JudgeId, TxKind};
use serde_json::{Value, json};

/// What stands between name and court in the one text that the ledger has for both.
const COURT_AFTER: &str = ", ";

/// The number of a judge.
pub(crate) struct JudgeNumber(JudgeId);

impl Field for JudgeNumber {
    const RULE: &'static str = "the judge's number on the ledger, 0 to 65535";
    const SCHEMA: &'static str = r#"{"type":"integer","minimum":0,"maximum":65535}"#;

    fn read(json: &str) -> Option<Self> {
        json.parse().ok().map(|number| Self(JudgeId(number)))
    }
}

/// A part of a judge's name.
pub(crate) struct NamePart(String);

impl Field for NamePart {
    const RULE: &'static str = "1 to 62 printable ASCII characters";
    const SCHEMA: &'static str = r#"{"type":"string","pattern":"^[ -~]{1,62}$"}"#;

    fn read(json: &str) -> Option<Self> {
        let text: String = serde_json::from_str(json).ok()?;
        let is_sound = (1..=62).contains(&text.len()) && text.bytes().all(|b| (b' '..=b'~').contains(&b));
        is_sound.then_some(Self(text))
    }
}

bodies! {
    /// A judge to be authorised, and a bank's signed proposal of exactly that.
    NewJudge {
        judge_id: JudgeNumber,
        full_name: NamePart,
        court_name: NamePart,
        proposal: SignedHex,
    };
    ignoring { jurisdiction: Option<Words> }
}

impl NewJudge {
    /// Whether the proposal is of this judge.
    fn is_of(&self, judge: &Judge) -> bool {
        let name = [&self.full_name.0, COURT_AFTER, &self.court_name.0].concat();
        judge.id == self.judge_id.0 && judge.name == name
    }
}

fn names_of(name: &str) -> (&str, Option<&str>) {
    match name.split_once(COURT_AFTER) {
        Some((name, court)) => (name, Some(court)),
        None => (name, None),
    }
}

fn judge_view(context: &Context, judge: &JudgeView) -> Answer<Value> {
    let (full_name, court_name) = names_of(&judge.name);
    Ok(json!({
        "id": judge.id,
        "judge_id": judge.id,
        "full_name": full_name,
        "court_name": court_name,
        "jurisdiction": null,
        "is_active": judge.retired_from.is_none(),
        "authorized_at": time_of(context, judge.active_from)?,
        "active_from": judge.active_from,
        "retired_from": judge.retired_from,
        "signing_key": judge.signing_key,
        "hpke_key": judge.hpke_key,
    }))
}

pub(in crate::rest) async fn list(call: Call) -> Outcome {
    let (limit, after) = (limit(&call)?, query_number(&call, "cursor")?);
    let page = move |context: &Context| {
        let all = context.deps.orders.judges()?;
        let unread = |judge: &&JudgeView| after.is_none_or(|after| u64::from(judge.id.0) > after);
        let mut page: Vec<&JudgeView> = all.iter().filter(unread).take(limit + 1).collect();
        let more = page.len() > limit;
        page.truncate(limit);
        let next = page.last().filter(|_| more).map(|judge| judge.id.0.to_string());
        let judges: Answer<Vec<Value>> = page.iter().map(|judge| judge_view(context, judge)).collect();
        let judges = judges?;
        Ok(json!({"count": judges.len(), "judges": judges, "next_cursor": next}))
    };
    Ok(answer(call.rest.blocking(page).await?))
}

pub(in crate::rest) async fn propose(mut call: Call) -> Outcome {
    let new = NewJudge::read(std::mem::take(&mut call.fields))?;
    let tx = new.proposal.0.clone();
    let (judge, effective_at) = match &tx.body.kind {
        TxKind::Propose(Propose { change: Change::RegisterJudge(judge), effective_at, .. })
            if new.is_of(judge) =>
        {
            (judge.clone(), *effective_at)
        }
        _ => return Err(Code::NotAJudge.into()),
    };
    let id = hand_in(&call, tx).await?;
    let (full_name, court_name) = names_of(&judge.name);
    Ok(answer(json!({
        "message": "The proposal is handed in; the judge may order once the banks have voted for it",
        "status": "PENDING",
        "proposal_id": Hex(id),
        "effective_at": effective_at,
        "judge": {
            "id": judge.id,
            "judge_id": judge.id,
            "full_name": full_name,
            "court_name": court_name,
            "jurisdiction": null,
            "is_active": false,
            "authorized_at": null,
            "signing_key": Hex(judge.signing_key),
            "hpke_key": Hex(judge.hpke_key),
        },
    })))
}
