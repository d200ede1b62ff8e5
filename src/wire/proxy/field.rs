//! Values in bytes, one behind the other: how each type is put and taken.

use std::{path::PathBuf, sync::Arc};

use uuid::Uuid;

use super::Bad;
use crate::model::Reading;

/// How many elements of a list are made room for before they are there: its count comes from outside.
const ROOM: usize = 1024;

/// What can be put into bytes and taken out of them again.
pub(super) trait Field: Sized {
    /// Appends its bytes.
    fn put(&self, into: &mut Vec<u8>);

    /// Takes it from the front of what is left.
    fn take(from: &mut Fields<'_>) -> Result<Self, Bad>;
}

/// What is left of a body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    /// So many bytes.
    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Bad> {
        let (bytes, rest) = self.0.split_at_checked(count).ok_or(Bad)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// A text where it stands.
    pub(super) fn text(&mut self) -> Result<&'a str, Bad> {
        let length = usize::try_from(u32::take(self)?).map_err(|_| Bad)?;
        std::str::from_utf8(self.bytes(length)?).map_err(|_| Bad)
    }

    /// Nothing may be left.
    pub(super) fn end(self) -> Result<(), Bad> {
        if self.0.is_empty() { Ok(()) } else { Err(Bad) }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Bad> {
        let (array, rest) = self.0.split_first_chunk::<N>().ok_or(Bad)?;
        self.0 = rest;
        Ok(*array)
    }
}

/// Puts a text with its length before it.
pub(super) fn put_text(text: &str, into: &mut Vec<u8>) {
    put_count(text.len(), into);
    into.extend(text.as_bytes());
}

/// Puts how many there are of something. More than a frame can hold are never put.
pub(super) fn put_count(count: usize, into: &mut Vec<u8>) {
    u32::try_from(count).unwrap_or(u32::MAX).put(into);
}

macro_rules! numbers {
    ($($number:ty),*) => {
        $(impl Field for $number {
            fn put(&self, into: &mut Vec<u8>) {
                into.extend(self.to_le_bytes());
            }

            fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
                Ok(Self::from_le_bytes(from.array()?))
            }
        })*
    };
}

numbers!(u8, u16, u32, u64);

impl Field for bool {
    fn put(&self, into: &mut Vec<u8>) {
        into.push(u8::from(*self));
    }

    fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
        match u8::take(from)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Bad),
        }
    }
}

impl Field for Uuid {
    fn put(&self, into: &mut Vec<u8>) {
        into.extend(self.as_bytes());
    }

    fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
        from.array().map(Self::from_bytes)
    }
}

impl Field for String {
    fn put(&self, into: &mut Vec<u8>) {
        put_text(self, into);
    }

    fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
        from.text().map(str::to_owned)
    }
}

impl Field for Arc<str> {
    fn put(&self, into: &mut Vec<u8>) {
        put_text(self, into);
    }

    fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
        from.text().map(Into::into)
    }
}

impl Field for PathBuf {
    fn put(&self, into: &mut Vec<u8>) {
        use std::os::unix::ffi::OsStrExt;
        let bytes = self.as_os_str().as_bytes();
        put_count(bytes.len(), into);
        into.extend(bytes);
    }

    fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
        use std::os::unix::ffi::OsStrExt;
        let length = usize::try_from(u32::take(from)?).map_err(|_| Bad)?;
        Ok(std::ffi::OsStr::from_bytes(from.bytes(length)?).into())
    }
}

impl<T: Field> Field for Vec<T> {
    fn put(&self, into: &mut Vec<u8>) {
        put_count(self.len(), into);
        for each in self {
            each.put(into);
        }
    }

    fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
        let mut list = Self::new();
        retake_list(&mut list, from)?;
        Ok(list)
    }
}

/// Takes a list into one that is there, and whose room is used again.
pub(super) fn retake_list<T: Field>(list: &mut Vec<T>, from: &mut Fields<'_>) -> Result<(), Bad> {
    let count = usize::try_from(u32::take(from)?).map_err(|_| Bad)?;
    list.clear();
    list.reserve(count.min(ROOM));
    for _ in 0..count {
        list.push(T::take(from)?);
    }
    Ok(())
}

impl<T: Field> Field for Option<T> {
    fn put(&self, into: &mut Vec<u8>) {
        self.is_some().put(into);
        if let Some(value) = self {
            value.put(into);
        }
    }

    fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
        bool::take(from)?.then(|| T::take(from)).transpose()
    }
}

impl<T: Field, U: Field> Field for (T, U) {
    fn put(&self, into: &mut Vec<u8>) {
        self.0.put(into);
        self.1.put(into);
    }

    fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
        Ok((T::take(from)?, U::take(from)?))
    }
}

impl<T: Field> Field for Reading<T> {
    fn put(&self, into: &mut Vec<u8>) {
        match self {
            Self::Unsupported => into.push(0),
            Self::Known(value) => {
                into.push(1);
                value.put(into);
            }
            Self::Failed(reason) => {
                into.push(2);
                reason.put(into);
            }
        }
    }

    fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
        let mut reading = Self::Unsupported;
        retake_reading(&mut reading, from)?;
        Ok(reading)
    }
}

/// Takes a reading over the one of before: a reason that is the same is kept, and nothing allocated.
pub(super) fn retake_reading<T: Field>(reading: &mut Reading<T>, from: &mut Fields<'_>) -> Result<(), Bad> {
    match (u8::take(from)?, &*reading) {
        (0, _) => *reading = Reading::Unsupported,
        (1, _) => *reading = Reading::Known(T::take(from)?),
        (2, before) => {
            let reason = from.text()?;
            if !matches!(before, Reading::Failed(old) if **old == *reason) {
                *reading = Reading::Failed(reason.into());
            }
        }
        _ => return Err(Bad),
    }
    Ok(())
}
