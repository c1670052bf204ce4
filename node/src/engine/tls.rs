//! The certificate of the HTTP door: read at the start, and again when its files change.

use crate::settings::Http;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// When certificate and key were last written.
type Written = [Option<SystemTime>; 2];

/// Where a certificate and its key are.
pub(super) struct Certificate {
    chain: PathBuf,
    key: PathBuf,
}

impl Certificate {
    /// The files that the operator named; `None` for a door without encryption.
    ///
    /// # Errors
    /// That only one of them is named.
    pub(super) fn of(http: &Http) -> Result<Option<Self>> {
        match (&http.tls_certificate, &http.tls_key) {
            (None, None) => Ok(None),
            (Some(chain), Some(key)) => Ok(Some(Self { chain: chain.clone(), key: key.clone() })),
            (Some(_), None) => {
                bail!("http.tls_certificate is set and http.tls_key is not; set both or neither")
            }
            (None, Some(_)) => {
                bail!("http.tls_key is set and http.tls_certificate is not; set both or neither")
            }
        }
    }

    /// Reads both files.
    ///
    /// # Errors
    /// A file cannot be read, holds no certificate or key, or the two do not belong together.
    pub(super) fn load(&self) -> Result<Arc<ServerConfig>> {
        let chain = CertificateDer::pem_file_iter(&self.chain)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .with_context(|| format!("http.tls_certificate: {}", self.chain.display()))?;
        if chain.is_empty() {
            bail!("http.tls_certificate: {} holds no certificate", self.chain.display());
        }
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .with_context(|| format!("http.tls_key: {}", self.key.display()))?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .context("http.tls_certificate and http.tls_key do not make a certificate")?;
        Ok(Arc::new(config))
    }

    /// When the files were last written, as far as the disk tells.
    fn written(&self) -> Written {
        let written = |path: &Path| path.metadata().and_then(|about| about.modified()).ok();
        [written(&self.chain), written(&self.key)]
    }

    /// The certificate that was put in the place of the one read before, if there is one; `known` is when the
    /// files of that were written.
    fn renewed(&self, known: &mut Written) -> Option<Result<Arc<ServerConfig>>> {
        let now = self.written();
        if now == *known {
            return None;
        }
        let loaded = self.load();
        if loaded.is_ok() {
            *known = now;
        }
        Some(loaded)
    }

    /// Takes up renewed certificates; the old one stays while a new one is not sound.
    pub(super) async fn keep_fresh(self, current: watch::Sender<Arc<ServerConfig>>) {
        let (mut known, mut ticks) = (self.written(), tokio::time::interval(LOOK_EVERY));
        while !current.is_closed() {
            ticks.tick().await;
            match self.renewed(&mut known) {
                None => {}
                Some(Ok(config)) => {
                    tracing::info!("the certificate of the HTTP door was renewed");
                    current.send_replace(config);
                }
                Some(Err(error)) => {
                    tracing::error!(error = %format!("{error:#}"), "the renewed certificate is not used; the old one is");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn write(folder: &Path) -> Http {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let (chain, key) = (folder.join("chain.pem"), folder.join("key.pem"));
        fs::write(&chain, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        Http { tls_certificate: Some(chain), tls_key: Some(key), ..Http::default() }
    }

    fn refusal(http: &Http) -> String {
        let loaded = Certificate::of(http).and_then(|files| files.unwrap().load());
        format!("{:#}", loaded.err().unwrap())
    }

    #[test]
    fn what_is_wrong_with_the_files_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let good = write(folder.path());
        assert!(Certificate::of(&good).unwrap().unwrap().load().is_ok());
        let half = Http { tls_key: None, ..good.clone() };
        assert!(refusal(&half).contains("http.tls_key is not"));
        let gone = Http { tls_certificate: Some(folder.path().join("none.pem")), ..good.clone() };
        assert!(refusal(&gone).contains("none.pem"));
        let no_key = Http { tls_key: good.tls_certificate.clone(), ..good.clone() };
        assert!(refusal(&no_key).contains("http.tls_key"));
        let other = tempfile::tempdir().unwrap();
        let foreign = Http { tls_key: write(other.path()).tls_key, ..good };
        assert!(refusal(&foreign).contains("do not make a certificate"), "{}", refusal(&foreign));
    }

    #[test]
    fn a_renewed_certificate_is_taken_up_and_a_broken_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let files = Certificate::of(&write(folder.path())).unwrap().unwrap();
        let mut known = files.written();
        let touch = |seconds: u64| {
            let at = SystemTime::now() + Duration::from_secs(seconds);
            fs::File::options().append(true).open(&files.chain).unwrap().set_modified(at).unwrap();
        };
        assert!(files.renewed(&mut known).is_none());
        fs::write(&files.chain, "no certificate").unwrap();
        touch(10);
        assert!(files.renewed(&mut known).unwrap().is_err());
        write(folder.path());
        touch(20);
        assert!(files.renewed(&mut known).unwrap().is_ok());
        assert!(files.renewed(&mut known).is_none(), "once");
    }
}
