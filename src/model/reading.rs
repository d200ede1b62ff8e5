//! A value that may be missing, with the reason why.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What asking for one value gave: a cell says the value, `—` or `!` with its reason, never a fake 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reading<T> {
    /// The value as the peer gave it.
    Known(T),
    /// No driver of this host can tell, or the domain has no such thing: shown as `—`.
    #[default]
    Unsupported,
    /// A driver tried and failed, for this reason: shown as `!`.
    Failed(Arc<str>),
}

impl<T> Reading<T> {
    /// The value, where there is one.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unsupported | Self::Failed(_) => None,
        }
    }

    /// The same reading with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Reading<U> {
        match self {
            Self::Known(value) => Reading::Known(change(value)),
            Self::Unsupported => Reading::Unsupported,
            Self::Failed(reason) => Reading::Failed(reason),
        }
    }
}

impl<T> From<Option<T>> for Reading<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unsupported, Self::Known)
    }
}
