//! What waits for those who do not take it: how much there is, and whose it is.
//!
//! A sample that many wait for is there once, and counts once: a thousand who are a little late cost what one does.

use std::collections::{BTreeMap, HashSet, VecDeque};

use super::{Rules, packet::Piece};

/// What waits for one.
pub(super) struct Waiting<'a> {
    /// Which of the clients it is.
    pub(super) id: u64,
    /// Whose process it is.
    pub(super) uid: u32,
    /// What it has not taken.
    pub(super) pieces: &'a VecDeque<Piece>,
}

/// Pieces, each counted once.
#[derive(Default)]
struct Load {
    seen: HashSet<usize>,
    bytes: usize,
}

impl Load {
    fn add(&mut self, pieces: &VecDeque<Piece>) {
        for piece in pieces {
            if self.seen.insert(piece.as_ptr().addr()) {
                self.bytes += piece.len();
            }
        }
    }
}

/// Bytes that wait for one.
pub(super) fn bytes(pieces: &VecDeque<Piece>) -> usize {
    pieces.iter().map(|piece| piece.len()).sum()
}

/// Who is to be let go first as more waits than may: of the user for whom most does, the one for whom most does. Root
/// and the proxy's own user are held to the bound of all, and not to that of one.
pub(super) fn heaviest(clients: &[Waiting<'_>], rules: &Rules, own: u32) -> Option<u64> {
    let (mut all, mut users) = (Load::default(), BTreeMap::<u32, Load>::new());
    for client in clients {
        all.add(client.pieces);
        users.entry(client.uid).or_default().add(client.pieces);
    }
    let bound = |uid: u32| if uid == 0 || uid == own { usize::MAX } else { rules.unsent_of_one };
    let over = |(uid, load): &(&u32, &Load)| all.bytes > rules.unsent || load.bytes > bound(**uid);
    let (uid, _) = users.iter().filter(over).max_by_key(|(_, load)| load.bytes)?;
    let theirs = clients.iter().filter(|client| client.uid == *uid);
    theirs.max_by_key(|client| bytes(client.pieces)).map(|client| client.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(size: usize) -> Piece {
        vec![0; size].into()
    }

    fn first(of: &[(u32, VecDeque<Piece>)]) -> Option<u64> {
        let rules = Rules { unsent: 1000, unsent_of_one: 300, ..Rules::default() };
        let waiting = |(id, (uid, pieces)): (u64, &'_ (u32, VecDeque<Piece>))| (id, *uid, pieces.clone());
        let held: Vec<_> = (0..).zip(of).map(waiting).collect();
        let clients: Vec<_> =
            held.iter().map(|(id, uid, pieces)| Waiting { id: *id, uid: *uid, pieces }).collect();
        heaviest(&clients, &rules, 99)
    }

    #[test]
    fn the_first_to_go_is_the_heaviest_of_the_heaviest_user_and_nobody_within_the_bounds() {
        let of = |sizes: &[usize]| sizes.iter().map(|size| piece(*size)).collect::<VecDeque<_>>();
        assert_eq!(first(&[]), None);
        assert_eq!(first(&[(1, of(&[100, 200])), (2, of(&[300])), (0, of(&[400]))]), None);
        // One user's, over several connections.
        assert_eq!(first(&[(1, of(&[100])), (1, of(&[120, 81])), (2, of(&[300]))]), Some(1));
        // Root and the proxy's own user have no bound of their own, but there is one of all.
        assert_eq!(first(&[(0, of(&[500])), (99, of(&[499]))]), None);
        assert_eq!(first(&[(0, of(&[500])), (99, of(&[400])), (1, of(&[101]))]), Some(0));
        // What is there once counts once.
        let shared = piece(250);
        let all: Vec<_> = (0..50).map(|_| (1, VecDeque::from([shared.clone()]))).collect();
        assert_eq!(first(&all), None);
    }
}
