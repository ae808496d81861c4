//! TLS over rustls, as layers in memory and in both drivers.

#![cfg(test)]

use limpid_tests::tls::Rustls;

mod layers {
    limpid_tests::tls_layer_tests!(super::Rustls);
}

mod drivers {
    limpid_tests::tls_driver_tests!(super::Rustls, super::Rustls);
}
