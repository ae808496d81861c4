//! The client side of SOCKS5 (RFC 1928, RFC 1929): a short handshake, after which bytes pass
//! unchanged.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use super::layer::{Layer, LayerError, LayerState};
use super::passthrough::Passthrough;
use crate::error::SocksError;

/// No authentication is required (RFC 1928 section 3).
const NO_AUTHENTICATION: u8 = 0;
/// A user name and a password (RFC 1929).
const PASSWORD: u8 = 2;

/// The next message of the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaits {
    Method,
    Verdict,
    Reply,
    /// No message: bytes pass.
    Nothing,
}

/// A layer for a connection through a SOCKS5 proxy, which resolves the host's name.
///
/// ```
/// use limpid_core::transport::{Layer, socks5::Socks5};
///
/// let layer = Socks5::new("example.com", 80, None);
/// assert_eq!(layer.out(), [5, 1, 0], "version 5 with one method: no authentication");
/// ```
pub struct Socks5 {
    host: String,
    port: u16,
    credentials: Option<(Vec<u8>, Vec<u8>)>,
    awaits: Awaits,
    passthrough: Passthrough,
}

impl fmt::Debug for Socks5 {
    /// Formats the layer without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socks5")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("awaits", &self.awaits)
            .finish_non_exhaustive()
    }
}

impl Socks5 {
    /// Creates the layer for a connection to `host`, with the user name and the password for the
    /// proxy, if it requires them.
    #[must_use]
    pub fn new(host: &str, port: u16, credentials: Option<(Vec<u8>, Vec<u8>)>) -> Self {
        let method = if credentials.is_some() { PASSWORD } else { NO_AUTHENTICATION };
        let mut passthrough = Passthrough::default();
        passthrough.outgoing.push(&[5, 1, method]);
        Self { host: host.into(), port, credentials, awaits: Awaits::Method, passthrough }
    }

    /// Processes one message of the proxy. Returns `false` if more bytes are needed.
    fn answer(&mut self) -> Result<bool, SocksError> {
        match (self.awaits, self.passthrough.incoming.unread()) {
            (Awaits::Nothing, _) | (_, [] | [_]) => return Ok(false),
            (Awaits::Method, [5, method, ..]) => {
                let method = *method;
                self.passthrough.incoming.consume(2);
                self.method(method)?;
            }
            (Awaits::Verdict, [1, status, ..]) => {
                let status = *status;
                self.passthrough.incoming.consume(2);
                if status != 0 {
                    return Err(SocksError::Credentials);
                }
                self.ask();
            }
            (Awaits::Reply, [5, 0, rest @ ..]) => {
                let Some(len) = reply_len(rest)? else { return Ok(false) };
                self.passthrough.incoming.consume(len);
                self.awaits = Awaits::Nothing;
            }
            (Awaits::Reply, [5, reply @ 1..=8, ..]) => return Err(SocksError::Reply(*reply)),
            _ => return Err(SocksError::Malformed),
        }
        Ok(true)
    }

    /// Handles the authentication method that the proxy chose.
    fn method(&mut self, got: u8) -> Result<(), SocksError> {
        match (got, &self.credentials) {
            (NO_AUTHENTICATION, None) => self.ask(),
            (PASSWORD, Some((user, password))) => {
                self.passthrough.outgoing.push(&[1]);
                for text in [user, password] {
                    let text = &text[..text.len().min(255)];
                    self.passthrough.outgoing.push(&[u8::try_from(text.len()).unwrap_or(u8::MAX)]);
                    self.passthrough.outgoing.push(text);
                }
                self.awaits = Awaits::Verdict;
            }
            (got, credentials) => {
                let asked = if credentials.is_some() { PASSWORD } else { NO_AUTHENTICATION };
                return Err(SocksError::Method(asked, got));
            }
        }
        Ok(())
    }

    /// Requests the connection (RFC 1928 section 4).
    fn ask(&mut self) {
        self.passthrough.outgoing.push(&[5, 1, 0]);
        match self.host.parse() {
            Ok(IpAddr::V4(address)) => {
                self.passthrough.outgoing.push(&[1]);
                self.passthrough.outgoing.push(&address.octets());
            }
            Ok(IpAddr::V6(address)) => {
                self.passthrough.outgoing.push(&[4]);
                self.passthrough.outgoing.push(&address.octets());
            }
            Err(_) => {
                let name = &self.host.as_bytes()[..self.host.len().min(255)];
                self.passthrough.outgoing.push(&[3, u8::try_from(name.len()).unwrap_or(u8::MAX)]);
                self.passthrough.outgoing.push(name);
            }
        }
        self.passthrough.outgoing.push(&self.port.to_be_bytes());
        self.awaits = Awaits::Reply;
    }
}

