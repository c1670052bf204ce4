//! What the nodes of a test network are doing, one row a bank.

use super::layout::{Layout, Place};
use super::links;
use super::nodes::running;
use super::ports::Ports;
use crate::rpc::{self, Glance};
use comfy_table::{Table, presets};
use futures::future::join_all;
use serde::Serialize;

/// One bank's node.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NodeRow {
    /// Its code.
    pub bank: String,
    /// Where it serves HTTP.
    pub url: String,
    /// Its libp2p identity.
    pub peer_id: String,
    /// `running`, `starting` (a process that does not answer yet) or `stopped`.
    pub status: &'static str,
    /// Its process.
    pub pid: Option<u32>,
    /// What is unusual about its links, such as `cut from YES`; `None` if nothing is, or there are none.
    pub links: Option<String>,
    /// What it answers.
    #[serde(flatten)]
    pub glance: Option<Glance>,
}

/// Where a bank's node serves HTTP.
pub fn url(place: &Place, ports: Ports) -> String {
    format!("http://127.0.0.1:{}", ports.http(place.number))
}

/// Looks at every node.
pub async fn rows(layout: &Layout, ports: Ports) -> Vec<NodeRow> {
    // Links that do not answer are no trouble of a bank: what they do to it shows in its row.
    let links = links::get(layout).await.ok().flatten();
    let trouble = |place: &Place| links.and_then(|links| links.trouble_of(usize::from(place.number) - 1));
    let row = async |place| NodeRow { links: trouble(place), ..row(place, ports).await };
    join_all(layout.places().iter().map(row)).await
}

async fn row(place: &Place, ports: Ports) -> NodeRow {
    let url = url(place, ports);
    let process = running(place);
    let glance = match process {
        Some(_) => rpc::glance(&url).await.ok(),
        None => None,
    };
    let status = match (&process, &glance) {
        (Some(_), Some(_)) => "running",
        (Some(_), None) => "starting",
        (None, _) => "stopped",
    };
    let peer_id = crate::keys::public_keys(&place.home)
        .map_or_else(|_| "unknown".to_owned(), |keys| rpc::peer_id(&keys.network_key));
    NodeRow {
        bank: place.code.to_string(),
        url,
        peer_id,
        status,
        pid: process.map(|process| process.pid),
        links: None,
        glance,
    }
}

/// The rows as a table.
pub fn table_of(rows: &[NodeRow]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_FULL_CONDENSED);
    table.set_header(["bank", "URL", "peer id", "height", "peers", "status", "links", "waits for"]);
    for row in rows {
        let of = |f: fn(&Glance) -> String| row.glance.as_ref().map_or("-".to_owned(), f);
        table.add_row([
            row.bank.clone(),
            row.url.clone(),
            row.peer_id.clone(),
            of(|glance| glance.height.to_string()),
            of(|glance| glance.peers.to_string()),
            row.status.to_owned(),
            row.links.clone().unwrap_or_else(|| "-".to_owned()),
            of(|glance| glance.waits_for.clone().unwrap_or_else(|| "nothing".to_owned())),
        ]);
    }
    table.to_string()
}
