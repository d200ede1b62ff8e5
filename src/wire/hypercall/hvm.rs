//! `hvm_op` (`public/hvm/hvm_op.h`, public/hvm/params.h): what an emulated machine was set up with.
//!
//! ```text
//!  struct xen_hvm_param    0        2    4        8                16
//!                          ├ domain ┼ 0 ─┼ index ─┼ value ─────────┤
//! ```

use super::bytes::u64_at;

/// `HVMOP_get_param`, the one command used here.
pub const GET_PARAM: u64 = 1;

/// The size of its message.
pub const PARAM: usize = 16;

/// `HVM_PARAM_CALLBACK_IRQ`: how the guest wants to hear of events. It is 0 until PV drivers say so.
pub const CALLBACK_IRQ: u32 = 0;

/// Asks for a parameter.
pub fn ask(domain: u16, index: u32) -> [u8; PARAM] {
    let mut message = [0; PARAM];
    message[..2].copy_from_slice(&domain.to_le_bytes());
    message[4..8].copy_from_slice(&index.to_le_bytes());
    message
}

/// Reads the answer to [`ask`]; none of a short one.
pub fn value(reply: &[u8]) -> Option<u64> {
    u64_at(reply, 8)
}
