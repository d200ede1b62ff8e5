//! Samples to stdout: text, CSV, JSON lines.
