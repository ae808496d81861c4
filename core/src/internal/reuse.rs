//! Reuse of the memory of an exchange.

use crate::values::Arc;

use crate::client::{Exchange, Options, Request, RequestBuilder, UrlError};
use crate::trace::ExchangeId;

/// Reuse of the memory of an exchange for the next one, so that a client does not allocate for later
/// requests.
pub trait Reuse {
    /// Starts to build a request in the memory of the exchange.
    ///
    /// # Errors
    /// Returns an error if `url` is not a URL.
    fn draft(&mut self, method: &[u8], url: &str) -> Result<RequestBuilder, UrlError>;

    /// Starts another request in the memory of this exchange. An exchange that is not over must be
    /// cancelled first, because otherwise its spans would not end.
    fn restart(&mut self, exchange: ExchangeId, request: Arc<Request>, options: &Arc<Options>);

    /// Releases all that the exchange contains except its memory, including the response.
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
