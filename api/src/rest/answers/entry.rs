//! Of becoming a customer, logging in, and second factors.

use super::values::{AccessText, LoginText, RefreshText, Words};
use crate::rest::schema::{Maybe, objects};
use idx_client::encoding::Time;
use idx_crypto::Hash32;
use idx_types::{BankCode, Idx, Paise};

objects! {
    /// A customer as a login shows him.
    User { idx: Idx, full_name: Words, balance: Paise }
    /// A login, as existing clients know it.
    LoginSession { session_id: LoginText, bank_name: BankCode, expires_at: Time }
    /// Who has become a customer.
    Registered { message: Words, user: User }
    /// The tokens of a login.
    Tokens { token: AccessText, expires_at: Time, refresh_token: RefreshText, refresh_expires_at: Time }
    /// What is to be signed to log in, and when it is worth nothing any more.
    Challenge { challenge: Hash32, expires_at: Time }
    /// A login with its tokens.
    LoggedIn: Tokens { message: Words, user: User, session: LoginSession }
    /// How a second factor stands. The secret is told once, before the first code.
    Factor {
        message: Words,
        active: bool,
        secret: Maybe<Words>,
        otpauth_url: Maybe<Words>,
        digits: Maybe<u64>,
        period_seconds: Maybe<u64>,
    }
}
