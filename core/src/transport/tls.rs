//! TLS over rustls, with buffers that the layer owns.

use crate::values::Arc;
use alloc::borrow::Cow;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::ServerName;
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncryptError, InsufficientSizeError, UnbufferedStatus,
    WriteTraffic,
};
use rustls::{
    CertificateError, CipherSuite, ClientConfig, Error, HandshakeKind, InvalidMessage,
    PeerMisbehaved, ProtocolVersion, ServerConfig,
};

use super::layer::{Layer, LayerError, LayerFacts, LayerState};
use super::records::Records;
#[cfg(feature = "std")]
use super::requested_name::RequestedName;
use crate::error::{CertificateProblem, TlsError};
use crate::values::Buffer;

/// The maximum length of a record's plaintext (RFC 8446 section 5.1).
const RECORD: usize = 16 * 1024;

/// An upper bound of the difference between the lengths of a record and its plaintext.
const OVERHEAD: usize = 64;

/// A layer for one side of a TLS connection.
///
/// ```
/// # use std::sync::Arc;
/// use limpid_core::transport::{Layer, tls::ClientTls};
///
/// # fn open(config: Arc<rustls::ClientConfig>) -> Result<(), limpid_core::transport::LayerError> {
/// let mut tls = ClientTls::client(config, "www.example.com")?;
/// tls.advance(&mut |_| {})?;
/// assert!(!tls.out().is_empty(), "the client hello is ready to be sent");
/// # Ok(())
/// # }
/// ```
pub struct Tls<C> {
    connection: C,
    incoming: Buffer,
    outgoing: Buffer,
    /// Plaintext that was decrypted during a write.
    pending: Buffer,
    open: bool,
    /// More may be delivered without more input.
    may_deliver: bool,
    /// The peer has sent `close_notify`, which rustls reports once.
    peer_closed: bool,
    /// The error that ended reading.
    failed: Option<TlsError>,
    /// The host name that the client asks for, on the side of the server.
    #[cfg(feature = "std")]
    requested_name: Option<RequestedName>,
    /// The rejected certificate, in DER form, if the verifier passed it on.
    refused: Option<Vec<u8>>,
}

/// The client side of a TLS connection.
///
/// [`Tls`] has an example.
pub type ClientTls = Tls<UnbufferedClientConnection>;
/// The server side of a TLS connection.
///
/// [`Tls`] has an example.
pub type ServerTls = Tls<UnbufferedServerConnection>;

impl<C> fmt::Debug for Tls<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("open", &self.open).field("failed", &self.failed).finish()
    }
}

impl ClientTls {
    /// Creates a layer for a connection to this server: a host name, or an IP address without
    /// brackets.
    ///
    /// # Errors
    /// `server_name` is neither, or rustls does not accept the configuration.
    pub fn client(config: Arc<ClientConfig>, server_name: &str) -> Result<Self, LayerError> {
        let name = ServerName::try_from(server_name).map_err(|_| TlsError::Configuration)?;
        let connection = UnbufferedClientConnection::new(config, name.to_owned());
        Ok(Self::new(connection.map_err(Failure::from)?))
    }
}

impl ServerTls {
    /// Creates a layer for a connection that a server accepted.
    ///
    /// # Errors
    /// rustls does not accept the configuration.
    pub fn server(config: Arc<ServerConfig>) -> Result<Self, LayerError> {
        #[cfg(feature = "std")]
        let (name, config) = {
            let name = RequestedName::default();
            let config = name.record(config);
            (name, config)
        };
        let tls = Self::new(UnbufferedServerConnection::new(config).map_err(Failure::from)?);
        #[cfg(feature = "std")]
        let tls = Self { requested_name: Some(name), ..tls };
        Ok(tls)
    }
}

impl<C> Tls<C> {
    fn new(connection: C) -> Self {
        Self {
            connection,
            incoming: Buffer::default(),
            outgoing: Buffer::default(),
            pending: Buffer::default(),
            open: false,
            may_deliver: false,
            peer_closed: false,
            failed: None,
            #[cfg(feature = "std")]
            requested_name: None,
            refused: None,
        }
    }

    /// Returns whether the handshake is complete.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }
}

/// Appends what `encode` writes to the output, with as much room as it needs.
fn append<E: NeedsRoom>(
    outgoing: &mut Buffer,
    guess: usize,
    mut encode: impl FnMut(&mut [u8]) -> Result<usize, E>,
) -> Result<(), Failure> {
    let mut room = guess;
    loop {
        match encode(outgoing.space(room)) {
            Ok(written) => {
                outgoing.filled(written);
                return Ok(());
            }
            Err(error) => match error.needed() {
                Some(needed) if needed > room => room = needed,
                _ => return Err(TlsError::Protocol.into()),
            },
        }
    }
}

/// The errors of rustls for a buffer that is too short.
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

/// Returns whether the sides negotiated HTTP/1.1, or no protocol.
fn negotiated_http(connection: &impl Records) -> bool {
    connection.common().alpn_protocol().is_none_or(|protocol| protocol.starts_with(b"http/1."))
}

