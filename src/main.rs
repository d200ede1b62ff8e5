//! argv → run → exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    domtop::cli::run(std::env::args_os())
}
