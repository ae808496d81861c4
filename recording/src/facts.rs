//! The properties of layers, stored.

use std::borrow::Cow;

use limpid_core::internal::{Reader, Stored};
use limpid_core::transport::LayerFacts;

/// The properties of a layer, owned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    version: Option<String>,
    cipher: Option<String>,
    key_exchange: Option<String>,
    handshake: Option<String>,
    protocol: Option<Box<[u8]>>,
    server_name: Option<String>,
    certificate: Option<Box<[u8]>>,
}

impl From<LayerFacts<'_>> for Facts {
    fn from(facts: LayerFacts<'_>) -> Self {
        Self {
            version: facts.version.map(Into::into),
            cipher: facts.cipher.map(Into::into),
            key_exchange: facts.key_exchange.map(Into::into),
            handshake: facts.handshake.map(Into::into),
            protocol: facts.protocol.map(Into::into),
            server_name: facts.server_name.map(Into::into),
            certificate: facts.peer_certificate.map(|certificate| certificate.into_owned().into()),
        }
    }
}

impl Facts {
    pub(crate) fn borrow(&self) -> LayerFacts<'_> {
        let mut facts = LayerFacts::default();
        facts.version = self.version.as_deref();
        facts.cipher = self.cipher.as_deref();
        facts.key_exchange = self.key_exchange.as_deref();
        facts.handshake = self.handshake.as_deref();
        facts.protocol = self.protocol.as_deref();
        facts.server_name = self.server_name.as_deref();
        facts.peer_certificate = self.certificate.as_deref().map(Cow::Borrowed);
        facts
    }
}

impl Stored for Facts {
    fn store(&self, to: &mut Vec<u8>) {
        let Self { version, cipher, key_exchange, handshake, protocol, server_name, certificate } =
            self;
        for text in [version, cipher, key_exchange, handshake, server_name] {
            text.store(to);
        }
        protocol.store(to);
        certificate.store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            version: from.read()?,
            cipher: from.read()?,
            key_exchange: from.read()?,
            handshake: from.read()?,
            server_name: from.read()?,
            protocol: from.read()?,
            certificate: from.read()?,
        })
    }
}
