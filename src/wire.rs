//! Codecs of the peers' protocols: bytes in, values out, no sockets.
//!
//! Every decoder is total: any bytes give a value or an error, never a panic; every strict prefix of a message is
//! incomplete, not wrong.

pub mod cfg;
pub mod channel;
pub mod hypercall;
pub mod proxy;
pub mod sexpr;
pub mod xenstore;
pub mod xml;
