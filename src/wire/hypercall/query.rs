//! Which calls only ask: the fence of a session opened for looking.
//!
//! It judges the bytes of a message, not who made it, and by numbers typed here once more: an error in an encoder or
//! in its table does not open the fence.

use super::{
    abi::{DOM0_OP_VERSION, call},
    bytes::{u32_at, u64_at},
    hvm,
    message::{ENTRY, LARGEST},
};

/// Whether a call only asks. `memory` gives what stands at an address: up to so many bytes, none elsewhere.
pub fn only_asks<'m>(
    number: u64,
    arguments: [u64; 5],
    memory: impl Fn(u64, usize) -> Option<&'m [u8]> + Copy,
) -> bool {
    let [first, second, ..] = arguments;
    match number {
        call::XEN_VERSION => true,
        call::HVM_OP => first == hvm::GET_PARAM,
        call::MULTICALL => (0..second).all(|i| {
            let at = (ENTRY as u64).checked_mul(i).and_then(|offset| offset.checked_add(first));
            at.and_then(|at| memory(at, ENTRY)).is_some_and(|entry| entry_only_asks(entry, memory))
        }),
        call::SYSCTL | call::DOMCTL | call::DOM0_OP => {
            memory(first, LARGEST).is_some_and(|message| message_only_asks(number, message))
        }
        _ => false,
    }
}

fn entry_only_asks<'m>(entry: &[u8], memory: impl Fn(u64, usize) -> Option<&'m [u8]> + Copy) -> bool {
    let (number, first) = (u64_at(entry, 0), u64_at(entry, 16));
    let (Some(number), Some(first)) = (number, first) else { return false };
    number != call::MULTICALL && only_asks(number, [first, 0, 0, 0, 0], memory)
}

/// Whether a message only asks; one too short to tell does not.
pub fn message_only_asks(hypercall: u64, message: &[u8]) -> bool {
    let (Some(command), Some(version)) = (u32_at(message, 0), u32_at(message, 4)) else { return false };
    match hypercall {
        call::SYSCTL => sysctl_only_asks(command, version, message),
        call::DOMCTL => domctl_only_asks(command, message),
        // The same hypercall has another meaning since 3.0.3, and another version with it.
        call::DOM0_OP => version == DOM0_OP_VERSION && dom0_op_only_asks(command, message),
        _ => false,
    }
}

fn sysctl_only_asks(command: u32, version: u32, message: &[u8]) -> bool {
    match command {
        3 | 4 | 6 | 8 | 9 | 16 | 17 => true,
        // readconsole: the word that clears the ring became a byte with version 5.
        1 if version >= 5 => message.get(8) == Some(&0),
        1 => u32_at(message, 8) == Some(0),
        // cpupool_op: XEN_SYSCTL_CPUPOOL_OP_INFO.
        18 => u32_at(message, 8) == Some(3),
        // scheduler_op: XEN_SYSCTL_SCHEDOP_getinfo.
        19 => u32_at(message, 16) == Some(1),
        _ => false,
    }
}

fn domctl_only_asks(command: u32, message: &[u8]) -> bool {
    match command {
        5 | 14 | 25 => true,
        // scheduler_op: XEN_DOMCTL_SCHEDOP_getinfo.
        16 => u32_at(message, 20) == Some(1),
        _ => false,
    }
}

fn dom0_op_only_asks(command: u32, message: &[u8]) -> bool {
    match command {
        12 | 22 | 24 | 38 | 43 => true,
        // readconsole.
        19 => u32_at(message, 8) == Some(0),
        // adjustdom: SCHED_INFO_GET.
        7 => u32_at(message, 12) == Some(1),
        _ => false,
    }
}
