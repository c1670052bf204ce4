//! Stories of nodes on loopback, with real sockets, in one binary.

mod coming_and_going;
mod common;
mod hostile;
mod mesh;
mod observers;
mod requests;
mod rogue;
mod settings;
