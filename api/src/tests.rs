//! The interface as clients meet it: a made-up node behind the real router, over real sockets.

mod client;
mod examples;
mod hostile;
mod limits;
mod methods;
mod sockets;
pub(crate) mod support;
mod tls;
