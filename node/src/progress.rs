//! Progress of long work: a bar on a terminal, plain lines elsewhere. Always on standard error, so that
//! standard output stays what a script reads.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Away from a terminal a line is written at most this often.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// How far some work is.
#[derive(Debug)]
pub struct Progress {
    what: String,
    total: u64,
    done: u64,
    shown_at: Option<Instant>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Work of `total` steps.
    pub fn new(what: &str, total: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| bar(what, total));
        Self { what: what.to_owned(), total, done: 0, shown_at: None, bar }
    }

    /// Steps done.
    pub const fn done(&self) -> u64 {
        self.done
    }

    /// Says where the work stands, with a few words beside the number.
    pub fn set(&mut self, done: u64, beside: &str) {
        let moved = done != self.done;
        self.done = done;
        match &self.bar {
            Some(bar) => {
                bar.set_position(done);
                bar.set_message(beside.to_owned());
            }
            None if moved && self.shown_at.is_none_or(|at| at.elapsed() >= LINE_EVERY) => {
                self.shown_at = Some(Instant::now());
                self.line(beside);
            }
            None => {}
        }
    }

    /// Ends the work with a last line.
    pub fn finish(self, beside: &str) {
        match &self.bar {
            Some(bar) => {
                bar.finish_and_clear();
                self.line(beside);
            }
            None => self.line(beside),
        }
    }

    fn line(&self, beside: &str) {
        eprintln!("{}", line(&self.what, self.done, self.total, beside));
    }
}

fn line(what: &str, done: u64, total: u64, beside: &str) -> String {
    let gap = if beside.is_empty() { "" } else { "  " };
    format!("{what}: {done} of {total}{gap}{beside}")
}

fn bar(what: &str, total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix} [{bar:32}] {pos}/{len} {elapsed} left {eta}  {msg}")
        .expect("the template is fixed and sound")
        .progress_chars("=> ");
    let bar = ProgressBar::new(total).with_style(style);
    bar.set_prefix(what.to_owned());
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_and_how_far() {
        assert_eq!(line("payments", 3, 10, ""), "payments: 3 of 10");
        assert_eq!(line("payments", 3, 10, "1 failed"), "payments: 3 of 10  1 failed");
    }
}
