//! What a proxy and those who watch through it say to each other. There is no message that changes anything.
//!
//! ```text
//!   length u32 (of what follows) │ kind u8 │ body            numbers are little-endian
//!
//!   watcher                                proxy
//!     Hello(version)        ──────────►
//!                           ◄──────────    Welcome(hypervisor, operations), or Bye(why not)
//!     Demand(serial, what)  ──────────►
//!                           ◄──────────    Served(serial)   from here on samples hold what was demanded
//!                           ◄──────────    Node, Roster     where they changed: names, uuids, limits, pools
//!                           ◄──────────    Vcpus, Tick      each tick: fixed rows; the Tick completes the sample
//!     Ask(number, question) ──────────►
//!                           ◄──────────    Answer(number, reply or why not)
//! ```
//!
//! A tick refers to the roster by its generation and is whole beside it: who missed ticks needs the last one only.

/// A record is its fields in this order.
macro_rules! record {
    ($record:ident { $($field:ident),* }) => {
        impl Field for $record {
            fn put(&self, into: &mut Vec<u8>) {
                $(self.$field.put(into);)*
            }

            fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
                $(let $field = Field::take(from)?;)*
                Ok(Self { $($field),* })
            }
        }
    };
}

/// A choice is one byte.
macro_rules! tagged {
    ($choice:ident, $($variant:ident $tag:literal),*) => {
        impl Field for $choice {
            fn put(&self, into: &mut Vec<u8>) {
                into.push(match self { $(Self::$variant => $tag),* });
            }

            fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
                Ok(match u8::take(from)? {
                    $($tag => Self::$variant,)*
                    _ => return Err(Bad),
                })
            }
        }
    };
}

mod assembly;
mod call;
mod field;
mod frame;
mod message;
mod rows;
mod vocabulary;

pub use assembly::{Assembly, Sample};
pub use call::{Call, Question};
pub use frame::{Inbox, MOST_CALL, MOST_MESSAGE};
pub use message::{Answer, Message, Part, Reply, Trouble, Welcome, answer_body, put_answer};
pub use rows::{put_node, put_roster, put_tick, put_vcpus};

/// The version spoken; another one is refused.
pub const VERSION: u8 = 1;

/// What a proxy says where it ends, and turns nobody away: whoever watches may look for the next.
pub const ENDING: &str = "the proxy ends";

/// Bytes that are no message of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what came is no message of a proxy")]
pub struct Bad;
