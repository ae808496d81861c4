//! The diagrams in the documentation of the client's and the server's machine, which show which action
//! follows which. The tests find the transitions by walking through all calls of a driver. With
//! `LIMPID_BLESS=1` they rewrite the diagrams.

#![cfg(test)]

mod client;
mod diagram;
mod layer;
mod server;
mod walk;

#[test]
fn client_diagram_is_current() {
    client::diagram().is_current("src/client/mod.rs");
}

#[test]
fn server_diagram_is_current() {
    server::diagram().is_current("src/server/mod.rs");
}
