//! A turn of a transfer, or of a travel account, as its customer is told it.

use idx_bank::vault::{Matter, News, Status, Turn};
use idx_client::views::{EventDirection, TransferEventView, TravelStep};

/// The event that is about a turn. Approval and finality come together on this chain, so a transfer that
/// settles is validated and completed by one fact; [`names_of`] has both names.
const fn event_name(turn: &Turn) -> &'static str {
    match (turn.before, turn.status) {
        // Put back because a bank was silent, or no longer to choose here: no step forward, no end.
        (Some(Status::PublicConfirmed), Some(Status::Pending)) | (_, None) => "transaction_update",
        (_, Some(Status::AwaitingReceiver)) => "transaction_pending",
        (_, Some(Status::Pending)) => "transaction_confirmed",
        (_, Some(Status::PublicConfirmed)) => "transaction_mined",
        (_, Some(Status::Completed)) => "transaction_completed",
        (_, Some(Status::Failed | Status::Rejected | Status::Cancelled | Status::Expired)) => {
            "transaction_failed"
        }
    }
}

/// All events of a turn, in the order in which they are sent.
pub(crate) fn names_of(turn: &Turn) -> &'static [&'static str] {
    match event_name(turn) {
        "transaction_pending" => &["transaction_pending", "transaction_update"],
        "transaction_confirmed" => &["transaction_confirmed", "transaction_update"],
        "transaction_mined" => &["transaction_mined", "transaction_update"],
        "transaction_completed" => &["transaction_validated", "transaction_completed", "transaction_update"],
        "transaction_failed" => &["transaction_failed", "transaction_update"],
        _ => &["transaction_update"],
    }
}

/// Why a transfer ended, if not well.
fn reason_of(turn: &Turn) -> Option<&'static str> {
    match turn.status {
        Some(Status::Failed) => Some(turn.reason.map_or(Status::Failed.name(), |reason| reason.code())),
        Some(end @ (Status::Rejected | Status::Cancelled | Status::Expired)) => Some(end.name()),
        None => Some("TAKEN_ELSEWHERE"),
        Some(_) => None,
    }
}

const fn direction_of(matter: Matter) -> (EventDirection, Option<TravelStep>) {
    match matter {
        Matter::Sent => (EventDirection::Sent, None),
        Matter::Received => (EventDirection::Received, None),
        Matter::TravelOpening => (EventDirection::Travel, Some(TravelStep::Opening)),
        Matter::TravelClosing => (EventDirection::Travel, Some(TravelStep::Closing)),
        Matter::TravelExpiry => (EventDirection::Travel, Some(TravelStep::Expiry)),
    }
}

/// The payload of all events of a turn.
pub(super) fn view(stream: &str, news: &News) -> TransferEventView {
    let News { sequence, turn, .. } = news;
    let (direction, travel) = direction_of(turn.matter);
    TransferEventView {
        stream: stream.to_owned(),
        sequence: *sequence,
        event: event_name(turn).to_owned(),
        tx_hash: turn.id,
        direction,
        travel,
        status: turn.status.map(|status| status.name().to_owned()),
        previous_status: turn.before.map(|status| status.name().to_owned()),
        reason: reason_of(turn).map(str::to_owned),
        height: turn.height,
        time: turn.at.into(),
        amount: turn.amount,
        sender_session_id: (turn.matter != Matter::TravelExpiry).then_some(turn.session),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_types::{Idx, Paise, Reason, SessionId, TimestampMs, TxId};
    use serde_json::{Value, json};

    fn turn(before: Option<Status>, status: Option<Status>) -> Turn {
        let (at, id, matter) = (TimestampMs(1), TxId([2; 32]), Matter::Sent);
        let (amount, session) = (Paise(500_000), SessionId([3; 32]));
        Turn { at, id, matter, before, status, reason: None, height: None, amount, session }
    }

    /// From, to, the events beside the one stream, the reason.
    type Row = (Option<Status>, Option<Status>, &'static [&'static str], Option<&'static str>);

    #[test]
    fn every_turn_has_its_events_and_always_the_one_stream() {
        use Status::*;
        let table: [Row; 10] = [
            (None, Some(AwaitingReceiver), &["transaction_pending"], None),
            (Some(Pending), Some(AwaitingReceiver), &["transaction_pending"], None),
            (Some(AwaitingReceiver), Some(Pending), &["transaction_confirmed"], None),
            (Some(PublicConfirmed), Some(Pending), &[], None),
            (Some(Pending), Some(PublicConfirmed), &["transaction_mined"], None),
            (
                Some(PublicConfirmed),
                Some(Completed),
                &["transaction_validated", "transaction_completed"],
                None,
            ),
            (Some(PublicConfirmed), Some(Failed), &["transaction_failed"], Some("FAILED")),
            (Some(AwaitingReceiver), Some(Rejected), &["transaction_failed"], Some("REJECTED")),
            (Some(AwaitingReceiver), Some(Expired), &["transaction_failed"], Some("EXPIRED")),
            (Some(AwaitingReceiver), None, &[], Some("TAKEN_ELSEWHERE")),
        ];
        for (before, status, names, reason) in table {
            let turn = turn(before, status);
            let all = names_of(&turn);
            assert_eq!(all[..all.len() - 1], *names, "{before:?} to {status:?}");
            assert_eq!(all.last(), Some(&"transaction_update"));
            let shown = view("s", &News { customer: Idx([1; 32]), sequence: 4, turn });
            assert_eq!(shown.reason.as_deref(), reason);
            assert_eq!(shown.event, all[all.len().saturating_sub(2)]);
        }
    }

    #[test]
    fn a_failure_of_the_ledger_has_its_code() {
        let failed = Turn { reason: Some(Reason::AccountFrozen), ..turn(None, Some(Status::Failed)) };
        assert_eq!(reason_of(&failed), Some("ACCOUNT_FROZEN"));
    }

    /// What existing clients read of a transfer stays as it was; a travel account's step is told beside it.
    #[test]
    fn a_travel_account_s_step_is_told_by_its_own_names() {
        let table = [
            (Matter::Sent, "sent", None, true),
            (Matter::Received, "received", None, true),
            (Matter::TravelOpening, "travel", Some("opening"), true),
            (Matter::TravelClosing, "travel", Some("closing"), true),
            (Matter::TravelExpiry, "travel", Some("expiry"), false),
        ];
        for (matter, direction, travel, has_session) in table {
            let turn = Turn { matter, ..turn(Some(Status::Pending), Some(Status::Completed)) };
            let news = News { customer: Idx([1; 32]), sequence: 4, turn };
            let told = serde_json::to_value(view("s", &news)).unwrap();
            assert_eq!(
                (&told["direction"], told.get("travel")),
                (&json!(direction), travel.map(Value::from).as_ref())
            );
            assert_eq!(told["sender_session_id"].is_string(), has_session, "{told}");
        }
    }

    #[test]
    fn a_payload_names_no_person() {
        let news = News { customer: Idx([1; 32]), sequence: 4, turn: turn(None, Some(Status::Pending)) };
        let text = serde_json::to_string(&view("s", &news)).unwrap();
        assert!(!text.contains("IDX_") && !text.contains(&Idx([1; 32]).to_string()), "{text}");
    }
}
