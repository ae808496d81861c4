//! Events about a secured connection and the certificate of its peer.

use alloc::string::String;
use alloc::vec::Vec;

use super::layer::LayerFacts;
use crate::stored::{Reader, Stored};
use crate::trace::{Cx, EventKind, Sink, TraceEvent};

/// The content of a certificate (RFC 5280), as events contain it.
///
/// [`CertificateReader`] has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateFacts {
    /// The subject.
    pub subject: String,
    /// The issuer.
    pub issuer: String,
    /// The DNS names and IP addresses that it is for, separated by commas.
    pub names: String,
    /// When it becomes valid, in UTC.
    pub not_before: String,
    /// Until when it is valid, in UTC.
    pub not_after: String,
    /// The SHA-256 hash of its DER form, in hexadecimal digits.
    pub sha256: Option<String>,
}

/// A function that reads a certificate in DER form, for events. It is called only for a sink that
/// receives [`CertificateReceived`](TraceEvent::CertificateReceived).
///
/// The core does not parse certificates. The drivers of limpid set a reader;
/// [`client::Options`](crate::client::Options) and [`server::Options`](crate::server::Options) have
/// it for others:
///
/// ```
/// use limpid_core::client::Options;
/// use limpid_core::transport::{CertificateFacts, CertificateReader};
///
/// fn read(der: &[u8]) -> Option<CertificateFacts> {
///     let mut facts = CertificateFacts::default();
///     facts.subject = format!("a certificate of {} bytes", der.len());
///     Some(facts)
/// }
///
/// let options = Options::with(|options| options.certificates = Some(CertificateReader(read)));
/// # drop(options);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CertificateReader(pub fn(&[u8]) -> Option<CertificateFacts>);

impl Stored for CertificateReader {
    /// Stores nothing: a function cannot be stored, and an option of it says whether there was one.
    fn store(&self, _: &mut Vec<u8>) {}

    /// Returns a reader that reads no certificate, which the caller replaces.
    fn load(_: &mut Reader<'_>) -> Option<Self> {
        Some(Self(|_| None))
    }
}

/// Emits the properties of a connection and the certificate of its peer, as far as they are known.
#[cold]
pub(super) fn emit<S: Sink>(
    facts: &LayerFacts<'_>,
    reader: Option<CertificateReader>,
    accepted: bool,
    cx: &mut Cx<'_, S>,
) {
    if facts.version.is_some() {
        cx.emit(EventKind::TlsNegotiated, || TraceEvent::TlsNegotiated {
            version: facts.version,
            cipher: facts.cipher,
            key_exchange: facts.key_exchange,
            protocol: facts.protocol.and_then(|protocol| core::str::from_utf8(protocol).ok()),
            handshake: facts.handshake,
            server_name: facts.server_name,
        });
    }
    if let (Some(der), Some(CertificateReader(read))) = (&facts.peer_certificate, reader)
        && cx.wants(EventKind::CertificateReceived)
        && let Some(certificate) = read(der)
    {
        cx.emit(EventKind::CertificateReceived, || TraceEvent::CertificateReceived {
            accepted,
            subject: &certificate.subject,
            issuer: &certificate.issuer,
            names: &certificate.names,
            not_before: &certificate.not_before,
            not_after: &certificate.not_after,
            sha256: certificate.sha256.as_deref(),
        });
    }
}
