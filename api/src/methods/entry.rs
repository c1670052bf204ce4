//! How people come to the bank's interfaces: a clerk's token, a customer's new password.

use crate::context::Context;
use crate::error::RpcError;
use crate::rest::{self, Role};
use crate::teller::Teller;
use idx_bank::desk::Ask;
use idx_bank::vault::Credential;
use idx_client::encoding::Time;
use idx_client::views::TokenView;
use idx_types::Idx;
use std::sync::Arc;

super::params::params! {
    /// Who gets a token, and what it lets him do; `bank_admin` if that is not said.
    NewClerk { name: String, role: Option<Role> }
    /// Whose second factor is lost.
    LostFactor { idx: Idx }
}

/// A password for a customer who has none, or has forgotten his. Has no `Debug`.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewPassword {
    idx: Idx,
    password: String,
}

/// Longest name of a clerk.
const NAME_CHARS_MAX: usize = 40;

/// A token of any role but a customer's; it ends after a day, or when its holder logs out.
pub(super) async fn issue_token(
    _: Arc<Context>,
    teller: Arc<dyn Teller>,
    clerk: NewClerk,
) -> Result<TokenView, RpcError> {
    let name = clerk.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(RpcError::params("name: 1 to 40 characters without control characters"));
    }
    let holder = clerk.role.unwrap_or(Role::BankAdmin).held_by(name);
    let holder = holder.ok_or_else(|| RpcError::params("role: customers log in by themselves"))?;
    let (token, until) = rest::issue(&*teller, holder).await?;
    Ok(TokenView { token, expires_at: Time(until) })
}

/// Ends all logins of the customer.
pub(super) async fn set_password(
    _: Arc<Context>,
    teller: Arc<dyn Teller>,
    new: NewPassword,
) -> Result<bool, RpcError> {
    let password = new.password.parse().map_err(RpcError::params::<idx_bank::BadInput>)?;
    let hash = teller.hash_password(password).await.map_err(RpcError::desk)?;
    let ask = Ask::SetCredential { owner: new.idx, credential: Credential::Password(hash) };
    teller.ask(ask).await.map_err(RpcError::desk)?;
    Ok(true)
}

/// For a customer whose authenticator is lost, and who has shown the bank his papers.
pub(super) async fn remove_factor(
    _: Arc<Context>,
    teller: Arc<dyn Teller>,
    lost: LostFactor,
) -> Result<bool, RpcError> {
    teller.ask(Ask::RemoveFactor { owner: lost.idx, step: None }).await.map_err(RpcError::desk)?;
    Ok(true)
}
