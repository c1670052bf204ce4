//! What a refused request is told: one envelope, a closed list of codes, a status for each.

use crate::deps::{QueryError, Refusal as Refused};
use crate::error::{INTERNAL_ERROR, NOT_KEPT, RpcError, ledger_code};
use crate::statements::NoStatement;
use idx_bank::desk::Refusal;
use idx_types::Reason;
use serde_json::{Value, json};

/// Declares the interface's own codes: name, code, HTTP status, sentence.
macro_rules! codes {
    ($($name:ident = $code:literal, $status:literal, $sentence:literal;)*) => {
        /// A code of the interface itself; the desk's and the ledger's come beside it.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Code { $(#[doc = $sentence] $name,)* }

        impl Code {
            /// Every code.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name, HTTP status and sentence.
            pub(crate) const fn parts(self) -> (&'static str, u16, &'static str) {
                match self { $(Self::$name => ($code, $status, $sentence),)* }
            }
        }
    };
}

codes! {
    InvalidBody = "INVALID_BODY", 400, "The body is not what this route takes; details say what is wrong.";
    InvalidQuery = "INVALID_QUERY", 400, "The query is not what this route takes; details say what is wrong.";
    InvalidKey = "INVALID_IDEMPOTENCY_KEY", 400, "An Idempotency-Key has 1 to 128 visible ASCII characters.";
    OtherBank = "OTHER_BANK", 400, "This node serves the customers of another bank.";
    Unauthorized = "UNAUTHORIZED", 401, "Send a valid token: Authorization: Bearer TOKEN.";
    InvalidCredentials = "INVALID_CREDENTIALS", 401, "These credentials are not valid.";
    WrongTotp = "TOTP_CODE_INVALID", 401, "This is no code of the second factor at this time.";
    Forbidden = "FORBIDDEN", 403, "The role of this token may not do that.";
    NotFound = "NOT_FOUND", 404, "There is no such thing here, or it is not yours.";
    MethodNotAllowed = "METHOD_NOT_ALLOWED", 405, "This path does not take this method.";
    BodyTimeout = "BODY_TIMEOUT", 408, "The body took too long to arrive.";
    KeyInUse = "IDEMPOTENCY_KEY_IN_USE", 409, "The first request with this Idempotency-Key is not done yet.";
    BodyTooLarge = "BODY_TOO_LARGE", 413, "The body has too many bytes.";
    MediaType = "UNSUPPORTED_MEDIA_TYPE", 415, "Send Content-Type: application/json.";
    RateLimited = "RATE_LIMITED", 429, "Too many requests; try again after the time of Retry-After.";
    Locked = "LOCKED", 429, "Too many failed logins; try again after the time of Retry-After.";
    TooLong = "STATEMENT_TOO_LONG", 400,
        "The period has more lines than a statement can have; ask for a shorter one.";
    Expired = "STATEMENT_EXPIRED", 410,
        "The statement has expired, or would not be the same now; make a new one.";
    BrokenFile = "PAYMENT_FILE_BROKEN", 400,
        "The file as a whole is refused, and nothing of it is paid; details say where and why.";
    Unexplained = "STATEMENT_UNEXPLAINED", 500,
        "The account's record does not add up, so no statement is made; tell the bank.";
    NotAnOrder = "NOT_A_COURT_ORDER", 400, "The signed transaction is no court order.";
    NotAJudge = "NOT_A_JUDGE_PROPOSAL", 400,
        "The signed transaction proposes no judge, or another one than the fields name.";
    OrderNotReady = "COURT_ORDER_NOT_READY", 409,
        "The order cannot be executed yet; details say what is awaited.";
    OrderOver = "COURT_ORDER_OVER", 410, "The order is over, and nothing is shown for it any more.";
    Internal = "INTERNAL", 500, "The node failed; its log says how.";
    NotKept = "NOT_KEPT", 410, "This node does not keep what was asked for.";
    NotServed = "NOT_SERVED", 503, "This node serves no customers.";
    Busy = "BUSY", 503, "The node has too much to do at this moment; try again.";
}

/// A refused request.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct ApiError {
    pub code: &'static str,
    pub status: u16,
    pub message: &'static str,
    pub details: Value,
    /// Seconds after which it may be tried again.
    pub retry_after: Option<u64>,
}

impl ApiError {
    /// The same, with more to say. What a client sent never stands in it.
    pub(crate) fn with(code: Code, details: Value) -> Self {
        Self { details, ..code.into() }
    }

    /// The same, with the time to wait.
    pub(crate) fn after(code: Code, seconds: u64) -> Self {
        let retry_after = Some(seconds.max(1));
        Self { retry_after, details: json!({"retry_after_seconds": retry_after}), ..code.into() }
    }

    /// Whether the request is half of one: the customer comes again with his signature, or after he has opened
    /// his session.
    pub(crate) fn awaits_signature(&self) -> bool {
        let halves = [Refusal::SignatureNeeded, Refusal::SessionKeyNeeded, Refusal::ConsentUnsigned];
        halves.iter().any(|half| half.code() == self.code)
    }

    /// The envelope.
    pub(crate) fn body(&self) -> Value {
        let details = if self.details.is_null() { json!({}) } else { self.details.clone() };
        json!({
            "success": false,
            "error": {"code": self.code, "message": self.message, "details": details},
        })
    }
}

