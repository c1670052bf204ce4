//! Tokens: what proves that somebody is logged in, and what prolongs it.
//!
//! An access token is a JWT under HS256 that names a login of the vault; it is good while it has not
//! expired *and* that login lasts. A refresh token names the login and carries 32 random bytes, of which
//! the vault keeps a digest; each is good once.

use crate::deps::Answer;
use crate::doorkeeper::Doorkeeper;
use crate::teller::Teller;
use idx_bank::Secret32;
use idx_bank::vault::{Holder, LoginId, Office};
use idx_crypto::{Hash32, hmac_sha256};
use idx_types::{BankCode, Idx, TimestampMs};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How long an access token lasts.
pub(crate) const ACCESS_MS: u64 = 24 * 3_600_000;

/// How long a login lasts that is not prolonged.
pub(crate) const REFRESH_MS: u64 = 30 * 24 * 3_600_000;

/// Bytes of a stream's name.
const STREAM_BYTES: usize = 8;

/// What somebody may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A customer, for himself.
    User,
    /// One of the bank's people, at the counter.
    BankAdmin,
    /// Reads court orders and proves their trail.
    Auditor,
    /// Hands in what judges signed, takes what is sealed to them.
    JudgeClerk,
    /// Hands in proposals of judges.
    Regulator,
}

impl Role {
    /// What a login's holder may do: the sealed row decides, not the token.
    pub(crate) const fn of(holder: &Holder) -> Self {
        match holder {
            Holder::Customer(_) => Self::User,
            Holder::Clerk(_) => Self::BankAdmin,
            Holder::Officer(Office::Auditor, _) => Self::Auditor,
            Holder::Officer(Office::JudgeClerk, _) => Self::JudgeClerk,
            Holder::Officer(Office::Regulator, _) => Self::Regulator,
        }
    }

    /// Stable name, as tokens and JSON have it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::BankAdmin => "bank_admin",
            Self::Auditor => "auditor",
            Self::JudgeClerk => "judge_clerk",
            Self::Regulator => "regulator",
        }
    }

    /// Who holds a login of this role under a name that the operator gave; a customer is none.
    pub(crate) fn held_by(self, name: String) -> Option<Holder> {
        match self {
            Self::User => None,
            Self::BankAdmin => Some(Holder::Clerk(name)),
            Self::Auditor => Some(Holder::Officer(Office::Auditor, name)),
            Self::JudgeClerk => Some(Holder::Officer(Office::JudgeClerk, name)),
            Self::Regulator => Some(Holder::Officer(Office::Regulator, name)),
        }
    }
}

/// What a token says. `user_idx`, `bank_name`, `exp` and `iat` are those of existing clients.
#[derive(Serialize, Deserialize)]
struct Claims {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_idx: Option<Idx>,
    bank_name: BankCode,
    role: Role,
    /// The login, hex.
    sid: String,
    /// Seconds since 1970.
    iat: u64,
    exp: u64,
}

/// What a good token was made for. The login must still be looked up.
pub(crate) struct Shown {
    pub login: LoginId,
    pub idx: Option<Idx>,
    pub role: Role,
    /// When the token ends.
    pub until: TimestampMs,
}

/// A refresh token as the client gets it.
pub(crate) struct Refresh {
    pub login: LoginId,
    pub secret: Zeroizing<[u8; 32]>,
}

/// Makes and reads tokens.
pub(crate) struct Tokens {
    secret: Secret32,
    bank: BankCode,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl Tokens {
    pub(crate) fn new(secret: Secret32, bank: BankCode) -> Self {
        let key = Zeroizing::new(hmac_sha256(secret.expose(), "idx/rest/jwt/1", &[]).0);
        let (encoding, decoding) = (EncodingKey::from_secret(&*key), DecodingKey::from_secret(&*key));
        Self { secret, bank, encoding, decoding }
    }

    /// Those of a bank.
    pub(crate) fn of(teller: &dyn Teller) -> Self {
        Self::new(teller.token_secret().clone(), teller.bank().clone())
    }

    /// An access token; `None` only if it cannot be encoded.
    pub(crate) fn access(&self, holder: &Holder, login: LoginId, now: TimestampMs) -> Option<String> {
        let role = Role::of(holder);
        let user_idx = match holder {
            Holder::Customer(idx) => Some(*idx),
            Holder::Clerk(_) | Holder::Officer(..) => None,
        };
        let (iat, exp) = (now.0 / 1_000, now.plus(ACCESS_MS).0 / 1_000);
        let sid = hex::encode(login.0);
        let claims = Claims { user_idx, bank_name: self.bank.clone(), role, sid, iat, exp };
        encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).ok()
    }

