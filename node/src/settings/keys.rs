//! The list of keys: what a variable or a flag may set, and how its text is read.

/// How the text of a variable or flag becomes a TOML value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// As it stands.
    Text,
    /// A whole number; underscores may group its digits.
    Number,
    /// `true` or `false`.
    Flag,
    /// Several texts, separated by commas or blanks.
    List,
    /// Several `CODE=ADDRESS`, separated by commas or blanks; one code may come many times.
    Addresses,
}

/// One key of the settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    /// Its section in the file; empty at the top.
    pub section: &'static str,
    /// Its name in the section.
    pub name: &'static str,
    /// How its text is read.
    pub shape: Shape,
    /// Its environment variable.
    pub variable: &'static str,
}

const fn key(section: &'static str, name: &'static str, shape: Shape, variable: &'static str) -> Key {
    Key { section, name, shape, variable }
}

/// Every key there is. A test keeps this list, the structures and the file of `init` the same.
pub const KEYS: &[Key] = &[
    key("", "bank", Shape::Text, "IDX_BANK"),
    key("", "passphrase_file", Shape::Text, "IDX_PASSPHRASE_FILE"),
    key("http", "listen", Shape::Text, "IDX_HTTP_LISTEN"),
    key("http", "origins", Shape::List, "IDX_HTTP_ORIGINS"),
    key("http", "rest_per_second", Shape::Number, "IDX_HTTP_REST_PER_SECOND"),
    key("http", "rest_per_second_login", Shape::Number, "IDX_HTTP_REST_PER_SECOND_LOGIN"),
    key("http", "entries_per_minute", Shape::Number, "IDX_HTTP_ENTRIES_PER_MINUTE"),
    key("http", "event_sockets_max", Shape::Number, "IDX_HTTP_EVENT_SOCKETS_MAX"),
    key("http", "event_sockets_per_address_max", Shape::Number, "IDX_HTTP_EVENT_SOCKETS_PER_ADDRESS_MAX"),
    key("http", "tls_certificate", Shape::Text, "IDX_HTTP_TLS_CERTIFICATE"),
    key("http", "tls_key", Shape::Text, "IDX_HTTP_TLS_KEY"),
    key("p2p", "listen", Shape::List, "IDX_P2P_LISTEN"),
    key("p2p", "announce", Shape::List, "IDX_P2P_ANNOUNCE"),
    key("p2p", "peers", Shape::Addresses, "IDX_P2P_PEERS"),
    key("p2p", "observers", Shape::List, "IDX_P2P_OBSERVERS"),
    key("mining", "threads", Shape::Number, "IDX_MINING_THREADS"),
    key("log", "level", Shape::Text, "IDX_LOG_LEVEL"),
    key("log", "format", Shape::Text, "IDX_LOG_FORMAT"),
    key("pool", "transactions_max", Shape::Number, "IDX_POOL_TRANSACTIONS_MAX"),
    key("pool", "bytes_max", Shape::Number, "IDX_POOL_BYTES_MAX"),
    key("pool", "per_bank_max", Shape::Number, "IDX_POOL_PER_BANK_MAX"),
    key("rpc", "body_bytes_max", Shape::Number, "IDX_RPC_BODY_BYTES_MAX"),
    key("rpc", "batch_max", Shape::Number, "IDX_RPC_BATCH_MAX"),
    key("rpc", "connections_max", Shape::Number, "IDX_RPC_CONNECTIONS_MAX"),
    key("rpc", "subscriptions_max", Shape::Number, "IDX_RPC_SUBSCRIPTIONS_MAX"),
    key("rpc", "timeout_ms", Shape::Number, "IDX_RPC_TIMEOUT_MS"),
    key("rpc", "wait_ms_max", Shape::Number, "IDX_RPC_WAIT_MS_MAX"),
    key("storage", "cache_bytes", Shape::Number, "IDX_STORAGE_CACHE_BYTES"),
    key("storage", "write_buffer_bytes", Shape::Number, "IDX_STORAGE_WRITE_BUFFER_BYTES"),
    key("storage", "open_files_max", Shape::Number, "IDX_STORAGE_OPEN_FILES_MAX"),
    key("vault", "retention_months", Shape::Number, "IDX_VAULT_RETENTION_MONTHS"),
    key("risk", "high_value", Shape::Text, "IDX_RISK_HIGH_VALUE"),
    key("risk", "hour_count", Shape::Number, "IDX_RISK_HOUR_COUNT"),
    key("risk", "hour_total", Shape::Text, "IDX_RISK_HOUR_TOTAL"),
    key("risk", "day_count", Shape::Number, "IDX_RISK_DAY_COUNT"),
    key("risk", "day_total", Shape::Text, "IDX_RISK_DAY_TOTAL"),
    key("risk", "week_count", Shape::Number, "IDX_RISK_WEEK_COUNT"),
    key("risk", "week_total", Shape::Text, "IDX_RISK_WEEK_TOTAL"),
    key("risk", "structuring_threshold", Shape::Text, "IDX_RISK_STRUCTURING_THRESHOLD"),
    key("risk", "structuring_margin_bps", Shape::Number, "IDX_RISK_STRUCTURING_MARGIN_BPS"),
    key("risk", "structuring_count", Shape::Number, "IDX_RISK_STRUCTURING_COUNT"),
    key("risk", "flag_from", Shape::Number, "IDX_RISK_FLAG_FROM"),
    key("risk", "reject_from", Shape::Number, "IDX_RISK_REJECT_FROM"),
    key("risk", "sanctions_lists", Shape::List, "IDX_RISK_SANCTIONS_LISTS"),
    key("risk", "sanctions_permille", Shape::Number, "IDX_RISK_SANCTIONS_PERMILLE"),
    key("risk", "refuse_listed", Shape::Flag, "IDX_RISK_REFUSE_LISTED"),
];

