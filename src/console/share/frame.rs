//! Frames on the socket: a total codec.
//!
//! ```text
//!   length u32 (of what follows) │ kind u8 │ body      numbers are big-endian
//! ```

use super::Person;

/// The version spoken; another one is refused.
pub const VERSION: u8 = 1;
/// The most bytes a frame's kind and body take.
pub const MOST: usize = 64 * 1024;

const HELLO: u8 = 1;
const CLAIM: u8 = 2;
const TAKE_OVER: u8 = 3;
const GIVE_UP: u8 = 4;
const SIZE: u8 = 5;
const PEN: u8 = 6;
const OUTPUT: u8 = 7;

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// From who comes: the version it speaks, and its user.
    Hello(u8, String),
    /// It would write as soon as nobody does.
    Claim,
    /// It writes from now on, whoever did.
    TakeOver,
    /// It does not write any more, nor would it.
    GiveUp,
    /// Columns and rows of the guest's terminal: from who writes, and to those who look on.
    Size(u16, u16),
    /// Who writes.
    Pen(Pen),
    /// What the guest wrote.
    Output(Vec<u8>),
}

/// Who writes, as one of the processes sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Pen {
    /// Nobody.
    #[default]
    Free,
    /// This process.
    Mine,
    /// Another one.
    Of(Person),
}

/// Bytes that are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bad;

impl Frame {
    /// Appends its bytes. The output of a frame must be no longer than [`MOST`] allows; [`Self::output`] cuts it.
    ///
    /// # Panics
    /// Where the output is longer.
    pub fn encode(&self, into: &mut Vec<u8>) {
        let start = into.len();
        into.extend([0; 4]);
        match self {
            Self::Hello(version, who) => {
                into.extend([HELLO, *version]);
                into.extend(who.as_bytes());
            }
            Self::Claim => into.push(CLAIM),
            Self::TakeOver => into.push(TAKE_OVER),
            Self::GiveUp => into.push(GIVE_UP),
            Self::Size(columns, rows) => {
                into.push(SIZE);
                into.extend([columns.to_be_bytes(), rows.to_be_bytes()].concat());
            }
            Self::Pen(pen) => encode_pen(pen, into),
            Self::Output(bytes) => {
                into.push(OUTPUT);
                into.extend(bytes);
            }
        }
        let length = into.len() - start - 4;
        assert!(length <= MOST, "output is cut into frames");
        let length = u32::try_from(length).expect("it is no longer than MOST");
        into[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }

    /// Appends output as frames, as many as it takes.
    pub fn output(bytes: &[u8], into: &mut Vec<u8>) {
        bytes.chunks(MOST - 1).for_each(|part| Self::Output(part.to_vec()).encode(into));
    }

    /// The first frame and how many bytes it took; none where there are not enough yet.
    ///
    /// # Errors
    /// Where no bytes to come could make it a frame.
    pub fn decode(bytes: &[u8]) -> Result<Option<(Self, usize)>, Bad> {
        let Some((length, rest)) = bytes.split_first_chunk::<4>() else { return Ok(None) };
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Bad)?;
        if !(1..=MOST).contains(&length) {
            return Err(Bad);
        }
        let Some(frame) = rest.get(..length) else { return Ok(None) };
        Ok(Some((Self::of(frame[0], &frame[1..])?, length + 4)))
    }

    fn of(kind: u8, body: &[u8]) -> Result<Self, Bad> {
        Ok(match (kind, body) {
            (HELLO, [version, who @ ..]) => Self::Hello(*version, String::from_utf8_lossy(who).into_owned()),
            (CLAIM, []) => Self::Claim,
            (TAKE_OVER, []) => Self::TakeOver,
            (GIVE_UP, []) => Self::GiveUp,
            (SIZE, [a, b, c, d]) => Self::Size(u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d])),
            (PEN, [0]) => Self::Pen(Pen::Free),
            (PEN, [1]) => Self::Pen(Pen::Mine),
            (PEN, [2, a, b, c, d, name @ ..]) => {
                let pid = u32::from_be_bytes([*a, *b, *c, *d]);
                Self::Pen(Pen::Of(Person::new(&String::from_utf8_lossy(name), pid)))
            }
            (OUTPUT, bytes) => Self::Output(bytes.to_vec()),
            _ => return Err(Bad),
        })
    }
}

fn encode_pen(pen: &Pen, into: &mut Vec<u8>) {
    into.push(PEN);
    match pen {
        Pen::Free => into.push(0),
        Pen::Mine => into.push(1),
        Pen::Of(person) => {
            into.push(2);
            into.extend(person.pid.to_be_bytes());
            into.extend(person.name.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frames() -> impl Strategy<Value = Frame> {
        let person = ("[a-z]{0,20}", any::<u32>()).prop_map(|(name, pid)| Person::new(&name, pid));
        prop_oneof![
            (any::<u8>(), "[a-zé]{0,70}").prop_map(|(version, who)| Frame::Hello(version, who)),
            Just(Frame::Claim),
            Just(Frame::TakeOver),
            Just(Frame::GiveUp),
            any::<(u16, u16)>().prop_map(|(columns, rows)| Frame::Size(columns, rows)),
            Just(Frame::Pen(Pen::Free)),
            Just(Frame::Pen(Pen::Mine)),
            person.prop_map(|person| Frame::Pen(Pen::Of(person))),
            proptest::collection::vec(any::<u8>(), 0..300).prop_map(Frame::Output),
        ]
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded_and_every_strict_prefix_is_incomplete(frame in frames()) {
            let mut bytes = Vec::new();
            frame.encode(&mut bytes);
            prop_assert_eq!(Frame::decode(&bytes), Ok(Some((frame, bytes.len()))));
            for end in 0..bytes.len() {
                prop_assert_eq!(Frame::decode(&bytes[..end]), Ok(None));
            }
        }

        #[test]
        fn any_bytes_are_a_frame_or_not_but_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(Some((_, taken))) = Frame::decode(&bytes) {
                prop_assert!(taken <= bytes.len() && taken > 4);
            }
        }

        #[test]
        fn output_of_any_length_comes_through(length in 0..200_000_usize) {
            let (sent, mut wire, mut came) = (vec![7; length], Vec::new(), Vec::new());
            Frame::output(&sent, &mut wire);
            let mut at = 0;
            while let Ok(Some((Frame::Output(bytes), taken))) = Frame::decode(&wire[at..]) {
                came.extend(bytes);
                at += taken;
            }
            prop_assert_eq!((came, at), (sent, wire.len()));
        }
    }

    #[test]
    fn a_frame_longer_than_any_may_be_is_refused_before_it_is_there() {
        assert_eq!(Frame::decode(&[0xff; 4]), Err(Bad));
        assert_eq!(Frame::decode(&[0, 0, 0, 0]), Err(Bad));
    }
}
