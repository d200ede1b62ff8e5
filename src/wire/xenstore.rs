//! The xenstore protocol (`public/io/xs_wire.h`, docs/misc/xenstore.txt): requests out, replies and watch events in.
//!
//! ```text
//!  0        4        8        12       16                    16 + len
//!  ├ type ──┼ req_id ┼ tx_id ─┼ len ───┼ payload ────────────┤   u32 each, in the machine's byte order
//! ```
//!
//! A reply repeats type, `req_id` and `tx_id` of its request; a refusal has type 16 and the name of an error as its
//! payload. Requests may be sent without waiting for the replies of earlier ones. Watch events come at any time,
//! and those the kernel's device makes may carry garbage in `req_id` and `tx_id`: only their type counts.

use std::borrow::Cow;

/// Bytes of a header.
pub const HEADER: usize = 16;
/// The longest payload, `XENSTORE_PAYLOAD_MAX`.
pub const MAX_PAYLOAD: usize = 4096;
/// The longest absolute path, `XENSTORE_ABS_PATH_MAX`.
pub const MAX_PATH: usize = 3072;

/// The type of a message, `enum xsd_sockmsg_type`; any number, since newer daemons know more of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageType(pub u32);

impl MessageType {
    /// Whether it only asks: all others change the tree, a connection or a domain's standing.
    pub const fn only_asks(self) -> bool {
        matches!(
            self,
            Self::DIRECTORY
                | Self::READ
                | Self::GET_PERMS
                | Self::WATCH
                | Self::UNWATCH
                | Self::DIRECTORY_PART
        )
    }

    /// The children of a node.
    pub const DIRECTORY: Self = Self(1);
    /// The value of a node.
    pub const READ: Self = Self(2);
    /// Who may read and write a node.
    pub const GET_PERMS: Self = Self(3);
    /// Tell of changes at and below a node.
    pub const WATCH: Self = Self(4);
    /// Tell no longer.
    pub const UNWATCH: Self = Self(5);
    /// Begin a transaction.
    pub const TRANSACTION_START: Self = Self(6);
    /// Commit or abort it.
    pub const TRANSACTION_END: Self = Self(7);
    /// Set the value of a node.
    pub const WRITE: Self = Self(11);
    /// Make a node without a value.
    pub const MKDIR: Self = Self(12);
    /// Remove a node and all below it.
    pub const RM: Self = Self(13);
    /// Something at or below a watched node changed; nobody asked for this message.
    pub const WATCH_EVENT: Self = Self(15);
    /// The request was refused.
    pub const ERROR: Self = Self(16);
    /// A part of the children of a node that has many (Xen 4.9 and later).
    pub const DIRECTORY_PART: Self = Self(22);
}

/// One message of either direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Its type.
    pub kind: MessageType,
    /// The number of the request, repeated in its reply.
    pub req_id: u32,
    /// The transaction, 0 for none.
    pub tx_id: u32,
    /// What the type says it is.
    pub payload: &'a [u8],
}

/// Why a message cannot be sent or understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// A header that announces a longer payload than there can be: the peer is out of step, or no xenstored.
    #[error("a message of {0} bytes was announced, but xenstore has none longer than 4096")]
    Oversized(u32),
    /// A request whose path or payload is longer than xenstored takes; sending it would end the connection.
    #[error("a request of {0} bytes is longer than xenstored takes")]
    TooLong(usize),
    /// A path or token with a NUL in it, which would end it early.
    #[error("a path must not hold a NUL")]
    Nul,
}

impl<'a> Message<'a> {
    /// The first message in `bytes` and how many bytes it takes; none while it is not complete.
    ///
    /// # Errors
    /// [`WireError::Oversized`], from the header alone.
    pub fn decode(bytes: &'a [u8]) -> Result<Option<(Self, usize)>, WireError> {
        let Some((header, rest)) = bytes.split_first_chunk::<HEADER>() else { return Ok(None) };
        let [kind, req_id, tx_id, len] = words(header);
        let size = usize::try_from(len).unwrap_or(usize::MAX);
        if size > MAX_PAYLOAD {
            return Err(WireError::Oversized(len));
        }
        let message = |payload| (Self { kind: MessageType(kind), req_id, tx_id, payload }, HEADER + size);
        Ok(rest.get(..size).map(message))
    }

