//! What an implementation of TLS is to the scenarios.

use std::error::Error;
use std::path::Path;

use limpid_io::{ClientLayers, ServerLayers};

use crate::certificates::Certified;

/// What a scenario ends with, if it is not as it should be.
pub type Failure = Box<dyn Error>;

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

/// What a client wants.
#[derive(Clone, Copy, Debug)]
pub struct ClientTerms<'t> {
    /// The file of the authority that it trusts.
    pub authority: &'t Path,
    /// The only version that it speaks.
    pub version: Version,
    /// The protocols that it offers (ALPN).
    pub protocols: &'t [&'t [u8]],
}

/// What a server wants.
#[derive(Clone, Copy, Debug)]
pub struct ServerTerms<'t> {
    /// Its certificate and key.
    pub certified: &'t Certified,
    /// The only version that it speaks.
    pub version: Version,
    /// The protocols that it speaks, the best first.
    pub protocols: &'t [&'t [u8]],
}

/// An implementation of TLS.
pub trait Implementation {
    /// What makes the layers of a client.
    type Client: ClientLayers + 'static;
    /// What makes the layers of a server.
    type Server: ServerLayers + 'static;

    /// The layers of a client on these terms.
    ///
    /// # Errors
    /// The implementation does not take them.
    fn client(terms: ClientTerms<'_>) -> Result<Self::Client, Failure>;

    /// The layers of a server on these terms.
    ///
    /// # Errors
    /// The implementation does not take them.
    fn server(terms: ServerTerms<'_>) -> Result<Self::Server, Failure>;
}
