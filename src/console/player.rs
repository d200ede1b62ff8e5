//! Playing a recording.
