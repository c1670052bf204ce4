//! Where the story is told: runs commands, prints them, checks what they answer.

use super::DemoError;
use crate::home::{self, Home};
use crate::testnet::Layout;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long the network may take until a step shows.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(150);

/// The stage of one telling.
pub(super) struct Stage<'a> {
    pub layout: &'a Layout,
    program: PathBuf,
    step: usize,
    began: Instant,
}

impl<'a> Stage<'a> {
    pub fn new(layout: &'a Layout) -> Result<Self, DemoError> {
        let source_of = |source| DemoError::Run { command: "idx-node".to_owned(), source };
        let program = std::env::current_exe().map_err(source_of)?;
        Ok(Self { layout, program, step: 0, began: Instant::now() })
    }

    /// A new step of the story.
    pub fn step(&mut self, sentence: &str) {
        self.step += 1;
        println!("\n{}. {sentence}", self.step);
    }

    /// Something that the listener should see.
    pub fn tell(&self, sentence: &str) {
        println!("     {sentence}");
    }

    /// The end, and how long it took.
    pub fn end(&self) {
        println!("\nThe story is told: {} steps in {:.1} s.", self.step, self.began.elapsed().as_secs_f64());
    }

    /// Runs a command, shows it, and gives what it answers in JSON; a plain line becomes a string.
    pub fn run(&self, arguments: &[&str]) -> Result<Value, DemoError> {
        println!("     $ idx-node {}", shown(arguments));
        self.quietly(arguments)
    }

    /// The same, without showing it.
    pub fn quietly(&self, arguments: &[&str]) -> Result<Value, DemoError> {
        match self.output(arguments)? {
            (true, answer, _) => Ok(answer),
            (false, _, said) => Err(DemoError::Failed { command: command(arguments), said }),
        }
    }

    /// Runs a command that must be refused; gives what it says.
    pub fn refused(&self, arguments: &[&str]) -> Result<String, DemoError> {
        println!("     $ idx-node {}", shown(arguments));
        match self.output(arguments)? {
            (false, _, said) => Ok(said.trim().trim_start_matches("error: ").to_owned()),
            (true, ..) => Err(DemoError::Unlike(format!("{} was not refused", command(arguments)))),
        }
    }

    fn output(&self, arguments: &[&str]) -> Result<(bool, Value, String), DemoError> {
        let ran = Command::new(&self.program).args(arguments).output();
        let ran = ran.map_err(|source| DemoError::Run { command: command(arguments), source })?;
        let text = String::from_utf8_lossy(&ran.stdout).into_owned();
        let answer = serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.trim().to_owned()));
        Ok((ran.status.success(), answer, String::from_utf8_lossy(&ran.stderr).into_owned()))
    }

    /// Looks again and again until what is looked at is as the story tells.
    pub fn until<T>(
        &self,
        what: &str,
        look: impl Fn() -> Result<Option<T>, DemoError>,
    ) -> Result<T, DemoError> {
        let began = Instant::now();
        loop {
            if let Some(seen) = look()? {
                return Ok(seen);
            }
            if began.elapsed() > PATIENCE {
                return Err(DemoError::Unlike(format!("{what}: not within {} s", PATIENCE.as_secs())));
            }
            sleep(LOOK_EVERY);
        }
    }

    /// The home of a bank, as an argument.
    pub fn bank(&self, code: &str) -> Result<String, DemoError> {
        Ok(self.layout.place(code)?.home.root().display().to_string())
    }

    /// A clerk's command at a bank.
    pub fn clerk(&self, bank: &str, arguments: &[&str]) -> Result<Value, DemoError> {
        let home = self.bank(bank)?;
        self.run(&[&["customer", "--home", &home, "--output", "json"], arguments].concat())
    }

    /// The same, without showing it.
    pub fn clerk_quietly(&self, bank: &str, arguments: &[&str]) -> Result<Value, DemoError> {
        let home = self.bank(bank)?;
        self.quietly(&[&["customer", "--home", &home, "--output", "json"], arguments].concat())
    }

    /// Writes a paper that only its owner reads; an older one of this story is replaced.
    pub fn paper(&self, name: &str, text: &str) -> Result<String, DemoError> {
        let path = self.layout.demo().join(name);
        let failed = |error: home::HomeError| DemoError::Paper {
            path: path.clone(),
            source: std::io::Error::other(error.to_string()),
        };
        home::remove_if_there(&path).map_err(failed)?;
        home::write_new_secret(&path, text).map_err(failed)?;
        Ok(path.display().to_string())
    }

    /// A home, as an argument.
    pub fn home(home: &Home) -> String {
        home.root().display().to_string()
    }
}

/// The field of an answer, as text.
pub(super) fn text(answer: &Value, pointer: &str) -> String {
    match answer.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn command(arguments: &[&str]) -> String {
    format!("idx-node {}", shown(arguments))
}

/// The arguments as one would type them; long names shortened, the output's form left out.
fn shown(arguments: &[&str]) -> String {
    let mut words = Vec::new();
    let mut left = arguments.iter();
    while let Some(word) = left.next() {
        match *word {
            "--output" => drop(left.next()),
            word if word.contains(' ') => words.push(format!("\"{word}\"")),
            word => words.push(short(word)),
        }
    }
    words.join(" ")
}

/// A pseudonym or an id as people recognise it.
pub(super) fn short(word: &str) -> String {
    let is_long_name =
        ["IDX_", "SESSION_", "0x"].iter().any(|head| word.starts_with(head)) && word.len() > 24;
    if is_long_name { format!("{}…", &word[..word.len().min(16)]) } else { word.to_owned() }
}
