//! TLS over OpenSSL as layers of limpid, for a client and a server.

mod context;
mod failure;
mod layer;

pub use context::{OpenSsl, OpenSslClient, OpenSslServer};
pub use layer::OpenSslLayer;
