//! `--batch`: samples to stdout.

use std::io;

use super::{
    args::Options,
    hosts::{self, Choice},
    trouble::Trouble,
};
use crate::{
    batch::{self, Host, Output, Plan},
    config::Config,
    model::Nanos,
    sampler::Pace,
};

/// Samples every host until the plan is done, stdout is closed or a signal ends the process.
pub(super) fn run(options: &Options, plan: Plan, config: &Config, choices: &[Choice]) -> Result<(), Trouble> {
    let interval = interval(options, config);
    let open = |(place, choice): (usize, &Choice)| {
        let host = |reader| Host::new(&choice.uri.to_string(), reader).every(interval);
        hosts::open_read_only(choice, place).map(host)
    };
    let mut hosts = choices.iter().enumerate().map(open).collect::<Result<Vec<_>, _>>()?;
    let mut pace = Pace::new(interval);
    let (mut samples, mut messages) = (io::stdout().lock(), io::stderr().lock());
    let mut output = Output { samples: &mut samples, messages: &mut messages };
    batch::run(&mut hosts, plan, || pace.wait().0, &mut output).map_err(|error| Trouble::output(&error))
}

/// The command line's interval, else the config file's, else a second.
pub(super) fn interval(options: &Options, config: &Config) -> Nanos {
    let from_file = || config.interval.map(super::args::nanos);
    options.interval.or_else(from_file).unwrap_or(Nanos(1_000_000_000))
}
