//! xs