/// The result of processing records once.
enum Step {
    /// Process again.
    Again,
    /// A record was delivered.
    Delivered,
    /// More input is needed.
    Settled(LayerState),
}

impl<C: Records> Tls<C> {
    /// Processes the input once, and delivers plaintext.
    fn look(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<Step, Failure> {
        let UnbufferedStatus { mut discard, state } =
            self.connection.process(self.incoming.unread_mut());
        let step = match state {
            Err(error) => Err(error.into()),
            Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                let mut outcome = Ok(Step::Delivered);
                while let Some(record) = traffic.next_record() {
                    match record {
                        Ok(record) => {
                            discard += record.discard;
                            deliver(record.payload);
                        }
                        Err(error) => {
                            outcome = Err(error.into());
                            break;
                        }
                    }
                }
                outcome
            }
            Ok(ConnectionState::EncodeTlsData(mut data)) => {
                append(&mut self.outgoing, 0, |room| data.encode(room)).map(|()| Step::Again)
            }
            Ok(ConnectionState::TransmitTlsData(data)) => {
                // The output buffer counts as sent.
                data.done();
                Ok(Step::Again)
            }
            Ok(ConnectionState::WriteTraffic(_)) => {
                self.open = true;
                Ok(Step::Settled(match self.peer_closed {
                    true => LayerState::PeerClosed,
                    false => LayerState::Open,
                }))
            }
            Ok(ConnectionState::PeerClosed | ConnectionState::Closed) => {
                self.peer_closed = true;
                // Input after the end is ignored (RFC 8446 section 6.1).
                discard = usize::MAX;
                Ok(Step::Settled(LayerState::PeerClosed))
            }
            // Early data is never offered.
            Ok(_) => Ok(Step::Settled(LayerState::Opening)),
        };
        self.incoming.consume(discard);
        step
    }

    /// Processes records until one was delivered, or more input is needed.
    fn process_records(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, Failure> {
        let was_open = self.open;
        if !was_open {
            // A certificate that another connection of this thread rejected is not of this one.
            drop(take_refused());
        }
        loop {
            match self.look(deliver) {
                Ok(Step::Delivered) if self.open => return Ok(LayerState::Delivered),
                // Application data may have arrived with the end of the handshake, whose result is
                // not checked yet.
                Ok(Step::Again | Step::Delivered) => {}
                Ok(Step::Settled(_))
                    if self.open && !was_open && !negotiated_http(&self.connection) =>
                {
                    self.failed = Some(TlsError::ApplicationProtocol);
                    return Err(TlsError::ApplicationProtocol.into());
                }
                Ok(Step::Settled(state)) => return Ok(state),
                Err(error) => {
                    self.failed = Some(error.kind);
                    self.refused = take_refused();
                    // Processing once encodes the alert. Processing again would parse the rejected
                    // bytes again, which rustls does not support.
                    let _ = self.look(&mut |_| {});
                    return Err(error);
                }
            }
        }
    }

    /// Calls `write` with the connection if it can send application data.
    fn with_traffic(
        &mut self,
        write: impl FnOnce(&mut Buffer, &mut WriteTraffic<'_, C::Data>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut pending = core::mem::take(&mut self.pending);
        let settled = loop {
            match self.process_records(&mut |plaintext| pending.push(plaintext)) {
                Ok(LayerState::Delivered) => {}
                settled => break settled,
            }
        };
        self.pending = pending;
        self.may_deliver = false;
        settled?;
        match self.connection.process(self.incoming.unread_mut()).state {
            Ok(ConnectionState::WriteTraffic(mut traffic)) => {
                write(&mut self.outgoing, &mut traffic)
            }
            Ok(_) => Err(TlsError::Protocol.into()),
            Err(error) => Err(error.into()),
        }
    }
}

impl<C: Records> Layer for Tls<C> {
    fn space(&mut self, min: usize) -> &mut [u8] {
        self.incoming.space(min)
    }

    fn filled(&mut self, n: usize) {
        self.incoming.filled(n);
        if self.peer_closed {
            self.incoming.consume(n);
        }
    }

    fn advance(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, LayerError> {
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        if !self.pending.unread().is_empty() {
            deliver(core::mem::take(&mut self.pending).unread());
        }
        let state = self.process_records(deliver)?;
        self.may_deliver = state == LayerState::Delivered;
        Ok(state)
    }

    fn buffered(&self) -> usize {
        let records = if self.may_deliver { self.incoming.len() } else { 0 };
        self.pending.len() + records
    }

    fn write(&mut self, data: &[u8]) -> Result<(), LayerError> {
        if data.is_empty() {
            return Ok(());
        }
        let records = data.len().div_ceil(RECORD);
        Ok(self.with_traffic(|outgoing, traffic| {
            let guess = data.len() + records * OVERHEAD;
            append(outgoing, guess, |room| traffic.encrypt(data, room))
        })?)
    }

    fn close(&mut self) {
        if self.open && self.failed.is_none() {
            // If the connection cannot be closed, no message is sent.
            let _ = self.with_traffic(|outgoing, traffic| {
                append(outgoing, OVERHEAD, |room| traffic.queue_close_notify(room))
            });
        }
    }

    fn out(&self) -> &[u8] {
        self.outgoing.unread()
    }

    fn sent(&mut self, n: usize) {
        self.outgoing.consume(n);
    }

    fn free_buffers(&mut self) {
        self.incoming.free_buffers();
        self.outgoing.free_buffers();
    }

    fn facts(&self) -> LayerFacts<'_> {
        let common = self.connection.common();
        let accepted = common.peer_certificates().and_then(<[_]>::first).map(AsRef::as_ref);
        let certificate = accepted.or(self.refused.as_deref());
        LayerFacts {
            version: common.protocol_version().and_then(version),
            cipher: common.negotiated_cipher_suite().and_then(|suite| cipher(suite.suite())),
            key_exchange: common
                .negotiated_key_exchange_group()
                .and_then(|group| group.name().as_str()),
            handshake: common.handshake_kind().map(handshake),
            protocol: common.alpn_protocol(),
            #[cfg(feature = "std")]
            server_name: self.requested_name.as_ref().and_then(RequestedName::get),
            #[cfg(not(feature = "std"))]
            server_name: None,
            peer_certificate: certificate.map(Cow::Borrowed),
        }
    }

    fn peer_certificates(&self) -> Vec<Cow<'_, [u8]>> {
        match (self.connection.common().peer_certificates(), &self.refused) {
            (Some(chain), _) => chain.iter().map(|it| Cow::Borrowed(it.as_ref())).collect(),
            (None, Some(refused)) => vec![Cow::Borrowed(refused)],
            (None, None) => Vec::new(),
        }
    }
}

/// Returns the version by its name in the RFCs and in OpenSSL.
const fn version(version: ProtocolVersion) -> Option<&'static str> {
    match version {
        ProtocolVersion::TLSv1_2 => Some("TLSv1.2"),
        ProtocolVersion::TLSv1_3 => Some("TLSv1.3"),
        _ => None,
    }
}

