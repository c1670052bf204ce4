//! The parameters of each method as types. Names and order are those of the table.

use idx_client::encoding::{BlockTag, Bytes, Hex};
use idx_client::views::{
    Cursor, OrderStatusView, OwnerView, ReaderView, Since, SubscribeTopic, TransactionFilter,
};
use idx_types::{AccountHandle, Height, OrderId, Paise, PrivateHash, PublicHash, SessionId, TxId};

/// Declares the parameters of a method; unknown names are refused.
macro_rules! params {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field:meta])* $key:ident: $kind:ty),* $(,)? })*) => {
        $($(#[$doc])*
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub(crate) struct $name { $($(#[$field])* pub $key: $kind),* })*
    };
}

pub(crate) use params;

/// A token of a login; shown nowhere.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Token(pub String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(****)")
    }
}

params! {
    /// None.
    Nothing {}
    /// A block, perhaps with its transactions.
    BlockByNumber { #[serde(default)] block: BlockTag, #[serde(default)] full: bool }
    /// A block by its public hash.
    BlockByHash { hash: Hex<PublicHash>, #[serde(default)] full: bool }
    /// A height.
    AtBlock { #[serde(default)] block: BlockTag }
    /// A private header by height or hash.
    PrivateHeader { block: Option<BlockTag>, hash: Option<Hex<PrivateHash>> }
    /// Some heights.
    Range { from: Height, count: Option<usize> }
    /// A transaction.
    ById { id: Hex<TxId> }
    /// The transactions of a session.
    BySession { session: SessionId, after: Option<Cursor>, limit: Option<usize> }
    /// An account.
    OfOwner { handle: Hex<AccountHandle>, owner: Option<OwnerView> }
    /// The length of a list.
    Limit { limit: Option<usize> }
    /// An amount to transfer.
    Quote { amount: Paise }
    /// A transaction in borsh.
    Raw { raw: Bytes }
    /// Several transactions in borsh.
    RawList { raws: Vec<Bytes> }
    /// Which orders.
    Orders { status: Option<OrderStatusView>, after: Option<Hex<OrderId>>, limit: Option<usize> }
    /// An order.
    ByOrder { id: Hex<OrderId> }
    /// Which part of the audit trail.
    Trail { after: Option<Cursor>, limit: Option<usize> }
    /// Who asks what is shown for an order.
    ForReader { order: Hex<OrderId>, reader: ReaderView }
    /// A transaction to wait for.
    Wait { id: Hex<TxId>, timeout_ms: Option<u64> }
    /// What to subscribe to.
    Subscribe {
        topic: SubscribeTopic,
        #[serde(default)] filter: TransactionFilter,
        since: Option<Since>,
        token: Option<Token>,
    }
    /// Which subscription to end.
    Unsubscribe { subscription: String }
}
