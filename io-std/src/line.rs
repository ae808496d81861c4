//! Waiting in line for a connection.

use std::collections::VecDeque;
use std::task::Waker;

/// A place in the line. Later places have higher numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(u64);

/// Those who wait, in the order in which they came, and how to wake each.
#[derive(Debug, Default)]
pub(crate) struct Line {
    waiting: VecDeque<(Ticket, Waker)>,
    last: u64,
}

impl Line {
    /// Whether nobody stands before the one with this ticket, or before one who comes now.
    pub(crate) fn is_turn(&self, ticket: Option<Ticket>) -> bool {
        self.first().is_none_or(|(first, _)| Some(*first) == ticket)
    }

    /// Stands in line, at the end of it or where `ticket` already does.
    pub(crate) fn wait(&mut self, ticket: &mut Option<Ticket>, waker: &Waker) {
        match ticket.and_then(|ticket| self.position(ticket)) {
            Some(index) => self.waiting[index].1.clone_from(waker),
            None => {
                self.last += 1;
                self.waiting.push_back((*ticket.insert(Ticket(self.last)), waker.clone()));
            }
        }
    }

    /// Leaves the line.
    pub(crate) fn leave(&mut self, ticket: Ticket) {
        if let Some(index) = self.position(ticket) {
            self.waiting.remove(index);
        }
    }

    /// How to wake the one whose turn it is.
    pub(crate) fn next(&self) -> Option<Waker> {
        self.first().map(|(_, waker)| waker.clone())
    }

    fn first(&self) -> Option<&(Ticket, Waker)> {
        self.waiting.front()
    }

    fn position(&self, ticket: Ticket) -> Option<usize> {
        self.waiting.binary_search_by_key(&ticket, |(ticket, _)| *ticket).ok()
    }
}
