//! TLS over rustls: records in and out, in memory that the layer owns.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::ServerName;
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncryptError, InsufficientSizeError, UnbufferedStatus,
    WriteTraffic,
};
use rustls::{CertificateError, ClientConfig, Error, InvalidMessage, PeerMisbehaved, ServerConfig};

use super::records::Records;
use super::{Layer, LayerError, LayerState};
use crate::buffer::Buffer;
use crate::error::{CertificateProblem, TlsError};

/// More plaintext than this is encrypted in several records anyway (RFC 8446 section 5.1).
const RECORD: usize = 16 * 1024;

/// One side of a TLS connection, without its transport.
///
/// ```
/// # use std::sync::Arc;
/// use limpid_core::layer::{Layer, tls::ClientTls};
///
/// # fn open(config: Arc<rustls::ClientConfig>) -> Result<(), limpid_core::layer::LayerError> {
/// let mut tls = ClientTls::client(config, "www.example.com")?;
/// tls.advance(&mut |_| {})?;
/// assert!(!tls.out().is_empty(), "the client hello is ready to be sent");
/// # Ok(())
/// # }
/// ```
pub struct Tls<C> {
    connection: C,
    incoming: Buffer,
    outgoing: Outgoing,
    /// Plaintext that came to light while something was written.
    pending: Vec<u8>,
    open: bool,
    /// The peer said that it is done; rustls tells that once.
    peer_closed: bool,
    /// The error after which nothing more is read.
    failed: Option<TlsError>,
}

/// The client's side.
pub type ClientTls = Tls<UnbufferedClientConnection>;
/// The server's side.
pub type ServerTls = Tls<UnbufferedServerConnection>;

impl<C> fmt::Debug for Tls<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("open", &self.open).field("failed", &self.failed).finish()
    }
}

impl ClientTls {
    /// A connection to the server of this name: a host name, or an IP address without brackets.
    ///
    /// # Errors
    /// The name is neither, or the configuration cannot be used.
    pub fn client(config: Arc<ClientConfig>, server_name: &str) -> Result<Self, TlsError> {
        let name = ServerName::try_from(server_name).map_err(|_| TlsError::Configuration)?;
        let connection = UnbufferedClientConnection::new(config, name.to_owned());
        Ok(Self::new(connection.map_err(|error| translate(&error))?))
    }
}

impl ServerTls {
    /// A connection of a client to us.
    ///
    /// # Errors
    /// The configuration cannot be used.
    pub fn server(config: Arc<ServerConfig>) -> Result<Self, TlsError> {
        Ok(Self::new(UnbufferedServerConnection::new(config).map_err(|error| translate(&error))?))
    }
}

impl<C> Tls<C> {
    fn new(connection: C) -> Self {
        Self {
            connection,
            incoming: Buffer::default(),
            outgoing: Outgoing::default(),
            pending: Vec::new(),
            open: false,
            peer_closed: false,
            failed: None,
        }
    }

    /// Whether the handshake is complete.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }
}

/// Records that wait for the transport.
#[derive(Debug, Default)]
struct Outgoing {
    bytes: Vec<u8>,
    sent: usize,
}

impl Outgoing {
    /// Lets `encode` write at the end, with as much room as it turns out to need.
    fn append<E: NeedsRoom>(
        &mut self,
        guess: usize,
        mut encode: impl FnMut(&mut [u8]) -> Result<usize, E>,
    ) -> Result<(), TlsError> {
        let start = self.bytes.len();
        let mut room = guess;
        loop {
            self.bytes.resize(start + room, 0);
            match encode(&mut self.bytes[start..]) {
                Ok(written) => {
                    self.bytes.truncate(start + written);
                    return Ok(());
                }
                Err(error) => match error.needed() {
                    Some(needed) if needed > room => room = needed,
                    _ => {
                        self.bytes.truncate(start);
                        return Err(TlsError::Protocol);
                    }
                },
            }
        }
    }

    fn sent(&mut self, n: usize) {
        self.sent += n.min(self.bytes.len() - self.sent);
        if self.sent == self.bytes.len() {
            self.bytes.clear();
            self.sent = 0;
        }
    }
}

/// rustls's ways to say that a slice was too short.
trait NeedsRoom {
    fn needed(&self) -> Option<usize>;
}

impl NeedsRoom for EncodeError {
    fn needed(&self) -> Option<usize> {
        match self {
            Self::InsufficientSize(InsufficientSizeError { required_size }) => Some(*required_size),
            Self::AlreadyEncoded => None,
        }
    }
}

impl NeedsRoom for EncryptError {
    fn needed(&self) -> Option<usize> {
        match self {
            Self::InsufficientSize(InsufficientSizeError { required_size }) => Some(*required_size),
            Self::EncryptExhausted => None,
        }
    }
}

/// Whether the two sides agreed to speak what is spoken here, or did not speak of it.
fn speaks_http(connection: &impl Records) -> bool {
    connection.protocol().is_none_or(|protocol| protocol.starts_with(b"http/1."))
}

/// What one look at the records came to.
enum Looked {
    /// Look again.
    Again,
    /// Nothing more can be done without more bytes.
    Settled(LayerState),
}

