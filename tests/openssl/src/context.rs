//! Trust and identity: contexts of OpenSSL, and the layers that they make.

use std::net::IpAddr;

use limpid_core::transport::{Layer, LayerError};
use limpid_io::{ClientLayers, ServerLayers};
use limpid_tests::tls::{ClientTerms, Failure, Implementation, ServerTerms, Version};
use openssl::error::ErrorStack;
use openssl::pkey::PKey;
use openssl::ssl::{
    AlpnError, Ssl, SslContext, SslContextBuilder, SslMethod, SslVerifyMode, SslVersion,
};
use openssl::x509::X509;

use crate::failure::of_library;
use crate::layer::OpenSslLayer;

/// TLS over OpenSSL.
#[derive(Clone, Copy, Debug)]
pub struct OpenSsl;

/// The factory of a client's layers.
#[derive(Debug)]
pub struct OpenSslClient(SslContext);

/// The factory of a server's layers.
#[derive(Debug)]
pub struct OpenSslServer(SslContext);

impl OpenSslClient {
    fn connect(&self, server_name: &str) -> Result<OpenSslLayer, ErrorStack> {
        let mut ssl = Ssl::new(&self.0)?;
        match server_name.parse::<IpAddr>() {
            Ok(address) => ssl.param_mut().set_ip(address)?,
            Err(_) => {
                ssl.set_hostname(server_name)?;
                ssl.param_mut().set_host(server_name)?;
            }
        }
        ssl.set_connect_state();
        OpenSslLayer::new(ssl)
    }
}

impl ClientLayers for OpenSslClient {
    fn layer(&self, server_name: &str, _: bool) -> Result<Box<dyn Layer>, LayerError> {
        Ok(Box::new(self.connect(server_name).map_err(of_library)?))
    }
}

impl OpenSslServer {
    fn accept(&self) -> Result<OpenSslLayer, ErrorStack> {
        let mut ssl = Ssl::new(&self.0)?;
        ssl.set_accept_state();
        OpenSslLayer::new(ssl)
    }
}

impl ServerLayers for OpenSslServer {
    fn layer(&self) -> Result<Box<dyn Layer>, LayerError> {
        Ok(Box::new(self.accept().map_err(of_library)?))
    }
}

impl Implementation for OpenSsl {
    type Client = OpenSslClient;
    type Server = OpenSslServer;

    fn client(terms: ClientTerms<'_>) -> Result<OpenSslClient, Failure> {
        let mut context = SslContext::builder(SslMethod::tls_client())?;
        only(&mut context, terms.version)?;
        context.set_ca_file(terms.authority)?;
        context.set_verify(SslVerifyMode::PEER);
        if !terms.protocols.is_empty() {
            context.set_alpn_protos(&on_the_wire(terms.protocols))?;
        }
        Ok(OpenSslClient(context.build()))
    }

    fn server(terms: ServerTerms<'_>) -> Result<OpenSslServer, Failure> {
        let mut context = SslContext::builder(SslMethod::tls_server())?;
        only(&mut context, terms.version)?;
        context.set_certificate(&*X509::from_der(terms.certified.certificate.der())?)?;
        context
            .set_private_key(&*PKey::private_key_from_der(&terms.certified.key.serialize_der())?)?;
        if !terms.protocols.is_empty() {
            let ours: Vec<Vec<u8>> = terms.protocols.iter().map(|ours| ours.to_vec()).collect();
            context.set_alpn_select_callback(move |_, theirs| {
                // The first of these protocols that the client offers.
                let offered = |ours: &Vec<u8>| from_the_wire(theirs).find(|theirs| theirs == ours);
                ours.iter().find_map(offered).ok_or(AlpnError::ALERT_FATAL)
            });
        }
        Ok(OpenSslServer(context.build()))
    }
}

/// Restricts a context to this version.
fn only(context: &mut SslContextBuilder, version: Version) -> Result<(), ErrorStack> {
    let version = match version {
        Version::Tls12 => SslVersion::TLS1_2,
        Version::Tls13 => SslVersion::TLS1_3,
    };
    context.set_min_proto_version(Some(version))?;
    context.set_max_proto_version(Some(version))
}

/// Returns protocols, each after its length (RFC 7301 section 3.1).
fn on_the_wire(protocols: &[&[u8]]) -> Vec<u8> {
    let one = |protocol: &&[u8]| {
        let len = u8::try_from(protocol.len()).unwrap_or(u8::MAX);
        [&[len], &protocol[..usize::from(len)]].concat()
    };
    protocols.iter().flat_map(one).collect()
}

/// Returns the protocols after their lengths.
fn from_the_wire(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (len, rest) = bytes.split_first()?;
        let (protocol, rest) = rest.split_at_checked(usize::from(*len))?;
        bytes = rest;
        Some(protocol)
    })
}
