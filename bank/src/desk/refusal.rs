//! The closed list of reasons for which the desk says no.

use idx_types::Reason;
use std::fmt;

/// Declares [`Refusal`] with its stable code and sentence in one place.
macro_rules! refusals {
    ($($name:ident = $code:literal, $sentence:literal;)*) => {
        /// Why the desk said no. Codes are stable for ever; no sentence names a person or an account, and
        /// what belongs to somebody else is refused as if it were not there.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Refusal { $(#[doc = $sentence] $name,)* }

        impl Refusal {
            /// Every refusal.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code, used by every interface.
            pub const fn code(self) -> &'static str { match self { $(Self::$name => $code,)* } }

            /// One sentence for people.
            pub const fn sentence(self) -> &'static str { match self { $(Self::$name => $sentence,)* } }
        }
    };
}

refusals! {
    UnknownCustomer = "UNKNOWN_CUSTOMER", "No such customer at this bank.";
    CustomerExists = "CUSTOMER_EXISTS", "This person is a customer already.";
    PanInUse = "PAN_IN_USE", "The PAN is registered with another RBI number.";
    BadKey = "BAD_KEY", "A key is not a sound Ed25519 key.";
    UnknownAccount = "UNKNOWN_ACCOUNT", "The customer has no such account.";
    AccountExists = "ACCOUNT_EXISTS", "An account of this number exists.";
    TooManyAccounts = "TOO_MANY_ACCOUNTS", "The customer has as many accounts as a customer can have.";
    AccountNotOpen = "ACCOUNT_NOT_OPEN", "The account is not on the ledger yet.";
    AccountClosed = "ACCOUNT_CLOSED", "The account is closed.";
    AccountFrozen = "ACCOUNT_FROZEN", "The account is frozen.";
    UnknownContact = "UNKNOWN_CONTACT", "The customer has no contact of this nickname.";
    ContactExists = "CONTACT_EXISTS", "The customer has a contact of this nickname.";
    TooManyContacts = "TOO_MANY_CONTACTS", "The customer has as many contacts as a customer can have.";
    AmountTooSmall = "AMOUNT_TOO_SMALL", "The amount is below the least allowed.";
    AmountTooLarge = "AMOUNT_TOO_LARGE", "The amount is above the greatest allowed.";
    BadLifetime = "BAD_LIFETIME", "A transfer lives at least five seconds, and at most as long as the ledger allows.";
    InsufficientFunds = "INSUFFICIENT_FUNDS", "The account has too little beyond its holds.";
    TooManyOpenTransfers = "TOO_MANY_OPEN_TRANSFERS", "The account has too many open transfers.";
    UnknownTransfer = "UNKNOWN_TRANSFER", "The customer has no such transfer.";
    NotOpen = "NOT_OPEN", "The transfer no longer waits for its receiver.";
    TransferExpired = "TRANSFER_EXPIRED", "The transfer's time is over.";
    SameAccount = "SAME_ACCOUNT", "Sender and receiver are one account.";
    SessionExpired = "SESSION_EXPIRED", "The session is over; ask for a new intent.";
    SessionTaken = "SESSION_TAKEN", "Today's session of this account has another key; try again tomorrow.";
    MalformedIntent = "MALFORMED_INTENT", "The intent is not the one that this payment asks for.";
    BadSignature = "BAD_SIGNATURE", "A signature does not verify.";
    SessionKeyNeeded = "SESSION_KEY_NEEDED", "Open today's session with a fresh key of yours first.";
    SessionKeyUsed = "SESSION_KEY_USED", "This key has served before: every session has a key of its own.";
    SealingUnavailable = "SEALING_UNAVAILABLE", "The keys of envelopes cannot be used; tell the operator.";
    BankBusy = "BANK_BUSY", "The bank has too much to do at this moment; try again.";
    VaultUnavailable = "VAULT_UNAVAILABLE", "The bank's records cannot be read now; tell the operator.";
    MoneyLeft = "MONEY_LEFT", "The customer has money, holds or open transfers here; they must end first.";
    KeyReused = "IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key came with another request before.";
    FactorActive = "TOTP_ACTIVE", "A second factor is in use; take it away first.";
    NoFactor = "TOTP_NOT_ENROLLED", "There is no second factor.";
    CodeNeeded = "TOTP_REQUIRED", "This login needs a code of the second factor too.";
    CodeUsed = "TOTP_CODE_USED", "This code was used before; wait for the next one.";
    RiskRejected = "RISK_REJECTED", "The bank's rules do not let this transfer pass; ask at the counter.";
    NotAdmitted = "NOT_ADMITTED", "The bank cannot take this customer here; ask at the counter.";
    UnknownFlag = "UNKNOWN_FLAG", "There is no such flag.";
    FlagCleared = "FLAG_CLEARED", "Somebody has looked at this flag before.";
    LoginOver = "LOGIN_OVER", "The login is over; log in again.";
    UnknownForeignBank = "UNKNOWN_FOREIGN_BANK", "No such foreign bank.";
    RateUnavailable = "RATE_UNAVAILABLE", "There is no fresh rate of this currency; try again later.";
    WrongAccountKind = "WRONG_ACCOUNT_KIND", "This cannot be done with an account of this kind.";
    WrongCurrency = "WRONG_CURRENCY", "The money is of another currency than the account.";
    TravelExpired = "TRAVEL_EXPIRED", "The travel account has expired: it can only be closed.";
    TravelBusy = "TRAVEL_BUSY", "Payments from the travel account are open, or it is being closed.";
    UnknownBank = "UNKNOWN_BANK", "There is no such other bank.";
    BadConsentTerm = "BAD_CONSENT_TERM", "A consent is given for 1 to 366 days.";
    ConsentUnsigned = "CONSENT_UNSIGNED", "A customer with a key of his own signs the consent with it.";
    TooManyConsents = "TOO_MANY_CONSENTS", "As many banks may ask as can; withdraw a consent first.";
    UnknownConsent = "UNKNOWN_CONSENT", "The customer has no such consent.";
    BadTravelExpiry = "BAD_TRAVEL_EXPIRY", "A travel account lives at most 366 days.";
    SignatureNeeded = "SIGNATURE_NEEDED", "This waits for the signature of the customer's own key.";
}

impl Refusal {
    /// What the ledger's word on an amount means here.
    pub(super) const fn of_amount(reason: Reason) -> Self {
        match reason {
            Reason::AmountTooSmall => Self::AmountTooSmall,
            _ => Self::AmountTooLarge,
        }
    }

    /// What the ledger's word on changing money means here.
    pub(super) const fn of_change(reason: Reason) -> Self {
        match reason {
            Reason::UnknownForeignBank => Self::UnknownForeignBank,
            Reason::NoRate | Reason::RateStale => Self::RateUnavailable,
            other => Self::of_amount(other),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.sentence())
    }
}
