//! The Pins panel's state.

/// The Pins panel.
#[derive(Clone, Debug, Default)]
pub struct Pins {}
