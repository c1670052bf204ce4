//! The binary: hands over to the command line in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    idx_node::cli::run()
}
