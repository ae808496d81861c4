//! WebSocket (RFC 6455) through tungstenite: sends a text, and prints what the server sends back.
//!
//! ```text
//! cargo run -p limpid-programs --bin websocket -- http://localhost:8000/chat hello
//! ```

use std::error::Error;

use limpid_std::Client;
use tungstenite::handshake::client::generate_key;
use tungstenite::handshake::derive_accept_key;
use tungstenite::protocol::Role;
use tungstenite::{Message, WebSocket};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: websocket URL TEXT";
    let (url, text) = (arguments.next().ok_or(usage)?, arguments.next().ok_or(usage)?);
    let key = generate_key();
    let client = Client::new();
    let request = client.get(&url).header("Connection", "Upgrade").header("Upgrade", "websocket");
    let request = request.header("Sec-WebSocket-Version", "13").header("Sec-WebSocket-Key", &key);
    let response = request.send()?;
    let accepted = derive_accept_key(key.as_bytes());
    if response.field("Sec-WebSocket-Accept") != Some(accepted.as_bytes()) {
        return Err(format!("status {}: the server speaks no WebSocket", response.status()).into());
    }
    let mut socket = WebSocket::from_raw_socket(response.upgrade()?, Role::Client, None);
    socket.send(Message::text(text))?;
    println!("{}", socket.read()?);
    socket.close(None)?;
    // Reading ends with an error when both sides have closed.
    while socket.read().is_ok() {}
    Ok(())
}
