//! A console on a thread of its own: guest bytes become immutable pages, keys become guest bytes.

pub mod emulator;
pub mod line;
pub mod repaint;
pub mod session;
pub mod share;
