//! `config`: a domain's configuration as its toolstack keeps it.

use super::{
    super::{
        args::LookWish,
        json::{Ordered, text},
        trouble::Trouble,
    },
    Subject, domain, visible_lines,
};

/// Reads it and writes it, on one line or set out for people. A toolstack that keeps no JSON is quoted as it is.
pub(super) fn made(wish: &LookWish, subject: &mut Subject) -> Result<Vec<u8>, Trouble> {
    let key = subject.find_domain(domain::named(wish)?)?;
    let kept = subject.reader.configuration(key).map_err(|failure| Trouble::failure(&failure))?;
    let value: Option<Ordered> = serde_json::from_str(&kept).ok();
    Ok(match (value, wish.json) {
        (Some(value), true) => format!("{}\n", text(&value)),
        (None, true) => format!("{}\n", text(&kept)),
        (Some(value), false) => visible_lines(&serde_json::to_string_pretty(&value).unwrap_or(kept)),
        (None, false) => visible_lines(&kept),
    }
    .into_bytes())
}
