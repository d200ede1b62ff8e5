//! One connection against a peer that is played here.

use std::{
    fs::File,
    io::{Read, Write},
    os::fd::OwnedFd,
    thread,
};

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};

use super::{arrival::MAX_EVENTS, *};
use crate::wire::xenstore::{MAX_PAYLOAD, Message, MessageType};

/// A pair that keeps what each write wrote apart, as the device does; its reads do not wait.
fn device() -> (File, File) {
    let (ours, kernels): (OwnedFd, OwnedFd) =
        socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)
            .expect("a pair of sockets");
    let flags = nix::fcntl::FcntlArg::F_SETFL(nix::fcntl::OFlag::O_NONBLOCK);
    nix::fcntl::fcntl(&ours, flags).expect("a flag of a socket");
    (ours.into(), kernels.into())
}

fn reply(out: &mut Vec<u8>, kind: MessageType, req_id: u32, payload: &[u8]) {
    Message { kind, req_id, tx_id: 0, payload }.encode(out).expect("a short message");
}

#[test]
fn the_device_gets_one_message_a_write_and_its_events_carry_garbage() {
    let (ours, mut kernels) = device();
    let kernel = thread::spawn(move || {
        let (mut bytes, mut out) = ([0; 9000], Vec::new());
        for _ in 0..300 {
            let size = kernels.read(&mut bytes).expect("a message");
            let (message, all) = Message::decode(&bytes[..size]).expect("a message").expect("whole");
            assert_eq!(all, size, "nothing may follow a message in the same write");
            reply(&mut out, MessageType::WATCH_EVENT, 0xdead_beef, b"/x\x0077\0");
            reply(&mut out, message.kind, message.req_id, &message.payload[..message.payload.len() - 1]);
            kernels.write_all(&std::mem::take(&mut out)).expect("an answer");
        }
        kernels
    });
    let mut client = Client::new(Stream::Device(ours), Duration::from_secs(20), 1);
    let paths: Vec<String> = (0..300).map(|i| format!("/key/{i}")).collect();
    let values = client.read_all(&paths).expect("answers");
    assert!(values.iter().zip(&paths).all(|(value, path)| value.as_ref() == Some(path)));
    assert!(matches!(client.changes(), Changes::Of(tokens) if tokens.as_slice() == [77; 300]));
    client.look().expect("nothing came since");
    drop(kernel.join().expect("the device's side ends well"));
    assert_eq!(client.look().expect_err("the other side is gone").kind, Kind::Unreachable);
}

#[test]
fn a_transaction_through_the_device_is_one_message_at_a_time_and_all_bear_its_number() {
    let (ours, mut kernels) = device();
    let kernel = thread::spawn(move || {
        let (mut bytes, mut seen) = ([0; 9000], Vec::new());
        for answer in [&b"77\0"[..], b"OK\0", b"OK\0", b"OK\0"] {
            let size = kernels.read(&mut bytes).expect("a message");
            let (message, all) = Message::decode(&bytes[..size]).expect("a message").expect("whole");
            assert_eq!(all, size, "nothing may follow a message in the same write");
            seen.push((message.kind, message.tx_id));
            let (mut out, mut more) = (Vec::new(), [0]);
            reply(&mut out, message.kind, message.req_id, answer);
            assert!(
                nix::sys::socket::recv(
                    std::os::fd::AsRawFd::as_raw_fd(&kernels),
                    &mut more,
                    nix::sys::socket::MsgFlags::MSG_DONTWAIT | nix::sys::socket::MsgFlags::MSG_PEEK
                )
                .is_err()
            );
            kernels.write_all(&out).expect("an answer");
        }
        seen
    });
    let mut client = Client::new(Stream::Device(ours), Duration::from_secs(20), 1);
    let writes = [Request::Write("/a", b"1"), Request::Remove("/b")];
    client.transaction("write", |client| client.write_all("write", &writes)).expect("written");
    let types =
        [MessageType::TRANSACTION_START, MessageType::WRITE, MessageType::RM, MessageType::TRANSACTION_END];
    let seen = kernel.join().expect("the device's side ends well");
    assert_eq!(seen, types.into_iter().zip([0, 77, 77, 77]).collect::<Vec<_>>());
}

#[test]
fn a_transaction_without_a_number_is_none_and_nothing_is_written_outside() {
    for number in [&b"soon\0"[..], b"0\0", b"", b"-1\0", b"\xff\0", b"4294967296\0"] {
        let (ours, mut kernels) = device();
        let kernel = thread::spawn(move || {
            let (mut bytes, mut out) = ([0; 9000], Vec::new());
            let size = kernels.read(&mut bytes).expect("a message");
            let (message, _) = Message::decode(&bytes[..size]).expect("a message").expect("whole");
            reply(&mut out, message.kind, message.req_id, number);
            kernels.write_all(&out).expect("an answer");
            kernels.read(&mut bytes).expect("an end")
        });
        let mut client = Client::new(Stream::Device(ours), Duration::from_secs(20), 1);
        let written = client.transaction("write", |client| client.write_all("write", &[]));
        assert_eq!(written.expect_err("no transaction").kind, Kind::Failed, "{number:?}");
        drop(client);
        assert_eq!(kernel.join().expect("the device's side ends well"), 0, "{number:?}");
    }
}

#[test]
fn behind_the_fence_nothing_that_changes_is_even_queued() {
    let (ours, mut kernels) = device();
    let mut client = Client::new(Stream::Device(ours), Duration::from_secs(20), 1);
    client.fenced = true;
    let changing = [
        Request::Write("/a", b"1"),
        Request::Mkdir("/a"),
        Request::Remove("/a"),
        Request::Begin,
        Request::Commit,
        Request::Abort,
    ];
    for request in changing {
        assert_eq!(client.queue(&request).expect_err("a change").kind, Kind::Refused);
    }
    assert!(client.transaction("write", |_| Ok(())).is_err());
    client.queue(&Request::Read("/a")).expect("a question");
    assert_eq!(client.queued(), 1);
    drop(client);
    assert_eq!(kernels.read(&mut [0; 16]).expect("an end"), 0, "not a byte left");
}

#[test]
fn the_device_is_not_given_more_than_it_takes() {
    let (ours, _kernels) = device();
    let mut client = Client::new(Stream::Device(ours), Duration::from_secs(20), 1);
    let fits = MAX_PAYLOAD - 16 - "/a\0".len();
    client.queue(&Request::Write("/a", &vec![0; fits])).expect("4096 bytes together fit");
    client.queue(&Request::Write("/a", &vec![0; fits + 1])).expect_err("4097 do not");
    assert!(!client.may_watch());
    assert_eq!(client.queued(), 1);
}

#[test]
fn a_storm_of_events_is_not_kept_but_known() {
    let mut events = Events::default();
    let event = Message { kind: MessageType::WATCH_EVENT, req_id: 0, tx_id: 0, payload: b"/x\x001\0" };
    (0..=MAX_EVENTS).for_each(|_| events.keep(&event));
    assert_eq!((events.tokens.len(), events.lost), (MAX_EVENTS, true));
}
