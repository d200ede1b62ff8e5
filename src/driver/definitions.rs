//! The definitions of a host's domains, for who reads one while the sampler goes on: it may take a toolstack's time.

use std::sync::Arc;

use super::stack::{Outcome, Stack};
use crate::model::{DomainKey, Which, definition::Told};

/// Reads definitions. Clones are of the same host.
#[derive(Clone)]
pub struct Definitions {
    stack: Arc<Stack>,
}

impl Definitions {
    /// Only a session makes them, over its stack.
    pub(super) fn new(stack: Arc<Stack>) -> Self {
        Self { stack }
    }

    /// A domain's definition. Blocks until a driver has answered.
    ///
    /// # Errors
    /// The reasons of the drivers, where none could; `NoDomain` where nobody keeps one of this domain.
    pub fn read(&self, key: DomainKey, which: Which) -> Outcome<Told> {
        self.stack.definition(key, which)
    }
}
