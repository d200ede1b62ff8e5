//! The memory layouts of Xen's control calls, from 3.0.0 to 4.22: values in, bytes out, and back.
//!
//! Xen changes these layouts with nearly every release and tells them apart by two numbers, the versions of its
//! *sysctl* (the host) and *domctl* (one domain) interfaces; an [`Abi`] holds both. Before 3.0.3 there was one
//! interface for all, `dom0_op`. Every offset is a row of a table picked by one of the numbers, so a new release is
//! a row more.
//!
//! ```text
//!  multicall entry (64)       message (136 sysctl, dom0_op · 144 domctl)            buffer
//!  op · result · args[0] ───► command · version · [domain] · argument (128) ──────► domain records, maps, text
//! ```
//!
//! Nothing here issues a call. Decoders are total: any bytes give a value or nothing, never a panic.

pub mod abi;
pub mod about;
mod bytes;
pub mod command;
pub mod console;
pub mod cpu;
pub mod domain;
pub mod hvm;
pub mod message;
pub mod physinfo;
pub mod pool;
pub mod query;
pub mod sched;
pub mod vcpu;

pub use abi::{Abi, Arch, Release};
pub use message::Message;

/// The size of a page of Xen's accounting, on every machine it runs on.
pub const PAGE: u64 = 4096;
