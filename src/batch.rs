//! Samples to stdout: text, CSV, JSON lines.
//!
//! A tick reads every host, composes all of its output in one buffer that is kept from tick to tick, and
//! writes it in one call. Digits are put into the buffer by hand: a warm tick allocates nothing and formats nothing.
//! The first reading is not printed, for it has no rates; each line printed has them.

pub mod buffer;
pub mod column;
mod csv;
mod host;
pub mod json;
mod text;

use std::io::{self, Write};

pub use buffer::Buffer;
pub use host::Host;

use crate::model::{Demand, Stamp};

/// How samples are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A line about the host and an aligned table.
    #[default]
    Text,
    /// A row per domain and tick.
    Csv,
    /// One object a line.
    Json,
}

/// What has a row of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Each domain.
    #[default]
    Domains,
    /// Each virtual CPU.
    Vcpus,
    /// Each network interface.
    Nets,
    /// Each disk.
    Disks,
}

/// What to sample, how often and how to write it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// How many samples to print; none for as many as there is time.
    pub count: Option<u64>,
    /// How they are written.
    pub format: Format,
    /// What has a row.
    pub view: View,
}

impl Plan {
    /// What each sample must hold: JSON objects always tell all of the domain.
    pub fn demand(&self) -> Demand {
        Demand {
            all_vcpus: self.view == View::Vcpus,
            devices: self.view == View::Domains || self.format == Format::Json,
            ..Demand::default()
        }
    }
}

/// Where samples go, and where it is said that a host does not answer.
pub struct Output<'a> {
    /// The samples; each tick is one write.
    pub samples: &'a mut dyn Write,
    /// Lines for the user.
    pub messages: &'a mut dyn Write,
}

/// Samples these hosts at the moments `wait` gives, the first at once, until the plan is done.
///
/// # Errors
/// What writing gives; a closed pipe is for the caller to take as the end.
pub fn run(
    hosts: &mut [Host],
    plan: Plan,
    mut wait: impl FnMut() -> Stamp,
    output: &mut Output<'_>,
) -> io::Result<()> {
    let mut buffer = Buffer::default();
    first(hosts, plan, wait());
    if plan.format == Format::Csv {
        csv::header(&mut buffer, plan.view);
    }
    let mut left = plan.count;
    while left != Some(0) {
        let (at, mut news) = (wait(), false);
        for host in &mut *hosts {
            host.sample(at, &plan.demand());
            host.report(output.messages)?;
            if host.is_news() {
                write(&mut buffer, plan, host);
                news = true;
            }
        }
        if !news {
            continue;
        }
        output.samples.write_all(buffer.bytes())?;
        output.samples.flush()?;
        buffer.clear();
        left = left.map(|n| n - 1);
    }
    Ok(())
}

/// The reading that is not printed, and what the hosts are called from then on.
fn first(hosts: &mut [Host], plan: Plan, at: Stamp) {
    for host in &mut *hosts {
        host.sample(at, &plan.demand());
    }
    host::label(hosts);
}

fn write(buffer: &mut Buffer, plan: Plan, host: &Host) {
    match plan.format {
        Format::Text => text::tick(buffer, plan.view, host),
        Format::Csv => csv::tick(buffer, plan.view, host),
        Format::Json => json::tick(buffer, plan.view, host),
    }
}
