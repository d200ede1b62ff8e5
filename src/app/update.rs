//! Messages to state and effects.

use super::{App, Effect, Msg};

impl App {
    /// What to ask the runtime for at the start: interval and demand of every host, the mouse.
    pub fn start(&mut self) -> Vec<Effect> {
        Vec::new()
    }

    /// Takes in one message.
    pub fn update(&mut self, _msg: Msg) -> Vec<Effect> {
        Vec::new()
    }
}
