//! Securing connections with rustls.

use crate::values::Arc;
use alloc::boxed::Box;

use rustls::ServerConfig;

use super::session::Session;
use super::state::SessionState;
use crate::error::{Call, Misuse, MisuseError, TlsError};
use crate::time::Mono;
use crate::trace::Sink;
use crate::transport::tls::ServerTls;

impl Session {
    /// Secures the connection with rustls: hands in a [`ServerTls`], as
    /// [`handle_secured`](Self::handle_secured) does. Without a usable configuration, the connection
    /// ends, as by [`handle_failed`](Self::handle_failed).
    ///
    /// # Errors
    /// [`Action::Secure`](super::Action::Secure) was not returned, or has been answered.
    pub fn secure_with<S: Sink>(
        &mut self,
        config: impl Into<Option<Arc<ServerConfig>>>,
        now: Mono,
        sink: &S,
    ) -> Result<(), MisuseError> {
        if self.state != SessionState::Secure {
            return Err(self.misuse(Call::HandleSecured, Misuse::State));
        }
        let config = config.into().ok_or_else(|| TlsError::Configuration.into());
        match config.and_then(ServerTls::server) {
            Ok(tls) => self.handle_secured(Box::new(tls), now, sink),
            Err(error) => {
                self.handle_failed(error.into(), now, sink);
                Ok(())
            }
        }
    }
}
