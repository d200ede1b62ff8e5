//! The app's laws: state, keys, state.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(
    dead_code,
    unreachable_pub,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test"
)]

#[path = "app/chaos.rs"]
mod chaos;
#[path = "app/console.rs"]
mod console;
#[path = "app/control.rs"]
mod control;
#[path = "app/events.rs"]
mod events;
#[path = "app/filter.rs"]
mod filter;
#[path = "support/hosts.rs"]
mod hosts;
#[path = "app/inactive.rs"]
mod inactive;
#[path = "app/keys.rs"]
mod keys;
#[path = "app/kiosk.rs"]
mod kiosk;
#[path = "support/markup.rs"]
mod markup;
#[path = "app/mouse.rs"]
mod mouse;
#[path = "app/overlays.rs"]
mod overlays;
#[path = "app/palette.rs"]
mod palette;
#[path = "app/panels.rs"]
mod panels;
#[path = "app/pins.rs"]
mod pins;
#[path = "app/progress.rs"]
mod progress;
#[path = "app/rows.rs"]
mod rows;
#[path = "app/sampling.rs"]
mod sampling;
#[path = "app/settings.rs"]
mod settings;
#[path = "app/xml.rs"]
mod xml;
