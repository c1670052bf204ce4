//! Why a call brought no answer.

use crate::views::{Cursor, reason_of};
use idx_types::Reason;
use jsonrpsee::core::client::Error as RpcFailure;
use jsonrpsee::types::ErrorObjectOwned;

/// The JSON-RPC code of an account that is not shown to the one who asks.
pub const NOT_OWNER: i32 = -31_007;

/// Why a call brought no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The node said no.
    #[error("the node refused (code {code}): {message} {}", detail.as_deref().unwrap_or_default())]
    Rpc {
        /// The JSON-RPC code.
        code: i32,
        /// The ledger's reason, if it is one.
        reason: Option<Reason>,
        /// One sentence.
        message: String,
        /// What exactly is wrong, where the node said more.
        detail: Option<String>,
        /// Whether the node says that the same call may succeed later.
        retriable: bool,
    },
    /// The node was not reached, or went away.
    #[error("the node at {url} was not reached: {why}")]
    Transport {
        /// Where it should be.
        url: String,
        /// In words.
        why: String,
    },
    /// The answer is not what this software knows.
    #[error("the node's answer was not understood: {0}")]
    Decode(String),
    /// A subscription lost deliveries on the way.
    #[error("delivery {expected} was expected, {got} came; subscribe again after {resume:?}")]
    Gap {
        /// The next number.
        expected: u64,
        /// The number that came.
        got: u64,
        /// Where to go on.
        resume: Option<Cursor>,
    },
}

impl ClientError {
    /// Whether the same call may succeed later.
    pub const fn retriable(&self) -> bool {
        match self {
            Self::Rpc { retriable, .. } => *retriable,
            Self::Transport { .. } => true,
            Self::Decode(_) | Self::Gap { .. } => false,
        }
    }

    /// Whether an account was not shown because it is not its owner who asks, or because it is not there.
    pub const fn is_not_owner(&self) -> bool {
        matches!(self, Self::Rpc { code: NOT_OWNER, .. })
    }

    /// The ledger's reason, if it is one.
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Self::Rpc { reason, .. } => *reason,
            _ => None,
        }
    }

    /// What jsonrpsee reports, in our words.
    pub(crate) fn of(failure: RpcFailure, url: &str) -> Self {
        match failure {
            RpcFailure::Call(object) => Self::refused(&object),
            RpcFailure::ParseError(error) => Self::Decode(error.to_string()),
            RpcFailure::InvalidSubscriptionId => Self::Decode("no subscription id".to_owned()),
            RpcFailure::InvalidRequestId(error) => Self::Decode(error.to_string()),
            other => Self::Transport { url: url.to_owned(), why: words(&other) },
        }
    }

    fn refused(object: &ErrorObjectOwned) -> Self {
        let data = object.data().and_then(|raw| serde_json::from_str::<serde_json::Value>(raw.get()).ok());
        let field = |name: &str| data.as_ref().and_then(|data| data.get(name).cloned());
        let text = |name: &str| field(name).and_then(|value| value.as_str().map(str::to_owned));
        let reason = text("reason").and_then(|code| reason_of(&code));
        let sentence = text("sentence").filter(|sentence| sentence != object.message());
        Self::Rpc {
            code: object.code(),
            reason,
            message: object.message().to_owned(),
            detail: text("detail").or(sentence),
            retriable: field("retriable").and_then(|value| value.as_bool()).unwrap_or(false),
        }
    }
}

/// An error with all its causes.
fn words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
