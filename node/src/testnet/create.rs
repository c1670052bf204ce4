//! Making the homes of a test network, of its banks, custodians and judge, and the genesis that all banks sign.

use super::layout::{BANKS, Layout, LayoutError, Place};
use super::ports::Ports;
use super::{TestnetError, travel};
use crate::home::{self, Home};
use crate::keys::custodian::{RegulatorKeys, Role, company_keys, generate_in_token, regulator_keys};
use crate::keys::judge::JudgePublic;
use crate::keys::{self, NodeKeys, PublicKeys};
use crate::pay::now;
use crate::settings::{Mining, Start};
use crate::setup::{PassphraseFrom, make_custodian_home, make_home};
use idx_crypto::{Ed25519, KdfCost};
use idx_genesis::{BankEntry, Genesis, GenesisFile};
use idx_types::{BankCode, JudgeId, NetworkDay, Paise, Params, Regulator};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Each bank's reserve: a trillion rupees.
const RESERVE: Paise = Paise(100_000_000_000_000);

/// Each bank's stake: a billion rupees.
const STAKE: Paise = Paise(100_000_000_000);

/// The one regulator of a test network.
const REGULATOR: &str = "RBI";

/// The one judge.
const JUDGE: &str = "Testnet judge, High Court of Delhi";

/// Custodians of a test network ask nobody.
const POLICY: &str = "\
# What this custodian does with a verified order: always releases its half. For test networks only.
release = \"always\"
";

/// What can be made otherwise than usual.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Made {
    /// Threads of each node's search.
    pub mining_threads: usize,
    /// Days of the company's keys in genesis, 1 or more; as many as the ledger takes if left out. The
    /// company's custodian announces those that follow.
    pub company_days: Option<usize>,
    /// A PKCS#11 token that shall hold the regulator's keys.
    pub rbi_token: Option<RbiToken>,
}

/// A token, and what opens it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RbiToken {
    /// The PKCS#11 library.
    pub module: PathBuf,
    /// Its label.
    pub label: String,
    /// File with the PIN; it is copied into the regulator's home.
    pub pin_file: PathBuf,
}

/// Makes everything; the network exists once its last file is written. What an interrupted try left is
/// made anew.
///
/// # Errors
/// [`TestnetError`].
pub fn network(layout: &Layout, ports: Ports, made: &Made) -> Result<(), TestnetError> {
    layout.clear()?;
    eprintln!("making the homes of six banks, two custodians and a judge in {}", layout.dir().display());
    let places = layout.places();
    let mut genesis = Genesis::new("testnet", now(), Params::default());
    for place in &places {
        let public = make_place(place, ports, made.mining_threads)?;
        genesis.add_bank(entry(place, ports, public), &Ed25519).map_err(genesis_error)?;
    }
    add_escrow(layout, made, &mut genesis)?;
    add_judge(layout, &mut genesis)?;
    travel::found(layout, &mut genesis)?;
    let text = sign_all(&places, genesis)?;
    for place in &places {
        home::write_new(&place.home.genesis_file(), &text).map_err(LayoutError::from)?;
    }
    for home in [layout.regulator(), layout.company(), layout.judge(), layout.publisher()] {
        home::write_new(&home.genesis_file(), &text).map_err(LayoutError::from)?;
    }
    layout.make_wallet()?;
    Ok(layout.write_network(ports)?)
}

fn make_place(place: &Place, ports: Ports, mining_threads: usize) -> Result<PublicKeys, TestnetError> {
    let mut start = Start::of(place.code.clone());
    start.http.listen = SocketAddr::from(([127, 0, 0, 1], ports.http(place.number)));
    start.p2p.listen.on = vec![address(place, ports)];
    if ports.links_base.is_some() {
        start.p2p.listen.announce = vec![announced(place, ports)];
        start.p2p.peers = doors(place, ports);
    }
    start.mining = Mining { threads: mining_threads };
    Ok(make_home(&place.home, &start, PassphraseFrom::Made, KdfCost::testnet())?)
}

fn address(place: &Place, ports: Ports) -> String {
    loopback(ports.p2p(place.number))
}

fn loopback(port: u16) -> String {
    format!("/ip4/127.0.0.1/tcp/{port}")
}

