//! Stories of the whole system: six real processes on this machine, spoken to as any client would.
//!
//! Every story makes a network of its own in a temporary folder on free ports and leaves nothing
//! behind. They run one at a time (`.config/nextest.toml`), every wait has an end, and none of them
//! sleeps for something that it could observe.

mod catching_up;
mod clock;
mod court;
mod crashes;
mod demo;
mod dice;
mod encrypted;
mod events;
mod expiry;
mod history;
mod interface;
mod lawful;
mod ledger;
mod looking;
mod midnight;
mod moving;
mod net;
mod observer;
mod other_banks;
mod outside;
mod own_keys;
mod owners;
mod partitions;
mod people;
mod person_order;
mod polling;
mod privacy;
mod refusals;
mod rest;
mod rights;
mod rotation;
mod silence;
mod statements;
mod testnet;
mod token;
mod traffic;
mod travel;
mod typescript;
