//! What goes over the wire: packets of Engine.IO 4 and, in their messages, of Socket.IO 5, as text.
//!
//! | Engine.IO | | Socket.IO, in a message | |
//! |---|---|---|---|
//! | `0` | open | `0` | connect |
//! | `1` | close | `1` | disconnect |
//! | `2` `3` | ping, pong | `2` `3` | event, its acknowledgement |
//! | `4` | message | `4` | connection refused |
//! | `5` `6` | upgraded, nothing | `5` `6` | the same as `2` `3` with binary parts |

use super::EventLimits;
use crate::news::Words;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

/// Between the packets of one answer to a poll.
pub(super) const SEPARATOR: char = '\u{1e}';

/// The server asks whether the client lives.
pub(super) const PING: &str = "2";

/// Nothing, so that a poll ends.
pub(super) const NOTHING: &str = "6";

/// The end of the connection, to a poll.
pub(super) const CLOSE: &str = "1";

/// The end of the Socket.IO connection.
pub(super) const DISCONNECT: &str = "41";

/// The client tries the WebSocket, and is answered; then moves to it.
pub(super) const PROBE: &str = "2probe";
/// See [`PROBE`].
pub(super) const PROBED: &str = "3probe";
/// See [`PROBE`].
pub(super) const UPGRADED: &str = "5";

/// A packet of a client. It may hold a token, so it is shown in tests alone.
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(super) enum Packet {
    /// It lives.
    Pong,
    /// It leaves.
    Close,
    /// It wants to be let in, with what it says of itself.
    Connect(Value),
    /// It wants to be let in where there is nothing.
    ElsewhereConnect(String),
    /// An event or an acknowledgement; there is nobody here to hear it.
    Unheard,
}

impl Packet {
    /// Reads one packet; `None` if a Socket.IO client would not send it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.split_at_checked(1)? {
            ("1", "") => Some(Self::Close),
            ("3", "") => Some(Self::Pong),
            ("4", message) => Self::parse_message(message),
            _ => None,
        }
    }

    fn parse_message(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_at_checked(1)?;
        let (place, rest) = match rest.strip_prefix('/') {
            Some(_) => rest.split_once(',').unwrap_or((rest, "")),
            None => ("/", rest),
        };
        match kind {
            "0" if place != "/" => Some(Self::ElsewhereConnect(place.to_owned())),
            "0" if rest.is_empty() => Some(Self::Connect(Value::Null)),
            "0" => serde_json::from_str(rest).ok().map(Self::Connect),
            "1" => Some(Self::Close),
            "2" | "3" => {
                let list = rest.trim_start_matches(|c: char| c.is_ascii_digit());
                let is_list = list.starts_with('[') && serde_json::from_str::<IgnoredAny>(list).is_ok();
                is_list.then_some(Self::Unheard)
            }
            _ => None,
        }
    }
}

/// The first packet.
pub(super) fn open(sid: &str, upgrades: &[&str], limits: &EventLimits) -> String {
    let ping_ms = u64::try_from(limits.ping_interval.as_millis()).unwrap_or(u64::MAX);
    let hello = json!({
        "sid": sid,
        "upgrades": upgrades,
        "pingInterval": ping_ms,
        "pingTimeout": ping_ms,
        "maxPayload": limits.message_bytes_max,
    });
    format!("0{hello}")
}

/// The client is let in.
pub(super) fn connected(id: &str) -> Words {
    format!("40{}", json!({ "sid": id })).into()
}

/// The client is not let in; what it hears as `connect_error`.
pub(super) fn refused(code: &str, message: &str) -> Words {
    format!("44{}", json!({"message": message, "data": {"code": code}})).into()
}

/// There is nothing at this place.
pub(super) fn refused_elsewhere(place: &str) -> Words {
    format!("44{place},{}", json!({"message": "Invalid namespace"})).into()
}

/// An event.
pub(super) fn event(name: &'static str, payload: &Value) -> Words {
    format!("42{}", json!([name, payload])).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_send_is_read_and_nothing_else() {
        let auth = json!({"token": "a.b.c"});
        let table = [
            ("3", Some(Packet::Pong)),
            ("1", Some(Packet::Close)),
            ("40", Some(Packet::Connect(Value::Null))),
            ("40{\"token\":\"a.b.c\"}", Some(Packet::Connect(auth.clone()))),
            ("40/,{\"token\":\"a.b.c\"}", Some(Packet::Connect(auth))),
            ("40/admin,{}", Some(Packet::ElsewhereConnect("/admin".to_owned()))),
            ("40/admin", Some(Packet::ElsewhereConnect("/admin".to_owned()))),
            ("41", Some(Packet::Close)),
            ("42[\"hello\",{\"a\":1}]", Some(Packet::Unheard)),
            ("4212[\"hello\"]", Some(Packet::Unheard)),
            ("43[]", Some(Packet::Unheard)),
            ("", None),
            ("4", None),
            ("2", None),
            ("3probe", None),
            ("9", None),
            ("40{", None),
            ("42{}", None),
            ("42[", None),
            ("44{}", None),
            ("451-[\"a\",{\"_placeholder\":true,\"num\":0}]", None),
            ("bAAAA", None),
            ("\u{e9}", None),
        ];
        for (text, packet) in table {
            assert_eq!(Packet::parse(text), packet, "{text}");
        }
    }
}
