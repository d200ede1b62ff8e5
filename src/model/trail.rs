//! The way a change took through the driver stack: who was asked, in order, and what each answered.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::Reason;

/// What one driver answered to a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The driver.
    pub driver: Arc<str>,
    /// Why it did not do it; none where it did.
    pub refused: Option<Reason>,
    /// What of a definition it did it without, a phrase each; not safe to show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<String>,
}

/// The drivers that were asked for a change, in order. Drivers that have no part in the operation leave no step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Trail(pub Vec<Step>);

impl Trail {
    /// The drivers that did it, in the order asked.
    pub fn done_by(&self) -> impl Iterator<Item = &Arc<str>> {
        self.0.iter().filter(|step| step.refused.is_none()).map(|step| &step.driver)
    }

    /// Whether any driver did it.
    pub fn done(&self) -> bool {
        self.done_by().next().is_some()
    }
}

impl fmt::Display for Trail {
    /// `xl did not (xl is not there), hypervisor did`; `xl did, without its title`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            match &step.refused {
                None => {
                    write!(f, "{comma}{} did", step.driver)?;
                    step.lost.iter().try_for_each(|what| write!(f, ", without {what}"))?;
                }
                Some(reason) => write!(f, "{comma}{} did not ({})", step.driver, reason.message)?,
            }
        }
        Ok(())
    }
}
