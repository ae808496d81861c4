//! The memory of one exchange, used for the next.

use alloc::sync::Arc;

use crate::client::{Exchange, Options, Request, RequestBuilder, UrlError};
use crate::trace::ExchangeId;

/// Uses the memory of an exchange for the next one, so that a client that is warm allocates nothing for
/// a request.
pub trait Reuse {
    /// Starts to build a request in memory that the exchange has left.
    ///
    /// # Errors
    /// The text is not a URL.
    fn draft(&mut self, method: &[u8], url: &str) -> Result<RequestBuilder, UrlError>;

    /// Begins with another request, in the memory of this exchange. One that is going on must be
    /// cancelled first: its spans would not end.
    fn restart(&mut self, exchange: ExchangeId, request: Arc<Request>, options: &Arc<Options>);

    /// Frees what the exchange holds beside memory, the response included.
    fn reset(&mut self);
}

impl Reuse for Exchange {
    #[inline]
    fn draft(&mut self, method: &[u8], url: &str) -> Result<RequestBuilder, UrlError> {
        self.draft(method, url)
    }

    #[inline]
    fn restart(&mut self, exchange: ExchangeId, request: Arc<Request>, options: &Arc<Options>) {
        self.restart(exchange, request, options);
    }

    #[inline]
    fn reset(&mut self) {
        self.reset();
    }
}
