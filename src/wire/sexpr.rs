//! xend's S-expressions (tools/python/xen/xend/sxp.py of Xen 3.0 to 4.4): any reply read, and what is sent written.
//!
//! ```text
//!   (domain (domid 3) (name 'it\'s') (bootloader ) (device (vif (mac 00:16:3e:00:00:01))))
//!   └ list ─┬ list ─┘ │      │                     │
//!           └ head    atom   └ in quotes           └ a key without a value, from 4.1 on (bootloader '')
//! ```
//!
//! An atom ends at a blank, at `#`, and before any of `{}()<>[];`, which may begin one. `#` outside quotes begins a
//! comment. Quotes are `'` or `"`; within them are the escapes of Python's `repr()`, which is what xend prints with.
//! Its own reader takes the digits a to f of `\xHH` for 0 to 5, in either case: what it prints it cannot read. Here
//! they are read as they were printed, and written octal, which every xend reads.

pub mod device;
pub mod domain;
pub mod error;
mod escape;
pub mod node;
pub mod scheduler;
pub mod status;
pub mod vcpu;
mod write;

use std::{borrow::Cow, fmt, iter};

pub use write::Writer;

/// The longest text read.
pub const LARGEST: usize = 64 << 20;
/// How deep lists may nest: xend's own reach seven.
pub const DEEPEST: usize = 64;
/// The most values of one text: about thirty thousand domains.
pub const MOST: usize = 1 << 22;

/// The `xend_config_format` of a node: how its xend wants and prints domains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Xen 3.0.0 to 3.0.2, whose node page does not say it.
    One,
    /// Xen 3.0.3.
    Two,
    /// Xen 3.0.4.
    Three,
    /// Xen 3.1 to 4.4.
    #[default]
    Four,
}

impl Format {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::One, Self::Two, Self::Three, Self::Four];

    /// By its number; those above 4 never were, and are read as 4.
    pub const fn of(number: u32) -> Self {
        match number {
            0 | 1 => Self::One,
            2 => Self::Two,
            3 => Self::Three,
            _ => Self::Four,
        }
    }
}

/// Why a text is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// It ends before its value does.
    #[error("the text ends before its value does")]
    Incomplete,
    /// Something in it is wrong.
    #[error("{what}, at byte {offset} in line {line}")]
    Wrong {
        /// What.
        what: Wrong,
        /// Where, in bytes from 0.
        offset: usize,
        /// In which line, from 1.
        line: usize,
    },
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// A `)` that closes nothing.
    #[error("a `)` closes no list")]
    Stray,
    /// A control character where a value should begin.
    #[error("a value begins with the control character {0:#04x}")]
    Control(u8),
    /// An escape of a number that is none of a byte.
    #[error("an escape stands for no byte")]
    Escape,
    /// More than [`DEEPEST`] lists in one another.
    #[error("lists are nested too deep")]
    Depth,
    /// More than [`MOST`] values.
    #[error("it holds too many values")]
    Count,
    /// More than [`LARGEST`] bytes.
    #[error("the text is too long")]
    Size,
}

/// One value: every atom and list of it in the order of the text, none of them a copy unless it held an escape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree<'t>(Vec<Cell<'t>>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Cell<'t> {
    Atom(Cow<'t, str>),
    /// A list, and where in the tree that begins which is no longer of it.
    List(usize),
}

impl<'t> Tree<'t> {
    /// The first value of a text and how many bytes it took; what follows it is left alone (4.1 and later print `''`
    /// behind some values). An atom without quotes is complete where the text ends. What is no UTF-8 is replaced.
    ///
    /// # Errors
    /// [`Bad`]; of every strict prefix of a list or quoted string [`Bad::Incomplete`].
    pub fn parse(bytes: &'t [u8]) -> Result<(Self, usize), Bad> {
        let mut reader = Reader { bytes, at: 0, cells: Vec::new(), open: Vec::new() };
        if bytes.len() > LARGEST {
            return Err(reader.wrong(Wrong::Size));
        }
        while !reader.step()? {}
        Ok((Self(reader.cells), reader.at))
    }

    /// The value.
    pub fn root(&self) -> Node<'_> {
        Node { cells: &self.0, at: 0 }
    }
}

/// A text being read.
struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
    cells: Vec<Cell<'t>>,
    open: Vec<usize>,
}

impl<'t> Reader<'t> {
    /// Reads one token; tells whether the value is complete.
    fn step(&mut self) -> Result<bool, Bad> {
        self.skip_blanks();
        match self.bytes.get(self.at) {
            None => return Err(Bad::Incomplete),
            Some(b'(') => self.open()?,
            Some(b')') => self.close()?,
            Some(&quote @ (b'\'' | b'"')) => self.quoted(quote)?,
            Some(&byte) if byte.is_ascii_control() => return Err(self.wrong(Wrong::Control(byte))),
            Some(_) => self.atom()?,
        }
        Ok(self.open.is_empty())
    }

