//! Who is let in: whoever shows a good token of a login that lasts.

use super::{Fields, Server, person};
use crate::error::UNAUTHORIZED;
use crate::rest::{Known, known};
use crate::socketio::seats::Seat;
use idx_types::Height;
use serde::Deserialize;
use serde_json::Value;

/// From where a client wants to go on.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Wanted {
    /// The last sequence of its stream that it has.
    pub since: Option<u64>,
    /// Which stream that was of.
    pub stream: Option<String>,
    /// The last height that it has.
    pub since_height: Option<Height>,
}

/// What a client says when it connects; whatever else it says is passed by.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Auth {
    token: Value,
    since: Value,
    stream: Value,
    since_height: Value,
}

/// A number, also one in a text.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

impl Wanted {
    /// As the query of the first request says.
    pub(super) fn of_query(fields: &Fields) -> Self {
        let number = |name| fields.get(name).and_then(|text| text.parse().ok());
        let stream = fields.get("stream").cloned();
        Self { since: number("since"), stream, since_height: number("since_height").map(Height) }
    }

    /// As the connection itself says, where it says anything.
    fn or_by(self, auth: &Auth) -> Self {
        Self {
            since: number(&auth.since).or(self.since),
            stream: auth.stream.as_str().map(str::to_owned).or(self.stream),
            since_height: number(&auth.since_height).map(Height).or(self.since_height),
        }
    }
}

/// Somebody who is let in, and what that holds of the node.
pub(super) struct Admitted {
    pub known: Known,
    pub wanted: Wanted,
    pub _seat: Seat<Vec<u8>>,
}

/// A refusal, as the client hears it.
pub(super) struct NotAdmitted {
    pub code: &'static str,
    pub message: &'static str,
}

const UNKNOWN: NotAdmitted = NotAdmitted {
    code: "UNAUTHORIZED",
    message: "The token is not valid, or its login is over: log in again.",
};
const NO_TOKEN: NotAdmitted =
    NotAdmitted { code: "UNAUTHORIZED", message: "Send auth: {token} with the token of your login." };
const TOO_MANY: NotAdmitted =
    NotAdmitted { code: "TOO_MANY_SOCKETS", message: "You have too many connections; close one." };
const FAILED: NotAdmitted = NotAdmitted { code: "BUSY", message: "The bank cannot look now; try again." };

impl Server {
    /// Lets in whom a client proves to speak for.
    pub(super) async fn admit(&self, said: Value, wanted: Wanted) -> Result<Admitted, NotAdmitted> {
        let auth: Auth = serde_json::from_value(said).unwrap_or_default();
        let token = auth.token.as_str().ok_or(NO_TOKEN)?;
        let known = match known(&self.context, token).await {
            Ok(known) => known.ok_or(UNKNOWN)?,
            Err(error) if error.code == UNAUTHORIZED => return Err(UNKNOWN),
            Err(_) => return Err(FAILED),
        };
        let seat = self.people.take(person(&known.caller.holder)).ok_or(TOO_MANY)?;
        Ok(Admitted { known, wanted: wanted.or_by(&auth), _seat: seat })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_connection_says_more_than_its_address() {
        let query = [("since", "4"), ("stream", "a"), ("since_height", "9"), ("t", "x")];
        let fields: Fields = query.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let wanted = || Wanted::of_query(&fields);
        let expected = |since, stream: &str, height| Wanted {
            since: Some(since),
            stream: Some(stream.to_owned()),
            since_height: Some(Height(height)),
        };
        let table = [
            (json!({}), expected(4, "a", 9)),
            (json!({"since": 7}), expected(7, "a", 9)),
            (json!({"since": "7", "stream": "b", "since_height": 3, "more": {}}), expected(7, "b", 3)),
            (json!({"since": -1, "stream": 5}), expected(4, "a", 9)),
        ];
        for (said, wants) in table {
            let auth: Auth = serde_json::from_value(said.clone()).unwrap();
            assert_eq!(wanted().or_by(&auth), wants, "{said}");
        }
    }
}
