//! Tests of the block store and the log from outside, on real folders.

mod balances;
mod child;
mod crash;
mod disk_full;
mod journal;
mod observed;
mod pages;
mod refusals;
mod rot;
mod round_trips;
mod support;
mod vault;
