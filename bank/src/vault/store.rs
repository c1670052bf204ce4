//! What the vault asks of a disk: tables of rows in order of their keys, and atomic durable batches.

/// The tables of a vault, one column family each. Numbers are for ever.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Table {
    /// The vault's own index secret.
    Meta = 0,
    /// People.
    Customers = 1,
    /// Their accounts, by owner.
    Accounts = 2,
    /// From another name of a record to its key.
    Lookups = 3,
    /// Sessions, by day.
    Sessions = 4,
    /// Whom customers pay, by owner.
    Contacts = 5,
    /// Money that open intents will need, by account.
    Holds = 6,
    /// Intents of customers, by sender.
    Outgoing = 7,
    /// Intents for customers, by receiver.
    Incoming = 8,
    /// Keys of session ids, by month.
    Months = 9,
    /// When open intents end, by time.
    Deadlines = 10,
    /// Who is logged in, by holder.
    Logins = 11,
    /// What asks that may come again were answered, by time.
    Repeats = 12,
    /// Second factors of logins, by customer.
    Factors = 13,
    /// What customers sent and received of late, by customer; for risk rules.
    Paces = 14,
    /// What compliance shall look at, open ones first, by time.
    Flags = 15,
    /// How many news a customer has had.
    NewsHeads = 16,
    /// What customers are to be told, by customer.
    News = 17,
    /// Customers' transfers in order of time, by customer.
    History = 18,
    /// Payments that files ordered, by customer.
    Instructions = 19,
    /// Travel accounts that are being opened or closed.
    Journeys = 20,
    /// When travel accounts end, by day.
    TravelEnds = 21,
    /// Whom the bank may tell of a customer, by customer.
    Consents = 22,
    /// What transfers were for, by sender.
    Memos = 23,
    /// What is held on an account in all.
    HoldTotals = 24,
}

impl Table {
    /// Every table, in order of its number.
    pub const ALL: [Self; 25] = [
        Self::Meta,
        Self::Customers,
        Self::Accounts,
        Self::Lookups,
        Self::Sessions,
        Self::Contacts,
        Self::Holds,
        Self::Outgoing,
        Self::Incoming,
        Self::Months,
        Self::Deadlines,
        Self::Logins,
        Self::Repeats,
        Self::Factors,
        Self::Paces,
        Self::Flags,
        Self::NewsHeads,
        Self::News,
        Self::History,
        Self::Instructions,
        Self::Journeys,
        Self::TravelEnds,
        Self::Consents,
        Self::Memos,
        Self::HoldTotals,
    ];

    /// Its stable name, which is bound into every sealed field.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Customers => "customers",
            Self::Accounts => "accounts",
            Self::Lookups => "lookups",
            Self::Sessions => "sessions",
            Self::Contacts => "contacts",
            Self::Holds => "holds",
            Self::Outgoing => "outgoing",
            Self::Incoming => "incoming",
            Self::Months => "months",
            Self::Deadlines => "deadlines",
            Self::Logins => "logins",
            Self::Repeats => "repeats",
            Self::Factors => "factors",
            Self::Paces => "paces",
            Self::Flags => "flags",
            Self::NewsHeads => "news_heads",
            Self::News => "news",
            Self::History => "history",
            Self::Instructions => "instructions",
            Self::Journeys => "journeys",
            Self::TravelEnds => "travel_ends",
            Self::Consents => "consents",
            Self::Memos => "memos",
            Self::HoldTotals => "hold_totals",
        }
    }
}

/// The machine under the vault failed: a full disk, a lost file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("vault store: {0}")]
pub struct StoreError(pub String);

/// A key and its sealed record.
pub type Row = (Vec<u8>, Vec<u8>);

/// One change of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Writes a record, over an older one if there is one.
    Put(Table, Vec<u8>, Vec<u8>),
    /// Removes a record, if it is there.
    Delete(Table, Vec<u8>),
}

/// Changes that are made together or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// In order of table and key.
    pub changes: Vec<Change>,
}

/// Where a vault lives. Only sealed bytes and digests reach it.
pub trait VaultStore: Send + Sync {
    /// The record under a key.
    ///
    /// # Errors
    /// [`StoreError`] if the machine fails.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// At most `limit` records whose keys start with `prefix` and come after `after`, in order of
    /// their keys.
    ///
    /// # Errors
    /// [`StoreError`] if the machine fails.
    fn scan(
        &self,
        table: Table,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError>;

    /// Makes all changes at once, and durable before it returns.
    ///
    /// # Errors
    /// [`StoreError`] if the machine fails; then no change is made.
    fn commit(&self, batch: &Batch) -> Result<(), StoreError>;
}