impl From<Code> for ApiError {
    fn from(code: Code) -> Self {
        let (code, status, message) = code.parts();
        let retry_after = retry_after(status);
        Self { code, status, message, details: Value::Null, retry_after }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let (status, message) = (status_of_refusal(refusal), refusal.sentence());
        let retry_after = retry_after(status);
        Self { code: refusal.code(), status, message, details: Value::Null, retry_after }
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        let Refused { reason, .. } = refused;
        let (status, message) = (status_of_reason(reason), reason.sentence());
        let details = json!({"retriable": reason.retriable()});
        Self { code: reason.code(), status, message, details, retry_after: retry_after(status) }
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Refused(reason) => Refused::from(reason).into(),
            QueryError::NotKept(_) => Code::NotKept.into(),
            QueryError::Failed(how) => {
                tracing::error!(%how, "a read for a client failed");
                Code::Internal.into()
            }
        }
    }
}

impl From<NoStatement> for ApiError {
    fn from(why: NoStatement) -> Self {
        match why {
            NoStatement::NotOpen => Refusal::AccountNotOpen.into(),
            NoStatement::TooLong => Code::TooLong.into(),
            NoStatement::Unexplained(unexplained) => {
                tracing::error!(%unexplained, "a statement was refused");
                Code::Unexplained.into()
            }
            NoStatement::Query(error) => error.into(),
        }
    }
}

/// For reads that JSON-RPC shares. Its own sentences stay with it.
impl From<RpcError> for ApiError {
    fn from(error: RpcError) -> Self {
        match error.code {
            INTERNAL_ERROR => Code::Internal.into(),
            NOT_KEPT => Code::NotKept.into(),
            busy if busy == ledger_code(Reason::NodeBusy) => Code::Busy.into(),
            _ => Code::InvalidQuery.into(),
        }
    }
}

/// The HTTP status of a desk's refusal. What is not there, or not the asker's, is 404; what is there
/// already is 409; what the asker can mend is 400, as existing clients expect.
pub(crate) const fn status_of_refusal(refusal: Refusal) -> u16 {
    match refusal {
        Refusal::UnknownCustomer
        | Refusal::UnknownAccount
        | Refusal::UnknownContact
        | Refusal::UnknownTransfer
        | Refusal::UnknownForeignBank
        | Refusal::UnknownBank
        | Refusal::UnknownConsent
        | Refusal::UnknownFlag => 404,
        Refusal::CustomerExists
        | Refusal::PanInUse
        | Refusal::AccountExists
        | Refusal::ContactExists
        | Refusal::TooManyAccounts
        | Refusal::TooManyContacts
        | Refusal::TooManyOpenTransfers
        | Refusal::SessionTaken
        | Refusal::SessionKeyUsed
        | Refusal::MoneyLeft
        | Refusal::KeyReused
        | Refusal::FactorActive
        | Refusal::NoFactor
        | Refusal::TravelBusy
        | Refusal::TooManyConsents
        | Refusal::FlagCleared
        | Refusal::SignatureNeeded
        | Refusal::AccountNotOpen => 409,
        Refusal::BadKey
        | Refusal::AccountClosed
        | Refusal::AccountFrozen
        | Refusal::BadLifetime
        | Refusal::AmountTooSmall
        | Refusal::AmountTooLarge
        | Refusal::InsufficientFunds
        | Refusal::NotOpen
        | Refusal::TransferExpired
        | Refusal::SameAccount
        | Refusal::SessionExpired
        | Refusal::SessionKeyNeeded
        | Refusal::MalformedIntent
        | Refusal::WrongAccountKind
        | Refusal::WrongCurrency
        | Refusal::TravelExpired
        | Refusal::BadTravelExpiry
        | Refusal::BadConsentTerm
        | Refusal::ConsentUnsigned
        | Refusal::BadSignature => 400,
        Refusal::RiskRejected | Refusal::NotAdmitted => 403,
        Refusal::LoginOver | Refusal::CodeNeeded | Refusal::CodeUsed => 401,
        Refusal::SealingUnavailable
        | Refusal::BankBusy
        | Refusal::VaultUnavailable
        | Refusal::RateUnavailable => 503,
    }
}

/// Seconds after which what is busy may be asked again.
pub(crate) fn retry_after(status: u16) -> Option<u64> {
    (status == 503).then_some(1)
}

/// The HTTP status of a ledger's reason.
pub(crate) fn status_of_reason(reason: Reason) -> u16 {
    if reason == Reason::NodeBusy { 503 } else { 400 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_one_name_each_with_a_sound_status() {
        let own = Code::ALL.iter().map(|code| (code.parts().0, code.parts().1));
        let desk = Refusal::ALL.iter().map(|refusal| (refusal.code(), status_of_refusal(*refusal)));
        let all: Vec<(&str, u16)> = own.chain(desk).collect();
        let names: BTreeSet<&str> = all.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), all.len(), "two codes have one name");
        for (name, status) in all {
            assert!((400..=599).contains(&status), "{name}");
            let shape = |c: char| c.is_ascii_uppercase() || c == '_';
            assert!(name.chars().all(shape), "{name}");
        }
    }

    #[test]
    fn a_failing_store_does_not_talk_to_strangers() {
        let error = ApiError::from(QueryError::Failed("secret path".into()));
        assert!(!error.body().to_string().contains("secret"));
        assert_eq!(error.body()["error"]["code"], "INTERNAL");
    }

    #[test]
    fn every_code_is_in_the_documentation() {
        let page = include_str!("../../../docs/api.md");
        let own = Code::ALL.iter().map(|code| code.parts().0);
        for code in own.chain(Refusal::ALL.iter().map(|refusal| refusal.code())) {
            assert!(page.contains(&format!("`{code}`")), "docs/api.md does not explain {code}");
        }
    }
}