/// Variables that begin with `IDX_` and are no keys: secrets, the home, and what tests use.
pub(super) const OTHER_VARIABLES: &[&str] =
    &["IDX_HOME", "IDX_PASSPHRASE", "IDX_DATA_DIR", "IDX_RPC_URL", "IDX_TESTNET_DIR"];

impl Key {
    /// `section.name`, as messages name it.
    pub fn path(&self) -> String {
        if self.section.is_empty() { self.name.to_owned() } else { format!("{}.{}", self.section, self.name) }
    }

    /// The key with this path.
    pub fn find(path: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.path() == path)
    }

    /// Reads a text in the key's shape.
    ///
    /// # Errors
    /// Says what was expected.
    pub fn read(&self, text: &str) -> Result<toml::Value, String> {
        match self.shape {
            Shape::Text => Ok(toml::Value::String(text.to_owned())),
            Shape::Number => read_number(text),
            Shape::Flag => read_flag(text),
            Shape::List => Ok(toml::Value::Array(words(text).map(toml::Value::from).collect())),
            Shape::Addresses => read_addresses(text),
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ']).filter(|word| !word.is_empty())
}

fn read_number(text: &str) -> Result<toml::Value, String> {
    let number = text.replace('_', "").parse::<i64>();
    number.map(toml::Value::Integer).map_err(|_| format!("{text:?} is not a whole number"))
}

fn read_flag(text: &str) -> Result<toml::Value, String> {
    let flag = text.parse::<bool>();
    flag.map(toml::Value::Boolean).map_err(|_| format!("{text:?} is neither true nor false"))
}

fn read_addresses(text: &str) -> Result<toml::Value, String> {
    let mut table = toml::Table::new();
    for word in words(text) {
        let (code, address) =
            word.split_once('=').ok_or_else(|| format!("{word:?} is not of the form CODE=ADDRESS"))?;
        let list = table.entry(code).or_insert_with(|| toml::Value::Array(Vec::new()));
        list.as_array_mut().expect("only arrays were put in").push(address.into());
    }
    Ok(toml::Value::Table(table))
}
