//! Accounts: a bank's own money for everybody, a customer's for him alone, with a proof where it is wanted.

use super::params::OfOwner;
use super::{Arguments, Pending};
use crate::context::Context;
use crate::deps::ChainQueries;
use crate::error::RpcError;
use crate::proofs;
use idx_client::views::{AccountView, OwnerView};
use idx_crypto::Ed25519;
use idx_types::reading::ReadingRules;
use idx_types::{AccountHandle, AccountKind};
use std::sync::Arc;

pub(crate) fn account(context: &Context, params: OfOwner) -> Result<AccountView, RpcError> {
    let queries = &*context.deps.queries;
    let handle = params.handle.0;
    let by_owner = is_by_owner(queries, handle, params.owner)?;
    let (as_of, account) = queries.account(handle)?;
    let account = account.filter(|account| by_owner || is_everybodys(account.kind));
    let account = account.ok_or_else(RpcError::not_owner)?;
    Ok(AccountView::new(&account, as_of, &*queries.names()))
}

/// Carries out `idx_getAccountProof`.
pub(crate) fn proof(context: Arc<Context>, arguments: Arguments) -> Pending {
    Box::pin(async move {
        let params = arguments.read()?;
        let allowed = move |context: &Context| account(context, params).map(|account| account.handle.0);
        let handle = context.clone().read(allowed).await?;
        let proof = proofs::of_account(&context, handle).await?.ok_or_else(RpcError::not_owner)?;
        context.json(&proof)
    })
}

/// What `idx_getBanks` and `idx_getForeignBanks` tell everybody.
const fn is_everybodys(kind: AccountKind) -> bool {
    use AccountKind as Kind;
    match kind {
        Kind::BankReserve
        | Kind::BankFees
        | Kind::MinerRewards
        | Kind::Stake
        | Kind::Nostro
        | Kind::Vostro => true,
        Kind::Customer | Kind::Travel | Kind::Escrow => false,
    }
}

fn is_by_owner(
    queries: &dyn ChainQueries,
    handle: AccountHandle,
    owner: Option<OwnerView>,
) -> Result<bool, RpcError> {
    let Some(owner) = owner else { return Ok(false) };
    let reading = owner.reading(handle);
    let (time, session) = queries.session(reading.session)?;
    let (chain_id, height) = (queries.chain_id(), queries.final_height());
    let rules = ReadingRules { chain_id, height, time, session: session.as_ref() };
    Ok(reading.is_by_owner(&rules, &Ed25519))
}
