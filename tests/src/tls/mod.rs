//! The requirements on TLS as a layer of limpid: the same scenarios for each implementation.
//!
//! An implementation is a type with the trait [`Implementation`]. The macros
//! [`tls_layer_tests!`](crate::tls_layer_tests) and [`tls_driver_tests!`](crate::tls_driver_tests) make
//! a test of each scenario for it:
//!
//! ```
//! limpid_tests::tls_layer_tests!(limpid_tests::tls::Rustls);
//! ```

mod drivers;
mod implementation;
mod layers;
mod running;
mod rustls_layers;

pub use drivers::*;
pub use implementation::{ClientTerms, Failure, Implementation, ServerTerms, Version};
pub use layers::*;
pub use rustls_layers::Rustls;
