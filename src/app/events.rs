//! The Events panel's state: what happened on the hosts.

/// The Events panel.
#[derive(Clone, Debug, Default)]
pub struct Events {}
