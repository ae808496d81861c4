//! The diagrams in the documentation of the client's and the server's machine: which action follows which,
//! found by walking through everything that a driver may do. With `LIMPID_BLESS=1` they are rewritten.

#![cfg(test)]

mod client;
mod diagram;
mod layer;
mod server;
mod walk;

#[test]
fn the_diagram_of_the_client_is_current() {
    client::diagram().is_current("src/client/mod.rs");
}

#[test]
fn the_diagram_of_the_server_is_current() {
    server::diagram().is_current("src/server/mod.rs");
}
