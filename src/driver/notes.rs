//! What is odd about a description that is taken all the same: told beside what came of it.

use super::files;
use crate::{
    model::{request::Request, text::visible},
    wire::xml::domain,
};

/// The most that are told of one description.
const MOST: usize = 20;

/// What is likely mistyped in the description a domain is to be made of, there twice, or will be missed: a line each
/// with its place, safe to show. Nothing of one in another notation, which its toolstack checks itself.
pub(super) fn of(request: &Request) -> Vec<String> {
    let (Request::Create(file) | Request::Define(file)) = request else { return Vec::new() };
    let text = files::text(file).ok().filter(|text| files::is_markup(text) && domain::read(text).is_ok());
    let problems = text.map(|text| domain::check(&text)).unwrap_or_default();
    let mut notes: Vec<_> =
        problems.iter().take(MOST).map(|problem| visible(&problem.to_string()).into_owned()).collect();
    if problems.len() > MOST {
        notes.push(format!("and {} more", problems.len() - MOST));
    }
    notes
}
