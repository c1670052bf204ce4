//! Stories of desks: banks with customers in common, a ledger, and everything that can go wrong between.

mod arriving;
mod choices;
mod compliance;
mod consents;
mod ends;
mod erasing;
mod forgeries;
mod holds;
mod instructions;
mod ledger;
mod linking;
mod logins;
mod loss;
mod memos;
mod news;
mod nights;
mod once;
mod own_keys;
mod payment;
mod refusals;
mod travel;
mod travels;
mod world;

use super::*;
use crate::vault::{BankAccount, Credential, Incoming, Outgoing, Status};
use idx_types::{AccountHandle, Idx, Paise, SessionId, TxKind};
use world::{ASHA, BILAL, CHARU, NOON, World, person};
