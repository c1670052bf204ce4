//! What scripts/fuzz.sh must know of the targets: their names, the length of their inputs, their seeds.
//!
//! ```text
//! idx-fuzz-seeds FOLDER          writes the seeds of each target into a folder of its name
//! idx-fuzz-seeds --targets       names the targets
//! idx-fuzz-seeds --len TARGET    longest input of a target, bytes
//! ```

use idx_crypto::sha256;
use idx_fuzz::{TARGETS, seeds, targets};
use std::path::Path;
use std::{env, fs, io};

/// Digits of a digest that make a name: writing again changes nothing.
const NAME_DIGITS: usize = 16;

fn main() -> io::Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["--targets"] => TARGETS.iter().for_each(|target| println!("{}", target.name)),
        ["--len", name] => match targets::find(name) {
            Some(target) => println!("{}", target.len_max),
            None => return Err(io::Error::other(format!("there is no target {name}"))),
        },
        [folder] => write(Path::new(folder))?,
        _ => return Err(io::Error::other("say FOLDER, --targets or --len TARGET")),
    }
    Ok(())
}

fn write(folder: &Path) -> io::Result<()> {
    for (target, bytes) in seeds::seeds() {
        let into = folder.join(target);
        fs::create_dir_all(&into)?;
        let name = sha256(&bytes).to_string();
        fs::write(into.join(&name[..NAME_DIGITS]), bytes)?;
    }
    Ok(())
}