/// Returns the length of a reply, given what follows its second byte; `None` if more bytes are needed
/// (RFC 1928 section 6).
fn reply_len(rest: &[u8]) -> Result<Option<usize>, SocksError> {
    let address = match rest {
        [_, 1, ..] => 4,
        [_, 4, ..] => 16,
        [_, 3, len, ..] => 1 + usize::from(*len),
        [] | [_] | [_, 3] => return Ok(None),
        _ => return Err(SocksError::Malformed),
    };
    let len = 4 + address + 2;
    Ok((rest.len() + 2 >= len).then_some(len))
}

impl Layer for Socks5 {
    fn space(&mut self, min: usize) -> &mut [u8] {
        self.passthrough.space(min)
    }

    fn filled(&mut self, n: usize) {
        self.passthrough.filled(n);
    }

    fn advance(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, LayerError> {
        while self.answer().map_err(LayerError::Socks)? {}
        if self.awaits != Awaits::Nothing {
            return Ok(LayerState::Opening);
        }
        self.passthrough.advance(deliver)
    }

    fn buffered(&self) -> usize {
        if self.awaits == Awaits::Nothing { self.passthrough.buffered() } else { 0 }
    }

    fn write(&mut self, data: &[u8]) -> Result<(), LayerError> {
        self.passthrough.write(data)
    }

    /// Does nothing, because SOCKS has no closing message.
    fn close(&mut self) {}

    fn out(&self) -> &[u8] {
        self.passthrough.out()
    }

    fn sent(&mut self, n: usize) {
        self.passthrough.sent(n);
    }

    fn free_buffers(&mut self) {
        self.passthrough.free_buffers();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Passes the proxy's bytes `received` one by one. Returns what the client sends, and the state.
    fn talk(socks: &mut Socks5, received: &[u8]) -> (Vec<u8>, Result<LayerState, LayerError>) {
        let mut state = Ok(LayerState::Opening);
        for byte in received {
            socks.space(1)[0] = *byte;
            socks.filled(1);
            state = socks.advance(&mut |_| {});
            if state.is_err() {
                break;
            }
        }
        let out = socks.out().to_vec();
        socks.sent(out.len());
        (out, state)
    }

    /// Returns the error after the proxy's bytes `received`.
    fn refused(socks: &mut Socks5, received: &[u8]) -> SocksError {
        match talk(socks, received).1 {
            Err(LayerError::Socks(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn name_is_sent_to_the_proxy_unchanged() {
        let mut socks = Socks5::new("example.test", 80, None);
        assert_eq!(talk(&mut socks, b"").0, [5, 1, 0]);
        assert_eq!(talk(&mut socks, &[5, 0]).0, b"\x05\x01\x00\x03\x0cexample.test\x00\x50");
        let reply = [5, 0, 0, 1, 127, 0, 0, 1, 0, 80];
        assert_eq!(talk(&mut socks, &reply).1.unwrap(), LayerState::Open);
        let mut delivered = Vec::new();
        socks.space(2)[..2].copy_from_slice(b"hi");
        socks.filled(2);
        socks.advance(&mut |bytes| delivered.extend_from_slice(bytes)).unwrap();
        assert_eq!(delivered, b"hi");
    }

    #[test]
    fn password_is_sent_when_required() {
        let credentials = Some((b"me".to_vec(), b"pw".to_vec()));
        let mut socks = Socks5::new("::1", 80, credentials);
        assert_eq!(talk(&mut socks, b"").0, [5, 1, 2]);
        assert_eq!(talk(&mut socks, &[5, 2]).0, b"\x01\x02me\x02pw");
        assert_eq!(refused(&mut socks, &[1, 1]), SocksError::Credentials);
    }

    #[test]
    fn refusal_has_a_reason() {
        for (received, error) in [
            (&[5, 255][..], SocksError::Method(0, 255)),
            (&[4, 0], SocksError::Malformed),
            (&[5, 0, 5, 5], SocksError::Reply(5)),
            (&[5, 0, 5, 9], SocksError::Malformed),
            (&[5, 0, 5, 0, 0, 9], SocksError::Malformed),
        ] {
            let mut socks = Socks5::new("a", 80, None);
            assert_eq!(refused(&mut socks, received), error, "{received:?}");
        }
    }
}
