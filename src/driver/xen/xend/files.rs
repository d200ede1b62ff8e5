//! Files: descriptions to read, and those xend is to write or to read on its own machine.

use std::{
    fs,
    io::ErrorKind,
    path::{self, Path, PathBuf},
};

use crate::{
    driver::{
        Answer, Error, Lost,
        files::{self, unusable},
    },
    model::{Kind, definition::DeviceDefinition},
    wire::xml,
};

/// Domain XML from a file.
///
/// # Errors
/// `Refused` where it cannot be read; `Unsupported` where it is another notation, which another driver may know.
pub(super) fn text(file: &Path) -> Answer<String> {
    let text = files::text(file)?;
    if files::is_markup(&text) {
        return Ok(text);
    }
    Err(Error::new(
        Kind::Unsupported,
        format!("read {}: it is no XML, and xend is told nothing else", file.display()),
    ))
}

/// A device from a file.
///
/// # Errors
/// As [`text`], and `Malformed` where it describes none.
pub(super) fn device(file: &Path) -> Answer<DeviceDefinition> {
    of_text(file, &text(file)?)
}

/// A device from a file, to be added, and what of it xend is not told.
///
/// # Errors
/// As [`device`], and `Refused` where it must not be without something that has no place in what is understood.
pub(super) fn new_device(file: &Path) -> Answer<(DeviceDefinition, Lost)> {
    let text = text(file)?;
    let strangers = xml::domain::strangers_of_device(&text);
    if !strangers.is_empty() {
        let strangers = strangers.join("; without ");
        let why = format!("attach {}: xend would attach it without {strangers}", file.display());
        return Err(Error::new(Kind::Refused, why));
    }
    Ok((of_text(file, &text)?, xml::domain::unread_of_device(&text)))
}

fn of_text(file: &Path, text: &str) -> Answer<DeviceDefinition> {
    xml::device::read(text).map_err(|problems| Error::wrong(format!("read {}", file.display()), &problems))
}

/// A file for xend to write. Where xend runs here it is made by us and so by nobody else, for our eyes alone: xend
/// would write over one that is there, and leave a guest's memory for everybody to read.
pub(super) struct Target {
    path: PathBuf,
    /// None where it is on another machine, or this user may not make it and xend perhaps may.
    made: Option<files::Target>,
}

impl Target {
    /// Makes it, empty, where xend runs here.
    ///
    /// # Errors
    /// `Refused` where there is one, none can be made, or its name is no text: xend was not even told.
    pub(super) fn make(file: &Path, local: bool) -> Answer<Self> {
        let path = place(file, local)?;
        told(&path)?;
        if !local {
            return Ok(Self { path, made: None });
        }
        match files::Target::make(&path) {
            Ok(made) => Ok(Self { path, made: Some(made) }),
            Err((_, ErrorKind::PermissionDenied)) => Ok(Self { path, made: None }),
            Err((error, _)) => Err(error),
        }
    }

    /// Where it is: an absolute path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The same as xend is told it.
    ///
    /// # Errors
    /// `Refused` where it is no text.
    pub(super) fn text(&self) -> Answer<&str> {
        told(&self.path)
    }

    /// Takes away what was written of it, unless another stands in its place by now.
    pub(super) fn discard(self) {
        if let Some(made) = self.made {
            made.discard();
        }
    }
}

/// A file for xend to read, as an absolute path; where xend runs here, it must be there.
///
/// # Errors
/// `Refused` where there is none.
pub(super) fn source(file: &Path, local: bool) -> Answer<PathBuf> {
    let path = place(file, local)?;
    match fs::metadata(&path) {
        Err(error) if local && error.kind() != ErrorKind::PermissionDenied => {
            Err(unusable("read", file, &error))
        }
        _ => Ok(path),
    }
}

/// A path as xend is told it.
///
/// # Errors
/// `Refused` where it is no text.
pub(super) fn told(path: &Path) -> Answer<&str> {
    let no_text = || Error::new(Kind::Refused, format!("name {}: xend takes names in UTF-8", path.display()));
    path.to_str().ok_or_else(no_text)
}

fn place(file: &Path, local: bool) -> Answer<PathBuf> {
    if local {
        return path::absolute(file).map_err(|error| unusable("find", file, &error));
    }
    if file.is_absolute() {
        return Ok(file.to_owned());
    }
    let why = format!(
        "find {}: xend runs on another machine, or a tunnel may lead there: its files are named by their whole path",
        file.display()
    );
    Err(Error::new(Kind::Refused, why))
}
