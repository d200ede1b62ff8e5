//! Any bytes, cut anywhere, as what a proxy sent and as what a watcher did: messages or an error, never a panic, the
//! same however they are cut.

#![no_main]

use domtop::wire::proxy::{Assembly, Call, Inbox, MOST_MESSAGE, Message};
use libfuzzer_sys::fuzz_target;

/// Counts the samples of a stream that comes in pieces of this size, none where it is out of step.
fn samples(stream: &[u8], piece: usize) -> Option<usize> {
    let (mut inbox, mut assembly, mut count) = (Inbox::new(MOST_MESSAGE), Assembly::default(), 0);
    for piece in stream.chunks(piece) {
        let mut rest = piece;
        while !rest.is_empty() {
            let space = inbox.space();
            let size = space.len().min(rest.len());
            space[..size].copy_from_slice(&rest[..size]);
            inbox.filled(size);
            rest = &rest[size..];
        }
        while let Some((kind, body)) = inbox.next().ok()? {
            if let Message::Part(part) = Message::of(kind, body).ok()? {
                count += usize::from(assembly.take(part).ok()?);
            }
        }
    }
    Some(count)
}

fuzz_target!(|stream: &[u8]| {
    let piece = stream.first().map_or(1, |&b| usize::from(b) + 1);
    assert_eq!(samples(stream, piece), samples(stream, usize::MAX));
    if let Ok(Some((call, length))) = Call::decode(stream) {
        let mut again = Vec::new();
        call.put(&mut again);
        assert!(length <= stream.len() && Call::decode(&again) == Ok(Some((call, again.len()))));
    }
});
