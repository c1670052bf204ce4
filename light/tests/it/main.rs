//! A follower against a real chain: the ledger executes it, banks' keys sign it, work is in it.

mod balances;
mod chain;
mod following;
mod tampering;
