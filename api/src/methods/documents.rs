//! Statements and payments by file, for the operator's clerks.

use super::clerk::account_of;
use super::params::params;
use crate::context::Context;
use crate::documents;
use crate::error::RpcError;
use crate::imports;
use crate::teller::Teller;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use idx_bank::statement::{Format, SealText};
use idx_client::views::{DocumentView, ImportView};
use idx_types::NetworkDay;
use std::sync::Arc;

params! {
    /// A file of payments and the account that pays.
    PaymentFile { number: String, content: String, dry_run: Option<bool> }
    /// A statement of an account.
    NewStatement { number: String, from: NetworkDay, to: NetworkDay, format: String }
}

pub(super) async fn import(
    context: Arc<Context>,
    teller: Arc<dyn Teller>,
    file: PaymentFile,
) -> Result<ImportView, RpcError> {
    let account = account_of(&context, &teller, &file.number).await?;
    let is_dry = file.dry_run.unwrap_or(false);
    let report = imports::import(&context, &teller, &account, file.content.as_bytes(), is_dry).await;
    report.map_err(RpcError::params)
}

pub(super) async fn statement(
    context: Arc<Context>,
    teller: Arc<dyn Teller>,
    wanted: NewStatement,
) -> Result<DocumentView, RpcError> {
    let account = account_of(&context, &teller, &wanted.number).await?;
    let format: Format = wanted.format.parse().map_err(RpcError::params)?;
    let days = (wanted.from, wanted.to);
    let made = context.read(move |context| {
        let chain_id = context.deps.queries.chain_id();
        documents::make(&*teller, chain_id, &account, documents::Wanted { days, format, as_of: None })
            .map_err(RpcError::from)
    });
    let made = made.await?;
    Ok(DocumentView {
        name: documents::file_name(days, format),
        content: STANDARD.encode(&made.bytes),
        signature: SealText(made.sealed).to_string(),
    })
}
