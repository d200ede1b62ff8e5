//! Laws of the xenstore codec.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use domtop::wire::xenstore::{
    Decoder, HEADER, MAX_PAYLOAD, Message, MessageType, Part, Request, WireError, children,
};
use proptest::{collection::vec, prelude::*};

/// Everything a decoder gives for a stream cut into pieces of this size.
fn decode_all(stream: &[u8], piece: usize) -> Result<Vec<(u32, u32, Vec<u8>)>, WireError> {
    let (mut decoder, mut messages, mut rest) = (Decoder::default(), Vec::new(), stream);
    while !rest.is_empty() {
        let space = decoder.space();
        assert!(!space.is_empty(), "a decoder that waits has room for more");
        let size = piece.min(space.len()).min(rest.len());
        space[..size].copy_from_slice(&rest[..size]);
        decoder.filled(size);
        rest = &rest[size..];
        while let Some(message) = decoder.next()? {
            messages.push((message.kind.0, message.req_id, message.payload.to_vec()));
        }
    }
    Ok(messages)
}

proptest! {
    #[test]
    fn a_message_comes_back_as_it_went(
        kind: u32, req_id: u32, tx_id: u32, payload in vec(any::<u8>(), 0..MAX_PAYLOAD + 1), tail in vec(any::<u8>(), 0..9),
    ) {
        let message = Message { kind: MessageType(kind), req_id, tx_id, payload: &payload };
        let mut bytes = Vec::new();
        message.encode(&mut bytes).unwrap();
        let size = bytes.len();
        bytes.extend(tail);
        prop_assert_eq!(Message::decode(&bytes).unwrap(), Some((message, size)));
    }

    #[test]
    fn every_strict_prefix_is_incomplete(payload in vec(any::<u8>(), 0..300)) {
        let mut bytes = Vec::new();
        Message { kind: MessageType::READ, req_id: 7, tx_id: 0, payload: &payload }.encode(&mut bytes).unwrap();
        for end in 0..bytes.len() {
            prop_assert_eq!(Message::decode(&bytes[..end]), Ok(None));
        }
    }

    #[test]
    fn any_bytes_give_messages_or_an_error(bytes in vec(any::<u8>(), 0..2000), small: bool, piece in 1_usize..400) {
        let mut bytes = bytes;
        // Lengths that fit now and then, or nothing would ever be decoded.
        if small {
            bytes.chunks_mut(16).for_each(|c| c.iter_mut().skip(13).for_each(|b| *b = 0));
        }
        if let Ok(messages) = decode_all(&bytes, piece) {
            for (kind, req_id, payload) in messages {
                let message = Message { kind: MessageType(kind), req_id, tx_id: 0, payload: &payload };
                let _ = (message.event(), message.refusal(), Part::parse(&payload), children(&payload).count());
            }
        }
    }

    #[test]
    fn how_a_stream_is_cut_changes_nothing(
        payloads in vec(vec(any::<u8>(), 0..MAX_PAYLOAD + 1), 1..40), piece in 1_usize..20_000,
    ) {
        let (mut stream, mut sent) = (Vec::new(), Vec::new());
        for (req_id, payload) in (1..).zip(&payloads) {
            Message { kind: MessageType::READ, req_id, tx_id: 0, payload }.encode(&mut stream).unwrap();
            sent.push((2, req_id, payload.clone()));
        }
        prop_assert_eq!(decode_all(&stream, piece).unwrap(), sent);
    }

    #[test]
    fn names_come_back_from_a_directory(names in vec("[a-z0-9-]{1,20}", 0..50)) {
        let payload: Vec<u8> = names.iter().flat_map(|n| [n.as_bytes(), b"\0"].concat()).collect();
        prop_assert!(children(&payload).eq(names.iter().map(String::as_bytes)));
    }

    #[test]
    fn a_request_is_one_message_of_its_type(path in "[a-zA-Z0-9/@-]{1,60}", token in "[0-9]{1,20}", offset: usize, value in vec(any::<u8>(), 0..100)) {
        for request in [
            Request::Directory(&path), Request::DirectoryPart(&path, offset), Request::Read(&path),
            Request::GetPerms(&path), Request::Watch(&path, &token), Request::Unwatch(&path, &token),
            Request::Begin, Request::Commit, Request::Abort, Request::Write(&path, &value),
            Request::Mkdir(&path), Request::Remove(&path),
        ] {
            let mut bytes = Vec::new();
            request.encode(3, 4, &mut bytes).unwrap();
            let (message, size) = Message::decode(&bytes).unwrap().unwrap();
            prop_assert_eq!((message.kind, message.req_id, message.tx_id, size), (request.kind(), 3, 4, bytes.len()));
        }
    }
}

