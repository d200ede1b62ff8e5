//! What the hypervisor says of itself.

use std::{fmt::Write, sync::Arc};

use super::link::{BUFFER, Link};
use crate::{
    model::{Hypervisor, Name, Reading},
    wire::hypercall::{
        Release,
        abi::call,
        about::{self, CompileInfo, Told},
    },
};

/// The room a string of any length gets.
const ROOM: u32 = 8192;

/// What stands for a string this domain may not see or the release does not have.
const NOT_TOLD: &str = "not told";

impl Link {
    /// What it says of itself. It never fails: what is refused is left out or said to be.
    pub(super) fn about(&mut self) -> Hypervisor {
        let extra = self.told(about::EXTRAVERSION).unwrap_or_default();
        let capabilities = self.told(about::CAPABILITIES).unwrap_or_default();
        Hypervisor {
            kind: "Xen".into(),
            version: format!("{}{extra}", self.abi.release).into(),
            capabilities: capabilities.split_whitespace().map(Into::into).collect(),
            scheduler: self.scheduler_name(),
            facts: self.facts(),
        }
    }

    fn scheduler_name(&mut self) -> Reading<Arc<str>> {
        match self.default_scheduler() {
            Ok(kind) => Reading::Known(kind.name().into()),
            Err(error) => Reading::Failed(error.message),
        }
    }

    fn facts(&mut self) -> Vec<(Arc<str>, Name)> {
        let compile = self.compile_info().unwrap_or_default();
        let facts = [
            ("changeset", self.told(about::CHANGESET)),
            ("compiler", compile.compiler),
            ("compiled by", compile.by),
            ("compiled at", compile.domain),
            ("compiled on", compile.date),
            ("build id", self.build_id()),
            ("command line", self.told(about::COMMAND_LINE)),
            ("hardware", self.hardware()),
            ("interface", Some(self.interface())),
        ];
        let fact = |(name, value): (&str, Option<String>)| {
            (name.into(), Name::new(value.as_deref().unwrap_or(NOT_TOLD)))
        };
        facts.into_iter().map(fact).collect()
    }

    fn hardware(&self) -> Option<String> {
        let host = self.host.as_ref()?;
        Some(host.abilities(&self.abi).join(" ")).filter(|words| !words.is_empty())
    }

    fn interface(&self) -> String {
        let size = self.layout.size;
        if self.abi.is_legacy() {
            return format!("dom0_op, domain records of {size} bytes");
        }
        let (sysctl, domctl) = (self.abi.sysctl, self.abi.domctl);
        format!("sysctl {sysctl:#x}, domctl {domctl:#x}, domain records of {size} bytes")
    }

    /// A string, uncut where the release can.
    fn told(&mut self, told: Told) -> Option<String> {
        let uncut = told.uncut.filter(|_| self.abi.release >= Release::new(4, 20));
        if let Some(bytes) = uncut.and_then(|command| self.varbuf(command)) {
            return about::string(bytes);
        }
        self.fixed(told).and_then(about::string)
    }

    fn compile_info(&mut self) -> Option<CompileInfo> {
        self.fixed(about::COMPILE_INFO).and_then(CompileInfo::decode)
    }

    fn build_id(&mut self) -> Option<String> {
        let bytes = self.varbuf(about::BUILD_ID).filter(|bytes| !bytes.is_empty())?;
        Some(bytes.iter().take(64).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        }))
    }

    /// What a command writes in a buffer of fixed size.
    fn fixed(&mut self, told: Told) -> Option<&[u8]> {
        self.arena.fill(BUFFER, told.size, 0);
        self.version_call(told.command)?;
        Some(self.arena.bytes(BUFFER, told.size))
    }

    /// What a command writes in a buffer that says how long it is.
    fn varbuf(&mut self, command: u64) -> Option<&[u8]> {
        self.arena.fill(BUFFER, ROOM as usize, 0);
        self.arena.write(BUFFER, &about::varbuf(ROOM - 4));
        let length = self.version_call(command)?;
        Some(about::varbuf_bytes(self.arena.bytes(BUFFER, ROOM as usize), length))
    }

    fn version_call(&mut self, command: u64) -> Option<u64> {
        let arguments = [command, self.arena.address(BUFFER), 0, 0, 0];
        self.arena.call(call::XEN_VERSION, arguments).ok()
    }
}
