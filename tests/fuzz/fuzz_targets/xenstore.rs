//! Any bytes, cut anywhere, as what xenstored sent: messages or an error, never a panic, the same however it is cut.

#![no_main]

use domtop::wire::xenstore::{Decoder, Message, Part, children};
use libfuzzer_sys::fuzz_target;

/// Counts the messages of a stream that comes in pieces of this size, none where it is out of step.
fn messages(stream: &[u8], piece: usize) -> Option<usize> {
    let (mut decoder, mut count, mut rest) = (Decoder::default(), 0, stream);
    loop {
        while let Some(message) = decoder.next().ok()? {
            count += 1;
            look_at(&message);
        }
        if rest.is_empty() {
            return Some(count);
        }
        let space = decoder.space();
        let size = piece.min(space.len()).min(rest.len());
        space[..size].copy_from_slice(&rest[..size]);
        decoder.filled(size);
        rest = &rest[size..];
    }
}

/// Asks a message for all it can be.
fn look_at(message: &Message<'_>) {
    let _ = (message.refusal(), message.event(), children(message.payload).count());
    if let Some(part) = Part::parse(message.payload) {
        assert!(part.names.len() < message.payload.len(), "names are a part of the payload");
    }
}

fuzz_target!(|stream: &[u8]| {
    let piece = stream.first().map_or(1, |&b| usize::from(b) + 1);
    assert_eq!(messages(stream, piece), messages(stream, usize::MAX));
});
