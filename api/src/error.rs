//! What a refused call is told: JSON-RPC's own codes, the ledger's reasons, the node's own limits.
//!
//! | code | meaning |
//! |---|---|
//! | -32700 … -32600 | as JSON-RPC 2.0 section 5.1 says |
//! | -32000 - n | the ledger's reason of number n; `data.reason` is its stable code |
//! | -31000 … -31007 | a limit of this node, see the constants |
//! | -30000 - n | the bank's desk says no; `data.reason` is the stable code |

use crate::deps::{QueryError, Refusal};
use crate::statements::NoStatement;
use idx_types::Reason;
use serde::Serialize;
use serde_json::{Value, json};

/// The body is not JSON.
pub const PARSE_ERROR: i32 = -32700;
/// The JSON is not a request.
pub const INVALID_REQUEST: i32 = -32600;
/// No such method.
pub const METHOD_NOT_FOUND: i32 = -32601;
/// The parameters are not those of the method.
pub const INVALID_PARAMS: i32 = -32602;
/// The node failed; its log says how.
pub const INTERNAL_ERROR: i32 = -32603;
/// Minus the number of a ledger's reason.
pub const LEDGER_BASE: i32 = -32000;
/// Minus the place of a desk's refusal in its list.
pub const DESK_BASE: i32 = -30000;
/// The request has too many bytes.
pub const REQUEST_TOO_LARGE: i32 = -31000;
/// The batch has too many entries.
pub const BATCH_TOO_LONG: i32 = -31001;
/// The answer has too many bytes; ask for less.
pub const RESPONSE_TOO_LARGE: i32 = -31002;
/// The connection has too many subscriptions.
pub const TOO_MANY_SUBSCRIPTIONS: i32 = -31003;
/// The request took too long.
pub const DEADLINE: i32 = -31004;
/// This node does not keep what was asked for.
pub const NOT_KEPT: i32 = -31005;

/// The token proves nothing.
pub const UNAUTHORIZED: i32 = -31006;
/// It is not the account's owner who asks.
pub use idx_client::NOT_OWNER;

/// A JSON-RPC error object.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RpcError {
    /// See the table of this module.
    pub code: i32,
    /// One sentence.
    pub message: String,
    /// `reason`, `sentence`, `retriable` and, where there is more to say, `detail`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl RpcError {
    /// An error of JSON-RPC itself, worded as in its specification.
    pub(crate) fn standard(code: i32) -> Self {
        let message = match code {
            PARSE_ERROR => "Parse error",
            INVALID_REQUEST => "Invalid Request",
            METHOD_NOT_FOUND => "Method not found",
            INVALID_PARAMS => "Invalid params",
            _ => "Internal error",
        };
        Self { code, message: message.to_owned(), data: None }
    }

    /// Parameters that are not those of the method; `what` names the wrong one.
    pub(crate) fn params<T: ToString>(what: T) -> Self {
        let data = json!({"reason": "INVALID_PARAMS", "sentence": what.to_string(), "retriable": false});
        Self { data: Some(data), ..Self::standard(INVALID_PARAMS) }
    }

    /// A limit of this node.
    pub(crate) fn limit(code: i32, reason: &str, sentence: String, retriable: bool) -> Self {
        let data = json!({"reason": reason, "sentence": sentence, "retriable": retriable});
        Self { code, message: sentence, data: Some(data) }
    }

    /// The node has more to do than it will take on.
    pub(crate) fn busy(detail: &str) -> Self {
        Refusal { reason: Reason::NodeBusy, detail: detail.to_owned() }.into()
    }

    /// The desk says no.
    pub(crate) fn desk(refusal: idx_bank::desk::Refusal) -> Self {
        let place =
            idx_bank::desk::Refusal::ALL.iter().position(|known| *known == refusal).unwrap_or_default();
        let code = DESK_BASE - i32::try_from(place).unwrap_or_default();
        let retriable = refusal == idx_bank::desk::Refusal::BankBusy;
        Self::limit(code, refusal.code(), refusal.sentence().to_owned(), retriable)
    }

    /// The node is no bank's, or has no customers.
    pub(crate) fn no_customers() -> Self {
        Self::limit(NOT_KEPT, "NOT_SERVED", "This node serves no customers.".to_owned(), false)
    }

    /// Whoever asks has not proved to be the customer.
    pub(crate) fn unauthorized() -> Self {
        let sentence = "The token is missing, wrong or expired, or its login is over.".to_owned();
        Self::limit(UNAUTHORIZED, "UNAUTHORIZED", sentence, false)
    }

    /// A customer's account is asked for by somebody who has not proved to be that customer; the same whether
    /// there is such an account or not.
    pub(crate) fn not_owner() -> Self {
        let sentence = "An account is shown to its owner alone: send `owner`, a final height of the last 600 \
                        signed with the key of a session of the account that is open.";
        Self::limit(NOT_OWNER, "NOT_OWNER", sentence.to_owned(), false)
    }

    /// The time of the request is over.
    pub(crate) fn deadline() -> Self {
        Self::limit(DEADLINE, "DEADLINE", "The request took too long; ask for less at once.".into(), true)
    }
}

impl From<Refusal> for RpcError {
    fn from(Refusal { reason, detail }: Refusal) -> Self {
        let mut data = json!({
            "reason": reason.code(),
            "sentence": reason.sentence(),
            "retriable": reason.retriable(),
        });
        if !detail.is_empty() {
            data["detail"] = detail.into();
        }
        Self { code: ledger_code(reason), message: reason.sentence().to_owned(), data: Some(data) }
    }
}

/// The code of a ledger's reason.
pub fn ledger_code(reason: Reason) -> i32 {
    LEDGER_BASE - i32::from(reason.number())
}

impl From<QueryError> for RpcError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Refused(reason) => Refusal::from(reason).into(),
            QueryError::NotKept(what) => Self::limit(NOT_KEPT, "NOT_KEPT", what, false),
            QueryError::Failed(how) => {
                tracing::error!(%how, "a read for a client failed");
                Self::standard(INTERNAL_ERROR)
            }
        }
    }
}

impl From<NoStatement> for RpcError {
    fn from(why: NoStatement) -> Self {
        match why {
            NoStatement::NotOpen => Self::desk(idx_bank::desk::Refusal::AccountNotOpen),
            NoStatement::Query(error) => error.into(),
            NoStatement::TooLong | NoStatement::Unexplained(_) => Self::params(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_own_code_in_the_range_for_servers() {
        for reason in Reason::ALL {
            let code = ledger_code(*reason);
            assert!((-32099..=-32001).contains(&code), "{reason:?} has {code}");
            let data = RpcError::from(Refusal::from(*reason)).data.unwrap();
            assert_eq!(data["reason"], reason.code());
            assert_eq!(data["retriable"], reason.retriable());
        }
    }

    #[test]
    fn a_failing_store_does_not_talk_to_strangers() {
        let error = RpcError::from(QueryError::Failed("secret path".into()));
        assert!(!serde_json::to_string(&error).unwrap().contains("secret"));
    }
}
