//! `idx-node import`, `export` and `statement`: payments by file, documents of accounts, and their check.

use super::HomeArg;
use super::customer::refused;
use super::exit::{Done, Exit, Failure};
use super::output::{Output, say, table};
use super::testnet::block_on;
use crate::admin::Admin;
use crate::genesis_file;
use crate::statement::{Banks, Checked, check};
use clap::Subcommand;
use idx_bank::pain001::FILE_BYTES_MAX;
use idx_bank::statement::{Format, SealText};
use idx_client::views::{DocumentView, ImportLineView, ImportState, ImportView};
use idx_client::{ClientSettings, IdxClient};
use idx_types::{Height, NetworkDay};
use serde_json::json;
use std::path::{Path, PathBuf};

const IMPORT_HELP: &str = "\
The node of the home must run. A file whose counts or sums are wrong is refused as a whole; otherwise each
transfer is told of by itself. The same file pays once, however often it is imported.

Examples:
  idx-node import pain001 rent.xml --home hdfc --account 501234567890 --dry-run
  idx-node import pain001 rent.xml --home hdfc --account 501234567890 --output json";

/// Bring payments in by file.
#[derive(Debug, Subcommand)]
#[command(after_help = IMPORT_HELP)]
pub(super) enum Import {
    /// Pay by an ISO 20022 pain.001 file.
    Pain001(Pain001),
}

/// A file of payments.
#[derive(Debug, clap::Args)]
#[command(after_help = IMPORT_HELP)]
pub(super) struct Pain001 {
    /// The file.
    file: PathBuf,
    /// The number of the account that pays.
    #[arg(long, value_name = "NUMBER")]
    account: String,
    /// Tell what would become of it, and pay nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    home: HomeArg,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

impl Import {
    pub(super) fn run(self) -> Done {
        let Self::Pain001(import) = self;
        let bytes = read(&import.file, FILE_BYTES_MAX)?;
        let no_text = |_| Failure::say(Exit::Refused, format!("{}: it is not UTF-8", import.file.display()));
        let content = String::from_utf8(bytes).map_err(no_text)?;
        let ask = json!({"number": import.account, "content": content, "dryRun": import.dry_run});
        let admin = Admin::of(&import.home.home());
        block_on(async {
            let report: ImportView = admin.call("admin_importPayments", ask).await.map_err(refused)?;
            import.output.print(&report, import_text);
            if report.refused == 0 {
                return Ok(());
            }
            let text = format!("{} of {} transfers were refused", report.refused, report.lines.len());
            Err(Failure::say(Exit::Unsound, text))
        })
    }
}

fn import_text(report: &ImportView) -> String {
    let row = |line: &ImportLineView| {
        let state = match line.state {
            ImportState::Accepted => "accepted",
            ImportState::Known => "known",
            ImportState::Ready => "ready",
            ImportState::Refused => "refused",
        };
        let tx = line.tx.as_ref().map(|tx| format!("0x{}", hex::encode(tx.0.0)));
        let why = line.code.clone().or(line.status.clone());
        [
            line.line.to_string(),
            line.end_to_end_id.clone(),
            line.amount.clone(),
            state.to_owned(),
            why.unwrap_or_default(),
            tx.unwrap_or_default(),
        ]
    };
    table(["line", "end-to-end id", "amount", "state", "why", "transfer"], report.lines.iter().map(row))
}

const EXPORT_HELP: &str = "\
Writes the document and, beside it, its signature (FILE.sig). The node of the home must run.

Examples:
  idx-node export camt053 501234567890 --home hdfc --from 2026-11-01 --to 2026-11-30
  idx-node export pdf 501234567890 --home hdfc --from 2026-11-01 --to 2026-11-30 --file november.pdf";

/// Take statements of accounts out.
#[derive(Debug, Subcommand)]
#[command(after_help = EXPORT_HELP)]
pub(super) enum Export {
    /// An ISO 20022 camt.053 statement.
    Camt053(Period),
    /// A statement as comma-separated values.
    Csv(Period),
    /// A statement to print.
    Pdf(Period),
}

/// What a statement is of.
#[derive(Debug, clap::Args)]
#[command(after_help = EXPORT_HELP)]
pub(super) struct Period {
    /// The account's number.
    account: String,
    /// The first day, YYYY-MM-DD.
    #[arg(long)]
    from: NetworkDay,
    /// The last day.
    #[arg(long)]
    to: NetworkDay,
    /// Where to write; named after the period if left out.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    home: HomeArg,
}

impl Export {
    pub(super) fn run(self) -> Done {
        let (format, period) = match self {
            Self::Camt053(period) => (Format::Camt053, period),
            Self::Csv(period) => (Format::Csv, period),
            Self::Pdf(period) => (Format::Pdf, period),
        };
        let admin = Admin::of(&period.home.home());
        let ask = json!({
            "number": period.account, "from": period.from, "to": period.to, "format": format.name(),
        });
        block_on(async {
            let made: DocumentView = admin.call("admin_makeStatement", ask).await.map_err(refused)?;
            let path = period.file.unwrap_or_else(|| PathBuf::from(&made.name));
            let bytes = crate::statement::decode(&made.content).map_err(Failure::from)?;
            write(&path, &bytes)?;
            write(&signature_path(&path), format!("{}\n", made.signature).as_bytes())?;
            say(&format!("{} and {}", path.display(), signature_path(&path).display()));
            Ok::<(), Failure>(())
        })
    }
}

fn signature_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".sig");
    PathBuf::from(name)
}

