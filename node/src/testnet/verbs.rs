//! The verbs that need no payments: down, status, kill, stop, start, logs.

use super::TestnetError;
use super::custodians;
use super::layout::{Layout, Place};
use super::links;
use super::nodes::{end_node, start_node};
use super::process::End;
use super::status::{NodeRow, rows};
use super::up::wait_for_answer;
use std::fs::File;
use std::io::{self, Read, Write};
use std::thread;
use std::time::Duration;

/// How often `logs --follow` looks for more.
const FOLLOW_EVERY: Duration = Duration::from_millis(200);

/// Bytes of a log that are copied at a time.
const COPY_BYTES: usize = 64 * 1024;

/// Stops every node; removes the network unless its data shall stay.
///
/// # Errors
/// [`TestnetError`]; what was stopped by then stays stopped.
pub fn down(layout: &Layout, keep_data: bool) -> Result<(), TestnetError> {
    if layout.network()?.is_none() {
        eprintln!("there is no test network in {}", layout.dir().display());
        return Ok(layout.remove()?);
    }
    for custody in layout.custodians() {
        if custodians::end(&custody, End::Stop)? {
            eprintln!("{} stopped", custody.name);
        }
    }
    let stops: Vec<_> = layout
        .places()
        .into_iter()
        .map(|place| thread::spawn(move || (end_node(&place, End::Stop), place)))
        .collect();
    for stop in stops {
        let (ended, place) = stop.join().expect("stopping a node does not panic");
        if ended.map_err(|source| failed(&place, "stopping", source))? {
            eprintln!("{} stopped", place.code);
        }
    }
    links::end(layout)?;
    if keep_data {
        eprintln!("{} is kept; testnet up goes on with it", layout.dir().display());
        return Ok(());
    }
    layout.remove()?;
    eprintln!("{} removed", layout.dir().display());
    Ok(())
}

/// Looks at every node.
///
/// # Errors
/// There is no network.
pub async fn status(layout: &Layout) -> Result<Vec<NodeRow>, TestnetError> {
    let network = layout.require()?;
    Ok(rows(layout, network.ports).await)
}

/// Ends one bank's node, or a custodian.
///
/// # Errors
/// There is no such bank, or it did not end.
pub fn end(layout: &Layout, bank: &str, how: End) -> Result<(), TestnetError> {
    layout.require()?;
    let (name, ran) = match layout.custodian(bank) {
        Some(custody) => (custody.name.to_owned(), custodians::end(&custody, how)?),
        None => {
            let place = layout.place(bank)?;
            let ran = end_node(&place, how).map_err(|source| failed(&place, "ending", source))?;
            (place.code.to_string(), ran)
        }
    };
    let word = match (ran, how) {
        (false, _) => "does not run",
        (true, End::Stop) => "stopped",
        (true, End::Kill) => "killed",
    };
    eprintln!("{name} {word}");
    Ok(())
}

/// Starts one bank's node and waits until it answers; or a custodian.
///
/// # Errors
/// There is no such bank, its ports are held, or it does not come up.
pub async fn start(layout: &Layout, bank: &str) -> Result<(), TestnetError> {
    let network = layout.require()?;
    if let Some(custody) = layout.custodian(bank) {
        let word =
            if custodians::start(layout, &custody, network.ports)? { "started" } else { "runs already" };
        eprintln!("{} {word}", custody.name);
        return Ok(());
    }
    let place = layout.place(bank)?;
    if super::nodes::running(&place).is_some() {
        eprintln!("{} runs already", place.code);
        return Ok(());
    }
    network.ports.check_free(place.number, place.code.as_str())?;
    links::ensure(layout, network.ports).await?;
    start_place(&place)?;
    wait_for_answer(&place, network.ports).await?;
    eprintln!("{} started", place.code);
    Ok(())
}

/// Starts a bank's node with this very program.
pub(super) fn start_place(place: &Place) -> Result<bool, TestnetError> {
    let program = std::env::current_exe().map_err(|source| failed(place, "finding idx-node", source))?;
    start_node(place, &program).map_err(|source| failed(place, "starting", source))
}

fn failed(place: &Place, what: &str, source: io::Error) -> TestnetError {
    TestnetError::Io { what: format!("{what} {}", place.code), source }
}

/// Copies a bank's or custodian's log, and goes on as it grows if told to.
///
/// # Errors
/// There is no such bank or log.
pub fn logs(layout: &Layout, bank: &str, follow: bool, out: &mut impl Write) -> Result<(), TestnetError> {
    layout.require()?;
    let path = match layout.custodian(bank) {
        Some(custody) => custody.log(),
        None => layout.place(bank)?.log(),
    };
    let io = |source| TestnetError::Io { what: path.display().to_string(), source };
    let mut file = File::open(&path).map_err(io)?;
    let mut buffer = vec![0; COPY_BYTES];
    loop {
        let read = file.read(&mut buffer).map_err(io)?;
        match read {
            0 if follow => thread::sleep(FOLLOW_EVERY),
            0 => return Ok(()),
            _ => match out.write_all(&buffer[..read]).and_then(|()| out.flush()) {
                // The reader, such as `head`, has seen enough.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                written => written.map_err(io)?,
            },
        }
    }
}
