//! TCP, names, Noise and Yamux, with a meter between the secure channel and its streams.

use crate::error::NetworkError;
use crate::meter::{Metered, Meters};
use crate::settings::Checked;
use futures::future::BoxFuture;
use futures::{AsyncRead, AsyncWrite, FutureExt, TryFutureExt};
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::Boxed;
use libp2p::core::upgrade::{InboundConnectionUpgrade, OutboundConnectionUpgrade, UpgradeInfo, Version};
use libp2p::{PeerId, Transport, dns, noise, tcp, yamux};
use std::sync::Arc;
use std::time::Duration;

/// How long a connection may take to become secure; a garbage sender holds a slot no longer.
const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(5);

/// The way bytes travel.
pub(crate) type Channel = Boxed<(PeerId, StreamMuxerBox)>;

/// Builds the transport; asks for the system's resolver only if an address is a name.
pub(crate) fn build(checked: &Checked, meters: Arc<Meters>) -> Result<Channel, NetworkError> {
    let security = MeteredNoise { noise: noise::Config::new(&checked.keypair)?, meters };
    let tcp = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true));
    if checked.uses_dns() {
        let named = dns::tokio::Transport::system(tcp).map_err(NetworkError::Resolver)?;
        Ok(upgrade(named, security))
    } else {
        Ok(upgrade(tcp, security))
    }
}

fn upgrade<T>(transport: T, security: MeteredNoise) -> Channel
where
    T: Transport + Send + Unpin + 'static,
    T::Output: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    T::Error: Send + Sync + 'static,
    T::Dial: Send,
    T::ListenerUpgrade: Send,
{
    transport
        .upgrade(Version::V1Lazy)
        .authenticate(security)
        .multiplex(yamux::Config::default())
        .timeout(HANDSHAKE_TIME_MAX)
        .boxed()
}

/// Noise, whose secure stream gets the meter of the peer that it proved.
#[derive(Clone)]
struct MeteredNoise {
    noise: noise::Config,
    meters: Arc<Meters>,
}

impl MeteredNoise {
    fn metered<S>(meters: &Meters, (peer, stream): (PeerId, S)) -> (PeerId, Metered<S>) {
        (peer, Metered::new(stream, meters.of(&peer)))
    }
}

impl UpgradeInfo for MeteredNoise {
    type Info = <noise::Config as UpgradeInfo>::Info;
    type InfoIter = <noise::Config as UpgradeInfo>::InfoIter;

    fn protocol_info(&self) -> Self::InfoIter {
        self.noise.protocol_info()
    }
}

impl<S> InboundConnectionUpgrade<S> for MeteredNoise
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Output = (PeerId, Metered<noise::Output<S>>);
    type Error = noise::Error;
    type Future = BoxFuture<'static, Result<Self::Output, Self::Error>>;

    fn upgrade_inbound(self, socket: S, info: Self::Info) -> Self::Future {
        let Self { noise, meters } = self;
        noise.upgrade_inbound(socket, info).map_ok(move |secure| Self::metered(&meters, secure)).boxed()
    }
}

impl<S> OutboundConnectionUpgrade<S> for MeteredNoise
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Output = (PeerId, Metered<noise::Output<S>>);
    type Error = noise::Error;
    type Future = BoxFuture<'static, Result<Self::Output, Self::Error>>;

    fn upgrade_outbound(self, socket: S, info: Self::Info) -> Self::Future {
        let Self { noise, meters } = self;
        noise.upgrade_outbound(socket, info).map_ok(move |secure| Self::metered(&meters, secure)).boxed()
    }
}
