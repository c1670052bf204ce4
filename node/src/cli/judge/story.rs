//! Orders and their stories for people.

use super::super::output::table;
use crate::rpc::{bank_name, bank_names};
use idx_client::views::{
    DeedView, EnvelopeView, HolderView, OrderStepView, OrderTargetView, OrderView, PartyView,
};

/// One order, whole.
pub fn order_text(view: &OrderView) -> String {
    let order = &view.order;
    let freeze = if order.freeze { "yes" } else { "no" };
    let head = format!(
        "order {}  {}\njudge#{}  case {}  until {}  freeze {freeze}\nreason: {}\ntarget: {}",
        view.id,
        view.status,
        order.judge.0,
        order.case_number,
        order.expires_at,
        order.reason,
        target_text(&order.target),
    );
    format!("{head}\n{}", table(["height", "what", "transaction"], view.steps.iter().map(step_row)))
}

/// All orders, a row each.
pub fn orders_text(orders: &[OrderView]) -> String {
    let row = |view: &OrderView| {
        let last = view.steps.last().map_or_else(String::new, |step| deed_text(&step.deed));
        let case = view.order.case_number.clone();
        [view.id.to_string(), case, view.status.to_string(), view.order.expires_at.to_string(), last]
    };
    table(["order", "case", "status", "until", "last"], orders.iter().map(row))
}

fn step_row(step: &OrderStepView) -> [String; 3] {
    let tx = step.tx.map_or_else(|| "-".to_owned(), |tx| tx.to_string());
    [step.height.to_string(), deed_text(&step.deed), tx]
}

fn target_text(target: &OrderTargetView) -> String {
    match target {
        OrderTargetView::Party { tx, party, session, bank } => {
            let side = match party {
                PartyView::Sender => "sender",
                PartyView::Receiver => "receiver",
            };
            format!("the {side} of {tx}: {session} at {}", bank_name(bank))
        }
        OrderTargetView::Session { session, bank } => format!("{session} at {}", bank_name(bank)),
        OrderTargetView::Person { banks, .. } => format!("a person, by {}", bank_names(banks)),
    }
}

/// A step in words.
pub fn deed_text(deed: &DeedView) -> String {
    match deed {
        DeedView::Approved => "approved by the banks: active".to_owned(),
        DeedView::Answered { bank, accounts } => format!("{} named {accounts} accounts", bank_name(bank)),
        DeedView::Froze => "a home bank froze an account for it".to_owned(),
        DeedView::Shared { holder, envelope } => {
            format!("{} released its half of {}", holder_text(*holder), envelope_text(*envelope))
        }
        DeedView::Refused { holder, why } => format!("{} refused: {why}", holder_text(*holder)),
        DeedView::Opened { envelope, .. } => format!("the judge opened {}", envelope_text(*envelope)),
        DeedView::Released => "released by its judge".to_owned(),
        DeedView::Expired => "expired".to_owned(),
        DeedView::Revoked => "revoked: its judge was retired".to_owned(),
    }
}

fn holder_text(holder: HolderView) -> String {
    match holder {
        HolderView::Company => "the company".to_owned(),
        HolderView::Regulator(place) => format!("regulator#{place}"),
    }
}

/// The beginning of a long name: enough to tell the sessions of one order's story apart.
fn short(name: &str) -> String {
    format!("{}...", name.chars().take(16).collect::<String>())
}

fn envelope_text(envelope: EnvelopeView) -> String {
    match envelope {
        EnvelopeView::Session(session) => short(&session.to_string()),
        EnvelopeView::Account => "an account".to_owned(),
    }
}
