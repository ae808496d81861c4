//! The interface between implementations of TLS and the scenarios.

use std::error::Error;
use std::path::Path;

use limpid_io::{ClientLayers, ServerLayers};

use crate::certificates::Certified;

/// The failure of a scenario.
pub type Failure = Box<dyn Error>;

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

/// The settings of a client.
#[derive(Clone, Copy, Debug)]
pub struct ClientTerms<'t> {
    /// The file of the authority that it trusts.
    pub authority: &'t Path,
    /// Its only version.
    pub version: Version,
    /// The protocols that it offers (ALPN).
    pub protocols: &'t [&'t [u8]],
}

/// The settings of a server.
#[derive(Clone, Copy, Debug)]
pub struct ServerTerms<'t> {
    /// Its certificate and key.
    pub certified: &'t Certified,
    /// Its only version.
    pub version: Version,
    /// Its protocols, the best first.
    pub protocols: &'t [&'t [u8]],
}

/// An implementation of TLS.
pub trait Implementation {
    /// The factory of a client's layers.
    type Client: ClientLayers + 'static;
    /// The factory of a server's layers.
    type Server: ServerLayers + 'static;

    /// Returns the layers of a client with these settings.
    ///
    /// # Errors
    /// The implementation rejects them.
    fn client(terms: ClientTerms<'_>) -> Result<Self::Client, Failure>;

    /// Returns the layers of a server with these settings.
    ///
    /// # Errors
    /// The implementation rejects them.
    fn server(terms: ServerTerms<'_>) -> Result<Self::Server, Failure>;
}
