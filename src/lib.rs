//! domtop: a terminal monitor and controller for virtual machines.
//!
//! The layers, from the bottom; each may import only what stands above it here (`tests/architecture.rs` checks it):
//!
//! ```text
//!  model      pure vocabulary: domain, host, snapshot, op, request, failure, rates, history
//!  wire       total codecs of the peers' protocols: no sockets, no panics
//!  audit      the file of changes: records, one write each, rotation
//!  config     the user's file
//!  driver     Observe and Control; the stack with its three routes; one module per peer
//!  sampler    a thread that fills snapshots at absolute deadlines
//!  console    guests' consoles, each on a thread of its own: guard, emulator, sharing, recordings
//!  proxy      a small privileged process that answers reading operations over a socket, and nothing else
//!  app        all state of the screen; messages in, effects out; no I/O, no clock
//!  theme      roles to colours
//!  view       draws the app: &App in, cells and Regions out
//!  runtime    the loop: terminal, signals, threads
//!  batch, cli what runs without a screen
//! ```

pub mod app;
pub mod audit;
pub mod batch;
pub mod cli;
pub mod config;
pub mod console;
pub mod driver;
pub mod model;
pub mod proxy;
pub mod runtime;
pub mod sampler;
pub mod theme;
pub mod view;
pub mod wire;
