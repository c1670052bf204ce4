//! The table of ways from outside: one line of JSON in, one line out, over a socket in the folder.

use super::ways::Links;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::time::timeout;

/// Most bytes of a line; the table has about 3,000.
const LINE_BYTES_MAX: u64 = 64 << 10;

/// How long one question may take.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);

/// What is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Question {
    /// How the ways are.
    Get,
    /// To make them so.
    Set(Box<Links>),
}

/// Why the links cannot be reached.
#[derive(Debug, thiserror::Error)]
#[error("the links of this network do not answer at {path}: {source}\n  what to do: testnet up starts them again", path = .path.display())]
pub struct ControlError {
    /// The socket.
    path: PathBuf,
    /// What the operating system said.
    source: io::Error,
}

/// Opens the socket; one that an earlier process left is replaced.
pub(super) fn open(path: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => UnixListener::bind(path),
    }
}

/// Answers questions, one after the other, for ever.
pub(super) async fn serve(socket: UnixListener, links: watch::Sender<Links>) {
    loop {
        let Ok((stream, _)) = socket.accept().await else { continue };
        // Who asks nonsense, or nothing for long, gets no answer.
        let _ = timeout(ANSWER_TIME_MAX, answer(stream, &links)).await;
    }
}

async fn answer(mut stream: UnixStream, links: &watch::Sender<Links>) -> io::Result<()> {
    let question: Question = read_line(&mut stream).await?;
    if let Question::Set(wanted) = question {
        links.send_replace(*wanted);
        eprintln!("{} {}", crate::pay::now().0, wanted.to_text());
    }
    let now = *links.borrow();
    write_line(&mut stream, &now).await
}

/// Asks how the ways are.
pub(super) async fn get(path: &Path) -> Result<Links, ControlError> {
    ask(path, &Question::Get).await
}

/// Makes the ways so; they are when this returns.
pub(super) async fn set(path: &Path, links: Links) -> Result<Links, ControlError> {
    ask(path, &Question::Set(Box::new(links))).await
}

async fn ask(path: &Path, question: &Question) -> Result<Links, ControlError> {
    let talk = async {
        let mut stream = UnixStream::connect(path).await?;
        write_line(&mut stream, question).await?;
        read_line(&mut stream).await
    };
    let failed = |source| ControlError { path: path.to_owned(), source };
    match timeout(ANSWER_TIME_MAX, talk).await {
        Ok(answer) => answer.map_err(failed),
        Err(_) => Err(failed(io::ErrorKind::TimedOut.into())),
    }
}

async fn write_line<T: Serialize>(stream: &mut UnixStream, value: &T) -> io::Result<()> {
    let text = serde_json::to_string(value)?;
    stream.write_all(format!("{text}\n").as_bytes()).await
}

async fn read_line<T: for<'de> Deserialize<'de>>(stream: &mut UnixStream) -> io::Result<T> {
    let mut line = String::new();
    BufReader::new(stream.take(LINE_BYTES_MAX)).read_line(&mut line).await?;
    Ok(serde_json::from_str(&line)?)
}
