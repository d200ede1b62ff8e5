//! Frames: how bytes that come in pieces become bodies.

use super::Bad;

/// The most bytes a watcher's frame has: what it says is short.
pub const MOST_CALL: usize = 64 << 10;
/// The most bytes a proxy's frame has: 32,752 domains with all their virtual CPUs are less.
pub const MOST_MESSAGE: usize = 64 << 20;

/// Bytes of the length.
const HEAD: usize = 4;
/// Room that there is for what comes next, at least.
const BITE: usize = 32 << 10;

/// Takes a stream of bytes in pieces of any size and gives the bodies of frames.
#[derive(Debug)]
pub struct Inbox {
    bytes: Vec<u8>,
    from: usize,
    to: usize,
    most: usize,
}

impl Inbox {
    /// For frames of at most so many bytes.
    pub fn new(most: usize) -> Self {
        Self { bytes: Vec::new(), from: 0, to: 0, most }
    }

    /// Where to put the bytes that come next; never empty.
    pub fn space(&mut self) -> &mut [u8] {
        if self.from > 0 {
            self.bytes.copy_within(self.from..self.to, 0);
            (self.from, self.to) = (0, self.to - self.from);
        }
        if self.bytes.len() - self.to < BITE {
            self.bytes.resize((self.to + BITE).next_power_of_two(), 0);
        }
        &mut self.bytes[self.to..]
    }

    /// Tells how many bytes were put there.
    pub fn filled(&mut self, count: usize) {
        self.to = (self.to + count).min(self.bytes.len());
    }

    /// Whether a frame has begun that is not whole yet.
    pub const fn is_amid(&self) -> bool {
        self.to > self.from
    }

    /// The next whole frame's kind and body, or none before more bytes came.
    ///
    /// # Errors
    /// Where no bytes to come could make it a frame; the stream is of no use then.
    #[expect(clippy::should_implement_trait, reason = "a body borrows, which an iterator's items cannot")]
    pub fn next(&mut self) -> Result<Option<(u8, &[u8])>, Bad> {
        let waiting = &self.bytes[self.from..self.to];
        Ok(split(waiting, self.most)?.map(|(kind, body, length)| {
            self.from += length;
            (kind, body)
        }))
    }
}

/// A frame's kind, its body, and how many bytes it took.
type Split<'a> = (u8, &'a [u8], usize);

/// The first frame of these bytes: its kind, its body, and how many bytes it took; none where there are not enough.
pub(super) fn split(bytes: &[u8], most: usize) -> Result<Option<Split<'_>>, Bad> {
    let Some((length, rest)) = bytes.split_first_chunk::<HEAD>() else { return Ok(None) };
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| Bad)?;
    if !(1..=most).contains(&length) {
        return Err(Bad);
    }
    let Some((kind, body)) = rest.get(..length).and_then(<[u8]>::split_first) else { return Ok(None) };
    Ok(Some((*kind, body, HEAD + length)))
}

/// Appends a frame of this kind with the body that `fill` appends.
pub(super) fn put(kind: u8, into: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    let start = into.len();
    into.extend([0, 0, 0, 0, kind]);
    fill(into);
    let length = u32::try_from(into.len() - start - HEAD).unwrap_or(u32::MAX);
    into[start..start + HEAD].copy_from_slice(&length.to_le_bytes());
}
