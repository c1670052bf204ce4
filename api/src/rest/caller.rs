//! Whose token it is.

use super::route::Caller;
use super::tokens::Shown;
use crate::context::Context;
use crate::error::RpcError;
use idx_bank::vault::{Holder, LoginId};
use idx_types::TimestampMs;
use std::sync::Arc;

/// Somebody who is logged in.
#[derive(Clone)]
pub(crate) struct Known {
    /// Who.
    pub caller: Caller,
    /// When the token that was shown ends.
    pub until: TimestampMs,
}

impl Known {
    /// Whether he is logged in still.
    ///
    /// # Errors
    /// The vault cannot be read.
    pub(crate) async fn is_in(&self, context: &Arc<Context>) -> Result<bool, RpcError> {
        let now = context.teller()?.now();
        Ok(self.until > now
            && holder_of(context, self.caller.login).await? == Some(self.caller.holder.clone()))
    }
}

/// Whose token this is, if it is good and its login lasts.
///
/// # Errors
/// The vault cannot be read, or the node has none.
pub(crate) async fn known(context: &Arc<Context>, token: &str) -> Result<Option<Known>, RpcError> {
    let now = context.teller()?.now();
    let Some(Shown { login, idx, role, until }) = context.tokens()?.read(token, now) else {
        return Ok(None);
    };
    let Some(holder) = holder_of(context, login).await? else { return Ok(None) };
    let named = match &holder {
        Holder::Customer(owner) => idx == Some(*owner),
        Holder::Clerk(_) | Holder::Officer(..) => idx.is_none(),
    };
    let caller = Caller { holder, login };
    Ok((named && caller.role() == role).then_some(Known { caller, until }))
}

/// Whose login this is, if it lasts.
async fn holder_of(context: &Arc<Context>, login: LoginId) -> Result<Option<Holder>, RpcError> {
    let read = move |context: &Context| {
        let teller = context.teller()?;
        let kept = teller.login(&login)?.filter(|kept| kept.until > teller.now());
        Ok(kept.map(|kept| kept.holder))
    };
    Arc::clone(context).read(read).await
}
