//! Paying by an intent that the customer signed himself. The signature is his login.

use super::params::RawIntent;
use super::submit::decode;
use super::{Arguments, Pending};
use crate::context::Context;
use crate::error::RpcError;
use idx_bank::desk::{Answer, Ask};
use idx_client::encoding::Hex;
use std::sync::Arc;

/// Carries out `idx_sendRawIntent`. The same intent again is answered with the same id and pays once.
pub(crate) fn send(context: Arc<Context>, arguments: Arguments) -> Pending {
    Box::pin(async move {
        let RawIntent { raw, to } = arguments.read_unrepeated()?;
        let intent = Box::new(decode(&raw.0)?);
        let asked = Ask::SendSigned { to, intent, memo: None };
        match context.teller()?.ask(asked).await.map_err(RpcError::desk)? {
            Answer::Sent(id) => context.json(&Hex(id)),
            _ => Err(RpcError::busy("the desk gave another answer")),
        }
    })
}
