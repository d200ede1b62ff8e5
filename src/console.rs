//! Consoles of guests: sessions on threads of their own, what a guest's bytes become before anybody sees them, and the
//! files they are kept in.
//!
//! ```text
//!   pty ─► session ─► guard ─► emulator ─► Page
//!     ▲      │ ▲        └────► ring (the last of them), cast (all of them, timed) ─► player
//!     │      ▼ │
//!   pen ◄── share ◄──► other domtops, who look on
//! ```
//!
//! A guest may send whatever it likes: the guard takes out what a terminal would obey beyond its own screen, the
//! emulator keeps what is left in bounded memory, and a [`Page`](crate::model::console::Page) holds cells alone.

pub mod background;
pub mod cast;
pub mod emulator;
pub mod guard;
pub mod line;
pub mod player;
pub mod repaint;
pub mod ring;
pub mod session;
pub mod share;
