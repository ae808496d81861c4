//! Exchanges that are over, kept for their memory.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use limpid_core::client::{Exchange, Options, Request};

use crate::session::next_exchange;

/// So many are kept in any case.
const FEW: usize = 8;

/// The exchanges of a client that are over. The next ones begin in their memory, the buffers of a
/// connection among it, and allocate nothing.
#[derive(Debug, Default)]
pub(crate) struct Spares(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// How many exchanges are in use.
    open: usize,
    #[expect(clippy::vec_box, reason = "it is the box that is handed out")]
    spare: Vec<Box<Exchange>>,
}

impl Kept {
    /// One that is not to be kept.
    fn surplus(&mut self) -> Option<Box<Exchange>> {
        if self.spare.len() > self.open.max(FEW) { self.spare.pop() } else { None }
    }
}

impl Spares {
    /// An exchange that is over and can be used again, if there is one. It is open from now on.
    pub(crate) fn take(&self) -> Option<Box<Exchange>> {
        let mut kept = self.lock();
        let spare = kept.spare.pop()?;
        kept.open += 1;
        Some(spare)
    }

    /// An exchange for this request.
    pub(crate) fn begin(&self, request: Arc<Request>, options: &Arc<Options>) -> Box<Exchange> {
        match self.take() {
            Some(mut exchange) => {
                exchange.restart(next_exchange(), request, options);
                exchange
            }
            None => {
                self.lock().open += 1;
                Box::new(Exchange::new(next_exchange(), request, Arc::clone(options)))
            }
        }
    }

    /// An exchange is over. No more are kept than are open still: what many needed at once is there
    /// while about as many go on, and is given back as they end, without anybody looking at a clock.
    pub(crate) fn end(&self, mut exchange: Box<Exchange>) {
        exchange.forget();
        let surplus = {
            let mut kept = self.lock();
            kept.open -= 1;
            kept.spare.push(exchange);
            // Another was kept while one more was open.
            [kept.surplus(), kept.surplus()]
        };
        // Not while others wait.
        drop(surplus);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_kept_as_are_open_and_a_few_in_any_case() {
        let (spares, options) = (Spares::default(), Arc::default());
        let url = "http://a/".parse().unwrap();
        let request = Arc::new(Request::builder(b"GET", url).build());
        let mut open: Vec<_> =
            (0..30).map(|_| spares.begin(Arc::clone(&request), &options)).collect();
        for (left, kept) in [(24, 6), (15, 15), (12, 12), (8, 8), (0, 8)] {
            open.drain(left..).for_each(|exchange| spares.end(exchange));
            assert_eq!(spares.0.lock().unwrap().spare.len(), kept, "while {left} are open");
        }
        drop(spares.begin(request, &options));
        assert_eq!(spares.0.lock().unwrap().spare.len(), FEW - 1);
    }
}