    /// Reads an access token that this bank made and that has not expired.
    pub(crate) fn read(&self, token: &str, now: TimestampMs) -> Option<Shown> {
        let mut rules = Validation::new(Algorithm::HS256);
        // The bank's clock decides, below; it is also the one that the token was dated by.
        rules.validate_exp = false;
        let Claims { user_idx, bank_name, role, sid, exp, .. } =
            decode::<Claims>(token, &self.decoding, &rules).ok()?.claims;
        let is_good = bank_name == self.bank && exp > now.0 / 1_000;
        let login = LoginId(unhex(&sid)?);
        let until = TimestampMs(exp.saturating_mul(1_000));
        is_good.then_some(Shown { login, idx: user_idx, role, until })
    }

    /// What the vault keeps of a refresh token.
    pub(crate) fn digest(&self, secret: &[u8; 32]) -> Hash32 {
        hmac_sha256(self.secret.expose(), "idx/rest/refresh/1", &[secret])
    }

    /// The name of a customer's stream of news. The secret lives as long as the vault that numbers them: a
    /// vault that is made anew has other streams.
    pub(crate) fn stream(&self, customer: &Idx) -> String {
        hex::encode(&hmac_sha256(self.secret.expose(), "idx/rest/stream/1", &[&customer.0]).0[..STREAM_BYTES])
    }

    /// A name for a person that only this bank can make, for counting failures.
    pub(crate) fn alias(&self, what: &str) -> Hash32 {
        hmac_sha256(self.secret.expose(), "idx/rest/alias/1", &[what.as_bytes()])
    }
}

impl Refresh {
    /// A new one.
    pub(crate) fn draw(login: LoginId, doorkeeper: &dyn Doorkeeper) -> Answer<Self> {
        Ok(Self { login, secret: Zeroizing::new(*doorkeeper.random()?.expose()) })
    }

    /// As the client gets it.
    pub(crate) fn text(&self) -> String {
        [hex::encode(self.login.0), hex::encode(*self.secret)].concat()
    }

    /// As the client sends it: 96 hex digits.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (login, secret) = text.split_at_checked(32)?;
        Some(Self { login: LoginId(unhex(login)?), secret: Zeroizing::new(unhex(secret)?) })
    }
}

/// A new name for a login.
pub(crate) fn login_id(doorkeeper: &dyn Doorkeeper) -> Answer<LoginId> {
    let mut id = [0; 16];
    id.copy_from_slice(&doorkeeper.random()?.expose()[..16]);
    Ok(LoginId(id))
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok().map(|()| bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: TimestampMs = TimestampMs(1_700_000_000_000);

    fn tokens(secret: u8, bank: &str) -> Tokens {
        Tokens::new([secret; 32].into(), bank.parse().unwrap())
    }

    #[test]
    fn only_this_banks_live_tokens_are_good() {
        let own = tokens(1, "HDFC");
        let holder = Holder::Customer(Idx([7; 32]));
        let token = own.access(&holder, LoginId([2; 16]), NOW).unwrap();
        let shown = own.read(&token, NOW).unwrap();
        assert_eq!((shown.login, shown.idx, shown.role), (LoginId([2; 16]), Some(Idx([7; 32])), Role::User));
        assert!(own.read(&token, NOW.plus(ACCESS_MS)).is_none(), "expired");
        assert!(own.read(&token, NOW.plus(ACCESS_MS - 1_000)).is_some());
        assert!(tokens(2, "HDFC").read(&token, NOW).is_none(), "another key");
        assert!(tokens(1, "ICICI").read(&token, NOW).is_none(), "another bank");
        let parts: Vec<&str> = token.split('.').collect();
        // {"alg":"none","typ":"JWT"}
        let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", parts[1]);
        let cut = format!("{}.{}.", parts[0], parts[1]);
        for bad in [none.as_str(), &cut, "", "a.b.c", &token[1..]] {
            assert!(own.read(bad, NOW).is_none(), "{bad}");
        }
    }

    #[test]
    fn every_role_but_the_customers_is_held_under_a_name() {
        use Role::{Auditor, BankAdmin, JudgeClerk, Regulator, User};
        for role in [User, BankAdmin, Auditor, JudgeClerk, Regulator] {
            assert_eq!(serde_json::to_value(role).unwrap(), role.name());
            match role.held_by("A. Sen".to_owned()) {
                Some(holder) => assert_eq!(Role::of(&holder), role),
                None => assert_eq!(role, User),
            }
        }
    }

    #[test]
    fn a_refresh_token_is_read_as_it_was_written() {
        let token = Refresh { login: LoginId([1; 16]), secret: Zeroizing::new([0xab; 32]) };
        let read = Refresh::read(&token.text()).unwrap();
        assert_eq!((read.login, *read.secret), (token.login, *token.secret));
        for bad in ["", &token.text()[1..], &token.text().replace("ab", "+b"), "\u{e9}"] {
            assert!(Refresh::read(bad).is_none(), "{bad}");
        }
    }
}
