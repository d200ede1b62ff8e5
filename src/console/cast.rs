//! Recordings: asciinema's file format, version 2.
