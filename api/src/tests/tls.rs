//! The same door, encrypted.

use super::support::serve_tls;
use crate::{ApiLimits, router};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

/// A certificate for localhost, as a server uses it and as a client trusts it.
fn certificate() -> (Arc<ServerConfig>, TlsConnector) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, provider): (CertificateDer<'static>, _) =
        (made.cert.into(), Arc::new(aws_lc_rs::default_provider()));
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let server = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (Arc::new(server), TlsConnector::from(Arc::new(client)))
}

async fn asked(connector: &TlsConnector, address: std::net::SocketAddr) -> std::io::Result<String> {
    let stream = TcpStream::connect(address).await?;
    let mut stream = connector.connect(ServerName::try_from("localhost").unwrap(), stream).await?;
    stream.write_all(b"GET /api/stats HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_door_answers_and_takes_up_a_new_certificate() {
    let ((first, trusts_first), (second, trusts_second)) = (certificate(), certificate());
    let (send, current) = watch::channel(first);
    let served = serve_tls(ApiLimits::default(), router, None, Some(current)).await;
    assert!(asked(&trusts_first, served.address).await.unwrap().starts_with("HTTP/1.1 200"));
    assert!(asked(&trusts_second, served.address).await.is_err());
    send.send_replace(second);
    assert!(asked(&trusts_second, served.address).await.unwrap().starts_with("HTTP/1.1 200"));
}

/// Whoever speaks plainly, or says nothing, gets nothing and holds up nobody.
#[tokio::test(flavor = "multi_thread")]
async fn plain_and_silent_clients_are_let_go() {
    let (config, trusts) = certificate();
    let (_send, current) = watch::channel(config);
    let limits = ApiLimits { header_timeout: Duration::from_millis(200), ..ApiLimits::default() };
    let served = serve_tls(limits, router, None, Some(current)).await;
    let mut silent = TcpStream::connect(served.address).await.unwrap();
    let mut plain = TcpStream::connect(served.address).await.unwrap();
    plain.write_all(b"GET /api/stats HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    assert!(asked(&trusts, served.address).await.unwrap().starts_with("HTTP/1.1 200"));
    for stream in [&mut silent, &mut plain] {
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said).await;
        assert!(!said.starts_with(b"HTTP"));
    }
}