/// Where genesis and the node itself say that it is: behind links that is nowhere, so that nobody goes
/// round them.
fn announced(place: &Place, ports: Ports) -> String {
    match ports.links_base {
        Some(_) => loopback(ports.link(place.number, place.number)),
        None => address(place, ports),
    }
}

/// The doors through which a bank finds the others.
fn doors(place: &Place, ports: Ports) -> BTreeMap<BankCode, Vec<String>> {
    let others = (1..).zip(BANKS).filter(|(number, _)| *number != place.number);
    let door = |number| vec![loopback(ports.link(place.number, number))];
    others.map(|(number, code)| (code.parse().expect("the codes are sound"), door(number))).collect()
}

fn entry(place: &Place, ports: Ports, public: PublicKeys) -> BankEntry {
    BankEntry {
        code: place.code.clone(),
        consensus_key: public.consensus_key,
        network_key: public.network_key,
        hpke_key: public.hpke_key,
        stake: STAKE,
        reserve: RESERVE,
        addresses: vec![announced(place, ports)],
        http_url: Some(super::status::url(place, ports)),
    }
}

/// Makes the keys of the regulator and the company; the company's days begin with the network's first.
fn add_escrow(layout: &Layout, made: &Made, genesis: &mut Genesis) -> Result<(), TestnetError> {
    let (rbi, company) = (layout.regulator(), layout.company());
    match &made.rbi_token {
        None => make_custodian_home(&rbi, Role::Regulator, KdfCost::testnet()).map(drop)?,
        Some(token) => make_in_token(&rbi, token)?,
    }
    let RegulatorKeys { signing_key, hpke_key } = regulator_keys(&rbi).map_err(LayoutError::from)?;
    let regulator = Regulator { name: REGULATOR.to_owned(), signing_key, hpke_key };
    genesis.add_regulator(regulator, &Ed25519).map_err(genesis_error)?;
    let passphrase = make_custodian_home(&company, Role::Company, KdfCost::testnet())?;
    let first = NetworkDay::of(genesis.time);
    let mut entry = company_keys(&company, &passphrase, first).map_err(LayoutError::from)?;
    entry.day_keys.truncate(made.company_days.unwrap_or(usize::MAX));
    genesis.set_company(entry, &Ed25519).map_err(genesis_error)?;
    for custody in layout.custodians() {
        home::write_new(&custody.home.root().join("policy.toml"), POLICY).map_err(LayoutError::from)?;
    }
    Ok(())
}

/// Makes the regulator's keys in a token; its PIN lies in the home, as all passphrases of a test network do.
fn make_in_token(home: &Home, token: &RbiToken) -> Result<(), TestnetError> {
    home.create().map_err(LayoutError::from)?;
    let pin = home::read_secret(&token.pin_file, "put the token's PIN there").map_err(LayoutError::from)?;
    home::write_new_secret(&home.passphrase_file(), &pin).map_err(LayoutError::from)?;
    let made = || {
        let pin = keys::passphrase(home, None, None)?;
        generate_in_token(Role::Regulator, home, &pin, KdfCost::testnet(), (&token.module, &token.label))
    };
    Ok(made().map_err(LayoutError::from)?)
}

/// Makes the keys of the judge.
fn add_judge(layout: &Layout, genesis: &mut Genesis) -> Result<(), TestnetError> {
    let home = layout.judge();
    make_custodian_home(&home, Role::Judge, KdfCost::testnet())?;
    let judge = JudgePublic::of(&home).map_err(LayoutError::from)?.named(JudgeId(1), JUDGE);
    genesis.add_judge(judge, &Ed25519).map_err(genesis_error)
}

fn sign_all(places: &[Place], genesis: Genesis) -> Result<String, TestnetError> {
    let mut file = GenesisFile::new(genesis);
    let entropy = keys::random().map_err(LayoutError::from)?;
    file.seal_shared(&entropy, KdfCost::testnet()).map_err(genesis_error)?;
    for place in places {
        let passphrase = keys::passphrase(&place.home, None, None).map_err(LayoutError::from)?;
        let keys = NodeKeys::open(&place.home, &passphrase).map_err(LayoutError::from)?;
        file.sign(&place.code, &keys.consensus, &Ed25519).map_err(genesis_error)?;
    }
    file.verify(&Ed25519).map_err(genesis_error)?;
    Ok(file.to_json())
}

