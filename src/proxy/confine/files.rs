//! Landlock: which files can be opened at all, which ports connected to (Linux 5.13 and later, landlock(7)).

use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, NetPort, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

use super::Needs;

/// The newest rights that are asked for; older kernels restrict what they can. Later ones also restrict connecting to
/// sockets by their path, which is how xenstored is found again.
const RIGHTS: ABI = ABI::V6;

/// Restricts this thread and those it will start.
pub(super) fn restrict(needs: &Needs) -> Result<String, String> {
    match ruleset(needs) {
        Ok(RulesetStatus::FullyEnforced) => Ok(described(needs)),
        Ok(RulesetStatus::PartiallyEnforced) => {
            Ok(format!("{}, as far as this kernel can", described(needs)))
        }
        Ok(RulesetStatus::NotEnforced) => Err("this kernel has none".into()),
        Err(error) => Err(error.to_string()),
    }
}

fn ruleset(needs: &Needs) -> Result<RulesetStatus, RulesetError> {
    let remove: BitFlags<AccessFs> = AccessFs::RemoveFile.into();
    let write = AccessFs::from_all(RIGHTS) & !BitFlags::from(AccessFs::Execute) & !AccessFs::IoctlDev;
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(RIGHTS))?
        .handle_access(AccessNet::from_all(RIGHTS))?
        .scope(Scope::from_all(RIGHTS))?
        .create()?
        .add_rules(path_beneath_rules(&needs.read, read))?
        .add_rules(path_beneath_rules(&needs.write, write))?
        .add_rules(path_beneath_rules(&needs.remove, remove))?
        .add_rules(needs.port.map(|port| Ok::<_, RulesetError>(NetPort::new(port, AccessNet::ConnectTcp))))?;
    Ok(rules.restrict_self()?.ruleset)
}

fn described(needs: &Needs) -> String {
    let list = |verb: &str, paths: &[PathBuf]| {
        let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        (!paths.is_empty()).then(|| format!("{verb} {}", paths.join(" ")))
    };
    let port = needs.port.map(|port| format!("connects to port {port}"));
    let parts = [list("reads", &needs.read), list("writes", &needs.write), port];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
