//! Consoles of guests: what their bytes become before anybody sees them, and the files they are kept in.
//!
//! ```text
//!   bytes of the guest ─► guard ─► emulator ─► Page
//!                           └────► ring (the last of them), cast (all of them, timed) ─► player
//! ```
//!
//! Nothing here reads a clock or a pty; only [`cast`] writes a file. A guest may send whatever it likes: the guard
//! takes out what a terminal would obey beyond its own screen, the emulator keeps what is left in bounded memory, and
//! a [`Page`](crate::model::console::Page) holds cells alone.

pub mod cast;
pub mod emulator;
pub mod guard;
pub mod player;
pub mod ring;