    /// Appends the message to `out`.
    ///
    /// # Errors
    /// [`WireError::TooLong`]; nothing is appended then.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), WireError> {
        append(out, [self.kind.0, self.req_id, self.tx_id], &[self.payload])
    }

    /// The name of the error, such as `ENOENT`, where the message is a refusal.
    pub fn refusal(&self) -> Option<Cow<'a, str>> {
        let name = self.payload.strip_suffix(b"\0").unwrap_or(self.payload);
        (self.kind == MessageType::ERROR).then(|| String::from_utf8_lossy(name))
    }

    /// What changed and the token of the watch, where the message is a well-formed watch event.
    pub fn event(&self) -> Option<(&'a [u8], &'a [u8])> {
        let mut fields = self.payload.split(|&b| b == 0);
        let (path, token) = (fields.next()?, fields.next()?);
        (self.kind == MessageType::WATCH_EVENT).then_some((path, token))
    }
}

/// The four words of a header.
fn words(header: &[u8; HEADER]) -> [u32; 4] {
    let (words, _) = header.as_chunks::<4>();
    std::array::from_fn(|i| u32::from_ne_bytes(words[i]))
}

/// Appends a message whose payload is these fields, one behind the other.
fn append(out: &mut Vec<u8>, head: [u32; 3], fields: &[&[u8]]) -> Result<(), WireError> {
    let size = fields.iter().map(|field| field.len()).sum();
    let len = u32::try_from(size).ok().filter(|_| size <= MAX_PAYLOAD).ok_or(WireError::TooLong(size))?;
    let [kind, req_id, tx_id] = head;
    out.extend([kind, req_id, tx_id, len].into_iter().flat_map(u32::to_ne_bytes));
    out.extend(fields.iter().copied().flatten());
    Ok(())
}

