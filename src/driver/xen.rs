//! The drivers of a Xen host.

pub mod hypercall;
pub mod xenstore;
pub mod xl;
