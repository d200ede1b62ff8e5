//! Seccomp: which calls of the system can be made at all. Any other fails with `EPERM`, as if it were forbidden by
//! rights: a library that tries another way first goes on, and nothing is killed in the middle of an answer.

use std::collections::BTreeMap;

use nix::libc;
use seccompiler::{
    BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter, apply_filter_all_threads,
};

use super::Needs;

/// What waiting, reading, sending and keeping memory need.
const ALLOWED: &[i64] = &[
    // descriptors
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_pread64,
    libc::SYS_pwrite64,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_lseek,
    libc::SYS_fcntl,
    libc::SYS_dup,
    libc::SYS_openat,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_unlinkat,
    libc::SYS_statfs,
    libc::SYS_fstatfs,
    // waiting
    libc::SYS_ppoll,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_create1,
    libc::SYS_eventfd2,
    libc::SYS_futex,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    libc::SYS_restart_syscall,
    libc::SYS_sched_yield,
    // sockets
    libc::SYS_accept4,
    libc::SYS_connect,
    libc::SYS_getsockopt,
    libc::SYS_setsockopt,
    libc::SYS_getsockname,
    libc::SYS_getpeername,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_shutdown,
    // memory
    libc::SYS_brk,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_madvise,
    libc::SYS_mlock,
    libc::SYS_membarrier,
    // threads
    libc::SYS_clone,
    libc::SYS_clone3,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_sched_getaffinity,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_tgkill,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    // the rest
    libc::SYS_getrandom,
    libc::SYS_prlimit64,
    libc::SYS_getrusage,
    libc::SYS_uname,
    libc::SYS_sysinfo,
    libc::SYS_flock,
    libc::SYS_seccomp,
];

/// Older calls that one architecture goes on using.
#[cfg(target_arch = "x86_64")]
const OLD: &[i64] = &[
    libc::SYS_poll,
    libc::SYS_epoll_wait,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_readlink,
    libc::SYS_access,
    libc::SYS_unlink,
    libc::SYS_time,
];
#[cfg(not(target_arch = "x86_64"))]
const OLD: &[i64] = &[];

/// What a simulated host's state needs, which is kept in files.
const KEEPING: &[i64] = &[
    libc::SYS_renameat2,
    libc::SYS_renameat,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_ftruncate,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_rename,
];

/// What starts threads and processes.
const STARTING: &[i64] = &[
    libc::SYS_clone,
    libc::SYS_clone3,
    libc::SYS_execve,
    libc::SYS_execveat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
];

/// What devices are told: `TCGETS`, `FIONREAD` and `FIONBIO` (asm-generic/ioctls.h), as the standard library asks
/// whether something is a terminal and makes sockets not wait; `IOCTL_PRIVCMD_HYPERCALL` of Linux's xen/privcmd.h.
const TOLD: [u64; 4] = [0x5401, 0x541b, 0x5421, 0x0030_5000];

/// Restricts this thread and those it will start.
pub(super) fn restrict(needs: &Needs) -> Result<String, String> {
    let filter = allowing(needs).map_err(|error| error.to_string())?;
    apply_filter(&filter).map_err(|error| described(&error))?;
    Ok("any other call than those of waiting, reading and sending fails".into())
}

/// Once all threads are there: none of them can start another, or a program.
///
/// # Errors
/// Why the kernel does not.
pub fn close() -> Result<(), String> {
    let none = STARTING.iter().map(|call| (*call, Vec::new())).collect();
    let denied = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let filter = compiled(none, SeccompAction::Allow, denied).map_err(|error| error.to_string())?;
    apply_filter_all_threads(&filter).map_err(|error| described(&error))
}

fn allowing(needs: &Needs) -> Result<BpfProgram, seccompiler::BackendError> {
    let keeping = if needs.write.is_empty() { &[][..] } else { KEEPING };
    let plain = ALLOWED.iter().chain(OLD).chain(keeping);
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = plain.map(|call| (*call, Vec::new())).collect();
    let mut families = vec![libc::AF_UNIX];
    if needs.port.is_some() {
        families.extend([libc::AF_INET, libc::AF_INET6]);
    }
    rules.insert(libc::SYS_socket, one_of(0, families.into_iter().map(|it| u64::from(it.unsigned_abs())))?);
    rules.insert(libc::SYS_ioctl, one_of(1, TOLD)?);
    let named = u64::from(libc::PR_SET_NAME.unsigned_abs());
    let vma = u64::from(libc::PR_SET_VMA.unsigned_abs());
    let nnp = u64::from(libc::PR_SET_NO_NEW_PRIVS.unsigned_abs());
    rules.insert(libc::SYS_prctl, one_of(0, [named, vma, nnp])?);
    // Memory is for reading and writing, never for running what was written into it.
    let runs = u64::from(libc::PROT_EXEC.unsigned_abs());
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        let masked = SeccompCmpOp::MaskedEq(runs);
        let condition = SeccompCondition::new(2, SeccompCmpArgLen::Dword, masked, 0)?;
        rules.insert(call, vec![SeccompRule::new(vec![condition])?]);
    }
    compiled(rules, SeccompAction::Errno(libc::EPERM.unsigned_abs()), SeccompAction::Allow)
}

/// An argument that is one of these.
fn one_of(
    argument: u8,
    values: impl IntoIterator<Item = u64>,
) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let rule = |value| {
        let equal = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)?;
        SeccompRule::new(vec![equal])
    };
    values.into_iter().map(rule).collect()
}

fn compiled(
    rules: BTreeMap<i64, Vec<SeccompRule>>,
    others: SeccompAction,
    these: SeccompAction,
) -> Result<BpfProgram, seccompiler::BackendError> {
    let target: TargetArch = std::env::consts::ARCH.try_into()?;
    SeccompFilter::new(rules, others, these, target)?.try_into()
}

/// A kernel without filters answers `EINVAL`.
fn described(error: &Error) -> String {
    match error {
        Error::Seccomp(error) if error.raw_os_error() == Some(libc::EINVAL) => "this kernel has none".into(),
        error => error.to_string(),
    }
}
