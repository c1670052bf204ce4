//! Tests of the block store from outside, on real folders.

mod child;
mod crash;
mod disk_full;
mod pages;
mod refusals;
mod rot;
mod round_trips;
mod support;