    fn skip_blanks(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte == b'#' {
                self.at += length(&self.bytes[self.at..], |byte| byte == b'\n');
            } else if is_blank(byte) {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    fn open(&mut self) -> Result<(), Bad> {
        if self.open.len() == DEEPEST {
            return Err(self.wrong(Wrong::Depth));
        }
        self.open.push(self.cells.len());
        self.push(Cell::List(0))?;
        self.at += 1;
        Ok(())
    }

    fn close(&mut self) -> Result<(), Bad> {
        let Some(list) = self.open.pop() else { return Err(self.wrong(Wrong::Stray)) };
        self.cells[list] = Cell::List(self.cells.len());
        self.at += 1;
        Ok(())
    }

    fn atom(&mut self) -> Result<(), Bad> {
        let rest = &self.bytes[self.at..];
        let size = 1 + length(&rest[1..], ends_atom);
        self.push(Cell::Atom(String::from_utf8_lossy(&rest[..size])))?;
        self.at += size;
        Ok(())
    }

    fn quoted(&mut self, quote: u8) -> Result<(), Bad> {
        let inside = &self.bytes[self.at + 1..];
        let plain = length(inside, |byte| byte == quote || byte == b'\\');
        let (text, size) = match inside.get(plain) {
            None => return Err(Bad::Incomplete),
            Some(b'\\') => {
                let (bytes, size) = escape::decode(inside, quote).map_err(|refused| self.refused(refused))?;
                (Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()), size)
            }
            Some(_) => (String::from_utf8_lossy(&inside[..plain]), plain),
        };
        self.push(Cell::Atom(text))?;
        self.at += size + 2;
        Ok(())
    }

    fn push(&mut self, cell: Cell<'t>) -> Result<(), Bad> {
        if self.cells.len() == MOST {
            return Err(self.wrong(Wrong::Count));
        }
        self.cells.push(cell);
        Ok(())
    }

    /// What an escape that cannot be read comes to: the text's end, or an error at its place.
    fn refused(&self, at: Option<usize>) -> Bad {
        at.map_or(Bad::Incomplete, |at| self.wrong_at(Wrong::Escape, self.at + 1 + at))
    }

    fn wrong(&self, what: Wrong) -> Bad {
        self.wrong_at(what, self.at)
    }

    #[expect(clippy::naive_bytecount, reason = "once, where a text is refused")]
    fn wrong_at(&self, what: Wrong, offset: usize) -> Bad {
        let line = 1 + self.bytes[..offset].iter().filter(|&&byte| byte == b'\n').count();
        Bad::Wrong { what, offset, line }
    }
}

/// How many bytes come before the first of this sort.
fn length(bytes: &[u8], ends: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|&byte| ends(byte)).unwrap_or(bytes.len())
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

const fn ends_atom(byte: u8) -> bool {
    is_blank(byte) || matches!(byte, b'#' | b'{' | b'}' | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b';')
}

/// An atom or a list of a [`Tree`].
#[derive(Clone, Copy)]
pub struct Node<'a> {
    cells: &'a [Cell<'a>],
    at: usize,
}

impl<'a> Node<'a> {
    /// The text of an atom; none of a list.
    pub fn text(self) -> Option<&'a str> {
        match &self.cells[self.at] {
            Cell::Atom(text) => Some(text),
            Cell::List(_) => None,
        }
    }

    /// Whether it is a list.
    pub fn is_list(self) -> bool {
        self.text().is_none()
    }

    /// The items of a list, its head among them; nothing of an atom.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let (cells, end) = (self.cells, self.end());
        let node = move |at| (at < end).then_some(Self { cells, at });
        iter::successors(node(self.at + 1), move |item| node(item.end()))
    }

    /// The first item of a list, where it is an atom.
    pub fn head(self) -> Option<&'a str> {
        self.items().next()?.text()
    }

    /// The items behind the first.
    pub fn arguments(self) -> impl Iterator<Item = Self> {
        self.items().skip(1)
    }

    /// The lists in it with this head.
    pub fn children(self, key: &str) -> impl Iterator<Item = Self> {
        self.items().filter(move |item| item.head() == Some(key))
    }

    /// The first list in it with this head.
    pub fn child(self, key: &str) -> Option<Self> {
        self.children(key).next()
    }

    /// The value of `(key VALUE)` in it; none where it is absent, empty (`(key )`, `(key '')`) or a list.
    pub fn value(self, key: &str) -> Option<&'a str> {
        self.child(key)?.own_value()
    }

    /// The value of `(head VALUE)`, as [`Node::value`].
    pub fn own_value(self) -> Option<&'a str> {
        self.arguments().next()?.text().filter(|text| !text.is_empty())
    }

    /// Where in the tree that begins which is no longer of it.
    fn end(self) -> usize {
        match self.cells[self.at] {
            Cell::Atom(_) => self.at + 1,
            Cell::List(end) => end,
        }
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        let of = |node: &Self| (node.at, node.end());
        let ((from, to), (start, end)) = (of(self), of(other));
        let same = |(one, two): (&Cell<'_>, &Cell<'_>)| match (one, two) {
            (Cell::Atom(one), Cell::Atom(two)) => one == two,
            (Cell::List(one), Cell::List(two)) => one - from == two - start,
            _ => false,
        };
        to - from == end - start && self.cells[from..to].iter().zip(&other.cells[start..end]).all(same)
    }
}

impl Eq for Node<'_> {}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
