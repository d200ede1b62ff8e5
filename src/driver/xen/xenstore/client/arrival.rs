//! What comes in: answers to what was asked, in any order, and the events between them.

use super::{Reply, Token, malformed};
use crate::{
    driver::{Answer, Error},
    model::Kind,
    wire::xenstore::{Decoder, Message, MessageType},
};

/// Events kept between two looks; a host with more of them has every key read again instead.
pub(super) const MAX_EVENTS: usize = 1 << 16;

/// The replies still to come.
pub(super) struct Owed {
    first: u32,
    count: usize,
    pub(super) left: usize,
}

impl Owed {
    /// To the last `count` requests before the one that will get `next_id`.
    pub(super) fn for_the_last(count: usize, next_id: u32) -> Self {
        let behind = u32::try_from(count).expect("a batch is far smaller than 2^32 requests");
        Self { first: next_id.wrapping_sub(behind), count, left: count }
    }

    /// Handles every complete message; says whether one was a reply.
    pub(super) fn settle(
        &mut self,
        decoder: &mut Decoder,
        events: &mut Events,
        each: &mut impl FnMut(usize, Reply<'_>),
    ) -> Answer<bool> {
        let before = self.left;
        while let Some(message) = decoder.next().map_err(malformed)? {
            if message.kind == MessageType::WATCH_EVENT {
                events.keep(&message);
            } else {
                let number = self.number(&message)?;
                each(number, message.refusal().as_deref().map_or(Ok(message.payload), Err));
                self.left = self.left.saturating_sub(1);
            }
        }
        Ok(self.left < before)
    }

    /// Which request this answers.
    fn number(&self, message: &Message<'_>) -> Answer<usize> {
        let number = message.req_id.wrapping_sub(self.first) as usize;
        if number < self.count && self.left > 0 {
            Ok(number)
        } else {
            Err(Error::new(Kind::Malformed, "xenstored sent an answer to what nobody asked"))
        }
    }
}

/// Tokens of the events that came and were not yet looked at.
#[derive(Default)]
pub(super) struct Events {
    pub(super) tokens: Vec<Token>,
    pub(super) lost: bool,
}

impl Events {
    pub(super) fn keep(&mut self, event: &Message<'_>) {
        let token = event.event().and_then(|(_, token)| std::str::from_utf8(token).ok()?.parse().ok());
        match token {
            Some(_) if self.tokens.len() >= MAX_EVENTS => self.lost = true,
            Some(token) => self.tokens.push(token),
            None => {}
        }
    }
}
