//! Limits of memory that xend takes and does not print: up to 3.0.3 a domain's page has the limit it was started with.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::model::{Domain, DomainKey, KiB, Reading};

/// The limits that were set here.
#[derive(Default)]
pub(super) struct Limits(Mutex<BTreeMap<DomainKey, Limit>>);

/// One of them.
struct Limit {
    set: KiB,
    /// What its page had when it was set: where that is another by now, the page is believed again.
    printed: Reading<KiB>,
}

impl Limits {
    /// xend took this limit for a domain whose page was as here.
    pub(super) fn note(&self, domain: &Domain, set: KiB) {
        let printed = domain.max_memory.clone();
        self.lock().insert(domain.key, Limit { set, printed });
    }

    /// Puts them in the place of what was printed.
    pub(super) fn put(&self, domains: &mut [Domain]) {
        let mut limits = self.lock();
        if limits.is_empty() {
            return;
        }
        limits.retain(|key, _| domains.iter().any(|row| row.key == *key));
        for row in domains {
            if let Some(limit) = limits.get(&row.key).filter(|limit| limit.printed == row.max_memory) {
                row.max_memory = Reading::Known(limit.set);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<DomainKey, Limit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
