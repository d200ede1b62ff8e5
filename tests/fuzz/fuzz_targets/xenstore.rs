//! The xenstore protocol over arbitrary bytes: whole, and as a stream in pieces, which must give the same messages.

#![no_main]

use domtop::wire::xenstore::{Decoder, Message, Part, children};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((piece, bytes)) = data.split_first() else { return };
    assert_eq!(streamed(bytes, usize::from(*piece) + 1), whole(bytes));
    let _ = Part::parse(bytes).map(|part| children(part.names).count());
});

/// What is kept of a message: type, ids, payload.
type Kept = (u32, u32, u32, Vec<u8>);

fn kept(message: &Message<'_>) -> Kept {
    let _ = (message.refusal(), message.event(), children(message.payload).count());
    let mut again = Vec::new();
    message.encode(&mut again).expect("what was decoded can be encoded");
    assert_eq!(Message::decode(&again), Ok(Some((*message, again.len()))));
    (message.kind.0, message.req_id, message.tx_id, message.payload.to_vec())
}

fn whole(mut bytes: &[u8]) -> Vec<Kept> {
    let mut messages = Vec::new();
    while let Ok(Some((message, size))) = Message::decode(bytes) {
        messages.push(kept(&message));
        bytes = &bytes[size..];
    }
    messages
}

fn streamed(bytes: &[u8], piece: usize) -> Vec<Kept> {
    let (mut decoder, mut messages, mut left) = (Decoder::default(), Vec::new(), bytes);
    loop {
        match decoder.next() {
            Ok(Some(message)) => messages.push(kept(&message)),
            Err(_) => return messages,
            Ok(None) if left.is_empty() => return messages,
            Ok(None) => {
                let space = decoder.space();
                let count = piece.min(left.len()).min(space.len());
                space[..count].copy_from_slice(&left[..count]);
                decoder.filled(count);
                left = &left[count..];
            }
        }
    }
}
