//! Securing connections with rustls.

use crate::values::Arc;
use alloc::boxed::Box;

use rustls::ClientConfig;

use super::exchange::Exchange;
use super::state::ExchangeState;
use crate::error::{Call, MisuseError, TlsError};
use crate::time::Mono;
use crate::trace::Sink;
use crate::transport::tls::ClientTls;

impl Exchange {
    /// Secures the connection with rustls: hands in a [`ClientTls`] for
    /// [`server_name`](Self::server_name), as [`handle_secured`](Self::handle_secured) does. Without a
    /// usable configuration, the exchange fails, as by [`handle_failed`](Self::handle_failed).
    ///
    /// # Errors
    /// [`Action::Secure`](super::Action::Secure) was not returned, or has been answered.
    pub fn secure_with<S: Sink>(
        &mut self,
        config: impl Into<Option<Arc<ClientConfig>>>,
        now: Mono,
        sink: &S,
    ) -> Result<(), MisuseError> {
        self.expect_asked(ExchangeState::Secure, Call::HandleSecured)?;
        let config = config.into().ok_or_else(|| TlsError::Configuration.into());
        match config.and_then(|config| ClientTls::client(config, self.server_name())) {
            Ok(tls) => self.handle_secured(Box::new(tls), now, sink),
            Err(error) => self.handle_failed(error.into(), now, sink),
        }
    }
}