/// What may be asked of xenstored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request<'a> {
    /// The children of a node: see [`children`]. Refused with `E2BIG` where their names need over 4096 bytes.
    Directory(&'a str),
    /// The same from an offset into the list of names: see [`Part`].
    DirectoryPart(&'a str, usize),
    /// The value of a node.
    Read(&'a str),
    /// Who may read and write a node.
    GetPerms(&'a str),
    /// Watch a path; its events carry the token. One event comes at once.
    Watch(&'a str, &'a str),
    /// Remove the watch with this path and token.
    Unwatch(&'a str, &'a str),
    /// Begin a transaction; its number is the reply, in decimal.
    Begin,
    /// End it and keep what it wrote; `EAGAIN` means that all of it is to be done again.
    Commit,
    /// End it as if it had not been.
    Abort,
    /// Set the value of a node.
    Write(&'a str, &'a [u8]),
    /// Make a node without a value.
    Mkdir(&'a str),
    /// Remove a node and all below it.
    Remove(&'a str),
}

impl Request<'_> {
    /// The type of its message, and of its reply.
    pub const fn kind(&self) -> MessageType {
        match self {
            Self::Directory(_) => MessageType::DIRECTORY,
            Self::DirectoryPart(..) => MessageType::DIRECTORY_PART,
            Self::Read(_) => MessageType::READ,
            Self::GetPerms(_) => MessageType::GET_PERMS,
            Self::Watch(..) => MessageType::WATCH,
            Self::Unwatch(..) => MessageType::UNWATCH,
            Self::Begin => MessageType::TRANSACTION_START,
            Self::Commit | Self::Abort => MessageType::TRANSACTION_END,
            Self::Write(..) => MessageType::WRITE,
            Self::Mkdir(_) => MessageType::MKDIR,
            Self::Remove(_) => MessageType::RM,
        }
    }

    /// Appends its message to `out`.
    ///
    /// # Errors
    /// [`WireError::TooLong`] and [`WireError::Nul`]; nothing is appended then.
    pub fn encode(&self, req_id: u32, tx_id: u32, out: &mut Vec<u8>) -> Result<(), WireError> {
        let head = [self.kind().0, req_id, tx_id];
        let nul: &[u8] = b"\0";
        match *self {
            Self::Directory(path)
            | Self::Read(path)
            | Self::GetPerms(path)
            | Self::Mkdir(path)
            | Self::Remove(path) => append(out, head, &[text(path)?, nul]),
            Self::Watch(path, token) | Self::Unwatch(path, token) => {
                append(out, head, &[text(path)?, nul, text(token)?, nul])
            }
            Self::Write(path, value) => append(out, head, &[text(path)?, nul, value]),
            Self::DirectoryPart(path, offset) => {
                append(out, head, &[text(path)?, nul, offset.to_string().as_bytes(), nul])
            }
            Self::Begin => append(out, head, &[nul]),
            Self::Commit => append(out, head, &[b"T\0"]),
            Self::Abort => append(out, head, &[b"F\0"]),
        }
    }
}

/// A path or token as it may be sent.
fn text(text: &str) -> Result<&[u8], WireError> {
    match text.len() {
        size if size > MAX_PATH => Err(WireError::TooLong(size)),
        _ if text.contains('\0') => Err(WireError::Nul),
        _ => Ok(text.as_bytes()),
    }
}

/// The names in the reply to [`Request::Directory`], or in the [`Part::names`] of one.
pub fn children(payload: &[u8]) -> impl Iterator<Item = &[u8]> {
    payload.split(|&b| b == 0).filter(|name| !name.is_empty())
}

/// The reply to [`Request::DirectoryPart`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Counts the changes of the node: parts with different counts are not of one list.
    pub generation: &'a [u8],
    /// Names, each with a NUL behind it: the next offset is this one plus their length.
    pub names: &'a [u8],
    /// Whether no part follows; an empty name tells.
    pub last: bool,
}

impl<'a> Part<'a> {
    /// Takes a payload apart; none where it holds no generation count.
    pub fn parse(payload: &'a [u8]) -> Option<Self> {
        let end = payload.iter().position(|&b| b == 0)?;
        let (generation, body) = (&payload[..end], &payload[end + 1..]);
        let last = body == b"\0" || body.ends_with(b"\0\0");
        let names = if last { &body[..body.len() - 1] } else { body };
        Some(Self { generation, names, last })
    }
}

/// Takes a stream of bytes in pieces of any size and gives messages.
#[derive(Debug)]
pub struct Decoder {
    bytes: Box<[u8]>,
    from: usize,
    to: usize,
}

impl Default for Decoder {
    /// With room for about a thousand short replies.
    fn default() -> Self {
        Self { bytes: vec![0; 16 * MAX_PAYLOAD].into(), from: 0, to: 0 }
    }
}

impl Decoder {
    /// Where to put the bytes that come next; never empty once [`Decoder::next`] gave none.
    pub fn space(&mut self) -> &mut [u8] {
        if self.from > 0 {
            self.bytes.copy_within(self.from..self.to, 0);
            (self.from, self.to) = (0, self.to - self.from);
        }
        &mut self.bytes[self.to..]
    }

    /// Tells how many bytes were put there.
    pub fn filled(&mut self, count: usize) {
        self.to = (self.to + count).min(self.bytes.len());
    }

    /// The next complete message, or none before more bytes came.
    ///
    /// # Errors
    /// As [`Message::decode`]; the stream is of no use then.
    #[expect(
        clippy::should_implement_trait,
        reason = "the message borrows, which an iterator's items cannot"
    )]
    pub fn next(&mut self) -> Result<Option<Message<'_>>, WireError> {
        Ok(Message::decode(&self.bytes[self.from..self.to])?.map(|(message, size)| {
            self.from += size;
            message
        }))
    }
}
