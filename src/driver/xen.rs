//! The ways to a Xen host.

pub mod hypercall;
pub mod xend;
pub mod xenstore;
pub mod xl;
pub mod xm;
