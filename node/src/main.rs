//! The binary: hands over to the command line in the library.

use std::process::ExitCode;

// A node with bugs planted for the tests of the simulator is never built.
const _: () = assert!(!idx_types::planted::COMPILED_IN);

fn main() -> ExitCode {
    idx_node::cli::run()
}
