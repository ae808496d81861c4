//! TLS over OpenSSL, as layers in memory and in both drivers, with itself and with rustls.

#![cfg(test)]

use limpid_openssl_tests::OpenSsl;
use limpid_tests::tls::Rustls;

mod layers {
    limpid_tests::tls_layer_tests!(super::OpenSsl);
}

mod both_sides {
    limpid_tests::tls_driver_tests!(super::OpenSsl, super::OpenSsl);
}

mod client {
    limpid_tests::tls_driver_tests!(super::OpenSsl, super::Rustls);
}

mod server {
    limpid_tests::tls_driver_tests!(super::Rustls, super::OpenSsl);
}