impl<C: Records> Tls<C> {
    /// Looks at the records that have arrived once, delivering what they hold.
    fn look(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<Looked, TlsError> {
        let UnbufferedStatus { mut discard, state } =
            self.connection.process(self.incoming.unread_mut());
        let looked = match state {
            Err(error) => Err(translate(&error)),
            Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                let mut outcome = Ok(Looked::Again);
                while let Some(record) = traffic.next_record() {
                    match record {
                        Ok(record) => {
                            discard += record.discard;
                            deliver(record.payload);
                        }
                        Err(error) => {
                            outcome = Err(translate(&error));
                            break;
                        }
                    }
                }
                outcome
            }
            Ok(ConnectionState::EncodeTlsData(mut data)) => {
                self.outgoing.append(0, |room| data.encode(room)).map(|()| Looked::Again)
            }
            Ok(ConnectionState::TransmitTlsData(data)) => {
                // It is on its way: the transport takes it from `out`.
                data.done();
                Ok(Looked::Again)
            }
            Ok(ConnectionState::WriteTraffic(_)) => {
                self.open = true;
                Ok(Looked::Settled(match self.peer_closed {
                    true => LayerState::PeerClosed,
                    false => LayerState::Open,
                }))
            }
            Ok(ConnectionState::PeerClosed | ConnectionState::Closed) => {
                self.peer_closed = true;
                Ok(Looked::Settled(LayerState::PeerClosed))
            }
            // Early data is never asked for.
            Ok(_) => Ok(Looked::Settled(LayerState::Opening)),
        };
        self.incoming.consume(discard);
        looked
    }

    /// Looks at the records until more are needed.
    fn settle(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, TlsError> {
        let was_open = self.open;
        loop {
            match self.look(deliver) {
                Ok(Looked::Again) => {}
                Ok(Looked::Settled(_))
                    if self.open && !was_open && !speaks_http(&self.connection) =>
                {
                    self.failed = Some(TlsError::ApplicationProtocol);
                    return Err(TlsError::ApplicationProtocol);
                }
                Ok(Looked::Settled(state)) => return Ok(state),
                Err(error) => {
                    self.failed = Some(error);
                    // One look encodes the alert that tells the peer why. Another would read the
                    // refused bytes again, and rustls is not made for that.
                    let _ = self.look(&mut |_| {});
                    return Err(error);
                }
            }
        }
    }

    /// Lets `write` use the connection when it may send application data.
    fn with_traffic(
        &mut self,
        write: impl FnOnce(&mut Outgoing, &mut WriteTraffic<'_, C::Data>) -> Result<(), TlsError>,
    ) -> Result<(), TlsError> {
        let mut pending = core::mem::take(&mut self.pending);
        let settled = self.settle(&mut |plaintext| pending.extend_from_slice(plaintext));
        self.pending = pending;
        settled?;
        match self.connection.process(self.incoming.unread_mut()).state {
            Ok(ConnectionState::WriteTraffic(mut traffic)) => {
                write(&mut self.outgoing, &mut traffic)
            }
            Ok(_) => Err(TlsError::Protocol),
            Err(error) => Err(translate(&error)),
        }
    }
}

impl<C: Records> Layer for Tls<C> {
    fn space(&mut self, min: usize) -> &mut [u8] {
        self.incoming.space(min)
    }

    fn filled(&mut self, n: usize) {
        self.incoming.filled(n);
    }

    fn advance(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, LayerError> {
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        if !self.pending.is_empty() {
            deliver(&core::mem::take(&mut self.pending));
        }
        Ok(self.settle(deliver)?)
    }

    fn write(&mut self, data: &[u8]) -> Result<(), LayerError> {
        for piece in data.chunks(RECORD) {
            self.with_traffic(|outgoing, traffic| {
                outgoing.append(piece.len() + 64, |room| traffic.encrypt(piece, room))
            })?;
        }
        Ok(())
    }

    fn close(&mut self) {
        if self.open && self.failed.is_none() {
            // A connection that cannot even be closed has nothing to tell any more.
            let _ = self.with_traffic(|outgoing, traffic| {
                outgoing.append(64, |room| traffic.queue_close_notify(room))
            });
        }
    }

    fn out(&self) -> &[u8] {
        &self.outgoing.bytes[self.outgoing.sent..]
    }

    fn sent(&mut self, n: usize) {
        self.outgoing.sent(n);
    }
}

/// rustls's errors in our terms, without their strings.
fn translate(error: &Error) -> TlsError {
    match error {
        Error::InvalidCertificate(problem) => TlsError::Certificate(certificate(problem)),
        Error::NoCertificatesPresented => TlsError::Certificate(CertificateProblem::Invalid),
        Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => TlsError::NotTls,
        Error::PeerMisbehaved(PeerMisbehaved::SelectedUnofferedApplicationProtocol) => {
            TlsError::ApplicationProtocol
        }
        Error::AlertReceived(alert) => TlsError::Alert((*alert).into()),
        Error::PeerIncompatible(_) | Error::NoApplicationProtocol => TlsError::NothingInCommon,
        Error::General(_)
        | Error::UnsupportedNameType
        | Error::FailedToGetCurrentTime
        | Error::FailedToGetRandomBytes
        | Error::InconsistentKeys(_) => TlsError::Configuration,
        _ => TlsError::Protocol,
    }
}

fn certificate(problem: &CertificateError) -> CertificateProblem {
    match problem {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            CertificateProblem::Expired
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            CertificateProblem::NotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateProblem::WrongName
        }
        CertificateError::Revoked => CertificateProblem::Revoked,
        CertificateError::UnknownIssuer => CertificateProblem::UnknownIssuer,
        #[cfg(feature = "std")]
        CertificateError::Other(other) if other.0.is::<super::self_signed::SelfSigned>() => {
            CertificateProblem::SelfSigned
        }
        _ => CertificateProblem::Invalid,
    }
}