const fn handshake(kind: HandshakeKind) -> &'static str {
    match kind {
        HandshakeKind::Full => "full",
        HandshakeKind::FullWithHelloRetryRequest => "full with HelloRetryRequest",
        HandshakeKind::Resumed => "resumed",
    }
}

/// Returns the name in IANA's registry. rustls names the suites of TLS 1.3 differently.
fn cipher(suite: CipherSuite) -> Option<&'static str> {
    match suite {
        CipherSuite::TLS13_AES_128_GCM_SHA256 => Some("TLS_AES_128_GCM_SHA256"),
        CipherSuite::TLS13_AES_256_GCM_SHA384 => Some("TLS_AES_256_GCM_SHA384"),
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => Some("TLS_CHACHA20_POLY1305_SHA256"),
        CipherSuite::TLS13_AES_128_CCM_SHA256 => Some("TLS_AES_128_CCM_SHA256"),
        CipherSuite::TLS13_AES_128_CCM_8_SHA256 => Some("TLS_AES_128_CCM_8_SHA256"),
        suite => suite.as_str(),
    }
}

/// Takes the certificate that a verifier has rejected in this thread, if it passed it on.
fn take_refused() -> Option<Vec<u8>> {
    #[cfg(feature = "std")]
    return super::refused::take();
    #[cfg(not(feature = "std"))]
    return None;
}

/// A failure by its kind, with rustls's error if there is one.
struct Failure {
    kind: TlsError,
    error: Option<Error>,
}

impl From<TlsError> for Failure {
    fn from(kind: TlsError) -> Self {
        Self { kind, error: None }
    }
}

impl From<Error> for Failure {
    #[cold]
    fn from(error: Error) -> Self {
        Self { kind: classify(&error), error: Some(error) }
    }
}

impl From<Failure> for LayerError {
    #[cold]
    fn from(Failure { kind, error }: Failure) -> Self {
        match error {
            // rustls has no name for it, and would print the name of a type.
            Some(_) if kind == TlsError::Certificate(CertificateProblem::SelfSigned) => kind.into(),
            // Without std, rustls's errors do not implement the trait.
            #[cfg(feature = "std")]
            Some(error) => Self::tls(kind, error),
            _ => kind.into(),
        }
    }
}

/// Returns the kind of rustls's error.
fn classify(error: &Error) -> TlsError {
    match error {
        Error::InvalidCertificate(problem) => TlsError::Certificate(certificate(problem)),
        Error::NoCertificatesPresented => TlsError::Certificate(CertificateProblem::Invalid),
        Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => TlsError::NotTls,
        Error::PeerMisbehaved(PeerMisbehaved::SelectedUnofferedApplicationProtocol)
        | Error::NoApplicationProtocol => TlsError::ApplicationProtocol,
        Error::AlertReceived(alert) => TlsError::Alert((*alert).into()),
        Error::PeerIncompatible(_) => TlsError::NothingInCommon,
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