const STATEMENT_HELP: &str = "\
By the genesis the bank's first key counts; by a node, the key that the banks had at the height of the
statement. Ask a node of a bank that you trust; one of your own is best.

Examples:
  idx-node statement verify november.pdf --signature november.pdf.sig --genesis genesis.json
  idx-node statement verify november.pdf --signature november.pdf.sig --url http://127.0.0.1:5000/rpc";

/// Check statements that somebody shows.
#[derive(Debug, Subcommand)]
pub(super) enum Statement {
    /// Whether a bank signed a document, and of what it is.
    Verify(Verify),
}

/// A document and its signature.
#[derive(Debug, clap::Args)]
#[command(after_help = STATEMENT_HELP)]
pub(super) struct Verify {
    /// The document.
    file: PathBuf,
    /// The file with its signature.
    #[arg(long, value_name = "FILE")]
    signature: PathBuf,
    /// The network's genesis file.
    #[arg(long, value_name = "FILE", required_unless_present = "url", conflicts_with = "url")]
    genesis: Option<PathBuf>,
    /// The JSON-RPC of a node.
    #[arg(long, env = "IDX_RPC_URL", value_name = "URL")]
    url: Option<String>,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

/// Longest document and signature that are read.
const DOCUMENT_BYTES_MAX: usize = 64 << 20;

impl Statement {
    pub(super) fn run(self) -> Done {
        let Self::Verify(verify) = self;
        let document = read(&verify.file, DOCUMENT_BYTES_MAX)?;
        let text = String::from_utf8_lossy(&read(&verify.signature, 2 * SealText::CHARS)?).into_owned();
        let unsound = |error: anyhow::Error| Failure::of(Exit::Unsound, error);
        let text: SealText = text.trim().parse().map_err(|error| unsound(anyhow::Error::new(error)))?;
        let banks = match (&verify.genesis, &verify.url) {
            (Some(path), _) => Banks::of_genesis(&genesis_file::read_sound(path)?.sound),
            (None, Some(url)) => block_on(banks_at(url, text.0.message.height))?,
            (None, None) => return Err(Failure::say(Exit::Usage, "give --genesis or --url")),
        };
        let checked = check(&document, &text.0, &banks).map_err(|error| unsound(error.into()))?;
        verify.output.print(&checked, sentence);
        Ok(())
    }
}

async fn banks_at(url: &str, height: Height) -> Result<Banks, Failure> {
    let unreachable = |error| Failure::of(Exit::Unreachable, error);
    let client = IdxClient::new(url, ClientSettings::default()).map_err(unreachable)?;
    Banks::at(&client, height).await.map_err(unreachable)
}

fn sentence(checked: &Checked) -> String {
    let Checked { bank, from, to, format, height, .. } = checked;
    format!("valid: {bank} signed this {format} statement of {from} to {to}, as of height {height}")
}

fn read(path: &Path, bytes_max: usize) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::say(Exit::Refused, format!("{}: {error}", path.display()));
    let length = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?.len();
    if length > bytes_max as u64 {
        return Err(failed(format!("it has more than {bytes_max} bytes")));
    }
    std::fs::read(path).map_err(|error| failed(error.to_string()))
}

fn write(path: &Path, bytes: &[u8]) -> Done {
    std::fs::write(path, bytes)
        .map_err(|error| Failure::say(Exit::Failed, format!("{}: {error}", path.display())))
}
