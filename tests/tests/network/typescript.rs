//! The TypeScript client of `client/ts` against a made-up node and a real one.
//!
//! It needs Node.js and `npm ci && npm run build` in `client/ts`, which `scripts/test.sh` sees to; without
//! them it says that it is skipped.

use super::net::Net;
use std::path::Path;
use std::process::Command;

#[test]
fn the_typescript_client_talks_to_a_node() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/ts");
    let is_built = folder.join("dist/index.js").is_file() && folder.join("node_modules/ws").is_dir();
    if !is_built {
        eprintln!("the tests of the TypeScript client are skipped: it was not built");
        return;
    }
    let net = Net::up();
    let mut node = Command::new("node");
    node.args(["--test", "test/client.test.mjs"]).current_dir(&folder);
    node.env("IDX_RPC_URL", format!("{}/rpc", net.url("HDFC")));
    let output = node.output().expect("node can be run");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("# pass 6"), "all of them ran: {said}");
}