pub(super) fn genesis_error(error: impl ToString) -> TestnetError {
    TestnetError::Genesis(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{genesis_file, settings};

    fn made() -> Made {
        Made { mining_threads: 1, ..Made::default() }
    }

    #[test]
    fn a_made_network_is_signed_by_all_and_every_home_agrees_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::at(dir.path().join("net"));
        let ports = Ports { http_base: 5_000, p2p_base: 6_000, links_base: None };
        network(&layout, ports, &made()).unwrap();
        for place in layout.places() {
            let genesis = genesis_file::read_sound(&place.home.genesis_file()).unwrap();
            let settings = settings::load(&place.home.config_file(), [], &[]).unwrap();
            assert_eq!(settings.bank, place.code);
            assert_eq!(settings.http.listen.port(), 5_000 + place.number);
            let public = keys::public_keys(&place.home).unwrap();
            public.check(&place.home, genesis.bank(&settings.bank).unwrap()).unwrap();
        }
        assert_eq!(layout.require().unwrap().ports, ports);
    }

    #[test]
    fn a_made_network_has_a_regulator_and_a_company_whose_keys_lie_beside_the_banks() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::at(dir.path().join("net"));
        let ports = Ports { http_base: 5_000, p2p_base: 6_000, links_base: None };
        network(&layout, ports, &made()).unwrap();
        let genesis = genesis_file::read_sound(&layout.places()[0].home.genesis_file()).unwrap();
        let body = genesis.sound.body();
        let rbi = regulator_keys(&layout.regulator()).unwrap();
        assert_eq!(body.escrow.regulators[0].hpke_key, rbi.hpke_key);
        let home = layout.company();
        let passphrase = keys::passphrase(&home, None, None).unwrap();
        let company = company_keys(&home, &passphrase, NetworkDay::of(body.time)).unwrap();
        assert_eq!(body.escrow.company, Some(company));
        layout.remove().unwrap();
        assert!(!layout.dir().exists());
    }

    #[test]
    fn genesis_has_the_companys_keys_of_as_many_days_as_asked() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::at(dir.path().join("net"));
        let ports = Ports { http_base: 5_000, p2p_base: 6_000, links_base: None };
        network(&layout, ports, &Made { company_days: Some(2), ..made() }).unwrap();
        let genesis = genesis_file::read_sound(&layout.places()[0].home.genesis_file()).unwrap();
        let company = genesis.sound.body().escrow.company.as_ref().unwrap();
        assert_eq!(company.day_keys.len(), 2);
    }

    #[test]
    fn behind_links_nobody_is_told_where_a_node_listens() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::at(dir.path().join("net"));
        let ports = Ports { http_base: 5_000, p2p_base: 6_000, links_base: Some(7_000) };
        network(&layout, ports, &made()).unwrap();
        let place = layout.place("SBI").unwrap();
        let genesis = std::fs::read_to_string(place.home.genesis_file()).unwrap();
        assert!(!genesis.contains("/tcp/600"), "genesis tells where nodes listen");
        let settings = settings::load(&place.home.config_file(), [], &[]).unwrap();
        assert_eq!(settings.p2p.listen.on, ["/ip4/127.0.0.1/tcp/6003"]);
        assert_eq!(settings.p2p.listen.announce, ["/ip4/127.0.0.1/tcp/7015"]);
        assert_eq!(settings.p2p.peers[&"YES".parse().unwrap()], ["/ip4/127.0.0.1/tcp/7018"]);
        assert_eq!(settings.p2p.peers.len(), 5);
    }

    #[test]
    fn an_interrupted_making_is_made_anew() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::at(dir.path().join("net"));
        let ports = Ports { http_base: 5_000, p2p_base: 6_000, links_base: None };
        std::fs::create_dir_all(layout.dir().join("hdfc/keys")).unwrap();
        std::fs::write(layout.dir().join("hdfc/config.toml"), "half").unwrap();
        network(&layout, ports, &made()).unwrap();
        assert!(layout.network().unwrap().is_some());
    }
}
