//! What the xend of each release was asked and really answered: `tests/data/xend`, every byte of it.
//!
//! ```text
//!   === 04-node closed          the name, and whether the server closed the connection behind the reply
//!   >>> 131                     the request, so many bytes
//!   …
//!   <<< 846                     the reply; 0 where none came
//!   …
//! ```
#![allow(dead_code, reason = "a test's support, of which each test uses a part")]

use std::{collections::BTreeMap, fs, path::Path};

/// The releases there are recordings of.
pub const RELEASES: [&str; 2] = ["xen-3.0.2", "xen-4.1"];

/// What became of the connection behind the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// The server closed it.
    Closed,
    /// It was reset.
    Reset,
    /// It stayed open; the recorder gave up waiting.
    Open,
}

/// A request and its reply.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Its number and what it is about: `41-pause`.
    pub name: String,
    /// The request, every byte of it.
    pub request: Vec<u8>,
    /// The reply, every byte of it; of a pipelined exchange both replies.
    pub reply: Vec<u8>,
    /// The status of the reply, 0 where none came.
    pub status: u16,
    /// The headers of the reply, by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body of the reply, as long as its header says.
    pub body: Vec<u8>,
    /// What became of the connection.
    pub left: Left,
}

impl Exchange {
    /// Whether the body says it is an S-expression.
    pub fn is_sexpr(&self) -> bool {
        self.headers.get("content-type").is_some_and(|kind| kind == "application/sxp")
    }

    /// A field of the request's form, decoded.
    pub fn field(&self, wanted: &str) -> Option<Vec<u8>> {
        let at = self.request.windows(4).position(|window| window == b"\r\n\r\n")?;
        let fields = self.request[at + 4..].split(|&byte| byte == b'&');
        let mut pairs = fields.filter_map(|field| {
            let at = field.iter().position(|&byte| byte == b'=')?;
            Some((&field[..at], &field[at + 1..]))
        });
        pairs.find(|(key, _)| *key == wanted.as_bytes()).map(|(_, value)| decoded(value))
    }
}

/// Every exchange of a release, in the order they were made.
pub fn exchanges(release: &str) -> Vec<Exchange> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/xend").join(format!("{release}.txt"));
    let text = fs::read(&path).unwrap();
    let (mut rest, mut all) = (text.as_slice(), Vec::new());
    while !rest.is_empty() {
        all.push(exchange(&mut rest));
    }
    assert!(all.len() >= 180, "the recordings of {release} were not found");
    all
}

/// The exchange of this name, without its number.
pub fn named(release: &str, name: &str) -> Exchange {
    let is = |exchange: &Exchange| exchange.name.split_once('-').is_some_and(|(_, own)| own == name);
    exchanges(release).into_iter().find(is).unwrap_or_else(|| panic!("{release} has no {name}"))
}

fn exchange(rest: &mut &[u8]) -> Exchange {
    let head = line(rest);
    let (name, left) = head.strip_prefix("=== ").unwrap().split_once(' ').unwrap();
    let request = block(rest, ">>> ");
    let reply = block(rest, "<<< ");
    let (status, headers, body) = parts(&reply);
    let left = match left {
        "closed" => Left::Closed,
        "reset" => Left::Reset,
        "open" => Left::Open,
        _ => panic!("{head}"),
    };
    Exchange { name: name.to_owned(), request, reply, status, headers, body, left }
}

fn line<'a>(rest: &mut &'a [u8]) -> &'a str {
    let end = rest.iter().position(|&byte| byte == b'\n').unwrap();
    let (line, behind) = rest.split_at(end);
    *rest = &behind[1..];
    std::str::from_utf8(line).unwrap()
}

/// So many bytes as the line before them says, and a newline that is not of them.
fn block(rest: &mut &[u8], sign: &str) -> Vec<u8> {
    let size = line(rest).strip_prefix(sign).unwrap().parse().unwrap();
    let (block, behind) = rest.split_at(size);
    *rest = behind.strip_prefix(b"\n").unwrap();
    block.to_vec()
}

fn parts(reply: &[u8]) -> (u16, BTreeMap<String, String>, Vec<u8>) {
    let Some(at) = reply.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Default::default();
    };
    let head = std::str::from_utf8(&reply[..at]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let header = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_lowercase(), value.to_owned())
    };
    let headers: BTreeMap<_, _> = lines.map(header).collect();
    let body = &reply[at + 4..];
    let size = headers.get("content-length").map_or(body.len(), |size| size.parse().unwrap());
    (status, headers, body[..size].to_vec())
}

fn decoded(value: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < value.len() {
        let hex = value.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match (value[at], hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
                continue;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    out
}
