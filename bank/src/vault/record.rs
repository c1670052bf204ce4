//! The shape of a typed record: a table, named fields, and the key that its own content gives it.

use super::keys::VaultKeys;
use super::store::Table;
use zeroize::Zeroizing;

/// A record of the vault.
pub trait Record: Sized {
    /// Where records of this type are.
    const TABLE: Table;
    /// Names of the fields, in order; bound into every sealed field.
    const FIELDS: &'static [&'static str];

    /// The bytes of each field, in order.
    fn fields(&self) -> Vec<Zeroizing<Vec<u8>>>;

    /// The record of these fields.
    ///
    /// # Errors
    /// Names the first field whose bytes are no value of its type.
    fn from_fields(fields: &[Zeroizing<Vec<u8>>]) -> Result<Self, &'static str>;

    /// The key that the record is kept under.
    fn key(&self, keys: &VaultKeys) -> Vec<u8>;

    /// Other names that lead to this record: what kind of name, and its bytes. Most have none.
    fn names(&self) -> Vec<(&'static str, Zeroizing<Vec<u8>>)> {
        Vec::new()
    }
}

/// Declares a record: fields are borsh, `Debug` shows no content, `key` and `names` are given as
/// expressions of the record.
macro_rules! record {
    (
        $(#[$doc:meta])* $vis:vis $name:ident in $table:ident {
            $($(#[$field_doc:meta])* $field:ident: $type:ty,)*
        }
        key($keys:ident, $me:ident) $key:expr;
        $(names($named:ident) $names:expr;)?
    ) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        $vis struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl Record for $name {
            const TABLE: Table = Table::$table;
            const FIELDS: &'static [&'static str] = &[$(stringify!($field),)*];

            fn fields(&self) -> Vec<Zeroizing<Vec<u8>>> {
                vec![$(secret_bytes(&self.$field),)*]
            }

            fn from_fields(fields: &[Zeroizing<Vec<u8>>]) -> Result<Self, &'static str> {
                let mut fields = fields.iter();
                Ok(Self {
                    $($field: fields
                        .next()
                        .and_then(|bytes| borsh::from_slice(bytes).ok())
                        .ok_or(stringify!($field))?,)*
                })
            }

            fn key(&self, $keys: &VaultKeys) -> Vec<u8> {
                let $me = self;
                $key
            }

            $(fn names(&self) -> Vec<(&'static str, Zeroizing<Vec<u8>>)> {
                let $named = self;
                $names
            })?
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(****)"))
            }
        }
    };
}
pub(super) use record;