#[test]
fn requests_are_the_bytes_of_the_protocol() {
    // By docs/misc/xenstore.txt, in little-endian order as on every machine Xen runs on.
    let bytes = |request: Request<'_>| {
        let mut out = Vec::new();
        request.encode(9, 0, &mut out).unwrap();
        out
    };
    if cfg!(target_endian = "little") {
        assert_eq!(bytes(Request::Read("/a")), b"\x02\0\0\0\x09\0\0\0\0\0\0\0\x03\0\0\0/a\0");
        assert_eq!(bytes(Request::Watch("@b", "1")), b"\x04\0\0\0\x09\0\0\0\0\0\0\0\x05\0\0\0@b\x001\0");
        assert_eq!(bytes(Request::Write("/a", b"v")), b"\x0b\0\0\0\x09\0\0\0\0\0\0\0\x04\0\0\0/a\0v");
        assert_eq!(
            bytes(Request::DirectoryPart("/", 17)),
            b"\x16\0\0\0\x09\0\0\0\0\0\0\0\x05\0\0\0/\x0017\0"
        );
        assert_eq!(bytes(Request::Commit)[12..], *b"\x02\0\0\0T\0");
        assert_eq!(bytes(Request::Abort)[12..], *b"\x02\0\0\0F\0");
        assert_eq!(bytes(Request::Begin)[12..], *b"\x01\0\0\0\0");
    }
}

#[test]
fn a_length_no_message_has_is_refused_by_its_header() {
    let mut bytes = [0; HEADER];
    bytes[12..].copy_from_slice(&4097_u32.to_ne_bytes());
    assert_eq!(Message::decode(&bytes), Err(WireError::Oversized(4097)));
    bytes[12..].copy_from_slice(&4096_u32.to_ne_bytes());
    assert_eq!(Message::decode(&bytes), Ok(None));
}

#[test]
fn nothing_is_sent_that_would_end_the_connection() {
    let (long, mut out) = ("x".repeat(3073), Vec::new());
    assert_eq!(Request::Read(&long).encode(1, 0, &mut out), Err(WireError::TooLong(3073)));
    assert_eq!(Request::Read("/a\0/b").encode(1, 0, &mut out), Err(WireError::Nul));
    assert_eq!(Request::Write("/a", &[0; 4096]).encode(1, 0, &mut out), Err(WireError::TooLong(4099)));
    assert!(out.is_empty());
}

#[test]
fn refusals_and_events_are_told_from_answers() {
    let message = |kind, payload| Message { kind, req_id: 0, tx_id: 0, payload };
    assert_eq!(message(MessageType::ERROR, b"ENOENT\0").refusal().as_deref(), Some("ENOENT"));
    assert_eq!(message(MessageType::READ, b"ENOENT\0").refusal(), None);
    let event = message(MessageType::WATCH_EVENT, b"/local/domain/1/name\x0017\0");
    assert_eq!(event.event(), Some((&b"/local/domain/1/name"[..], &b"17"[..])));
    assert_eq!(message(MessageType::WATCH_EVENT, b"no token").event(), None);
    assert_eq!(message(MessageType::READ, b"a\0b\0").event(), None);
}

#[test]
fn the_last_part_of_a_directory_ends_with_an_empty_name() {
    let part = |payload| Part::parse(payload).unwrap();
    assert_eq!(part(b"12\0a\0bc\0"), Part { generation: b"12", names: b"a\0bc\0", last: false });
    assert_eq!(part(b"12\0a\0bc\0\0"), Part { generation: b"12", names: b"a\0bc\0", last: true });
    assert_eq!(part(b"12\0\0"), Part { generation: b"12", names: b"", last: true });
    assert_eq!(Part::parse(b"12"), None);
}

#[test]
fn only_what_reads_and_watches_passes_for_a_question() {
    let asking: Vec<u32> = (0..64).filter(|&number| MessageType(number).only_asks()).collect();
    assert_eq!(asking, [1, 2, 3, 4, 5, 22], "of enum xsd_sockmsg_type, and of numbers yet to come");
}
