//! Responses, and reading their bodies.

use std::net::SocketAddr;

use limpid_core::client::{Emitted, Event, Sizes, Timings, Url};
use limpid_core::error::Cause;
use limpid_core::fields::Fields;
use limpid_core::http1::{ResponseHead, Version};
use limpid_io::{Error, Listener};

use crate::driver::Driver;
use crate::upgraded::Upgraded;

/// A response: its head, and its body to be read piece by piece or whole.
///
/// Dropping it before its end closes the connection.
#[derive(Debug)]
pub struct Response {
    driver: Driver,
}

impl Response {
    pub(crate) const fn new(driver: Driver) -> Self {
        Self { driver }
    }

    /// Runs the exchange to the head of the response.
    pub(crate) async fn receive(&mut self, mut listener: Listener<'_>) -> Result<(), Error> {
        let Self { driver, .. } = self;
        loop {
            match driver.run().await? {
                Some(Emitted::Informational) => listener.notify(driver.in_flight.event()),
                Some(Emitted::Head) => return Ok(()),
                Some(Emitted::Data) => {}
                None => return Err(driver.in_flight.failed(Cause::Cancelled.into())),
            }
        }
    }

    fn head(&self) -> Option<ResponseHead<'_>> {
        self.driver.in_flight.head()
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.head().map_or(0, |head| head.status)
    }

    /// The version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.head().map_or(Version::HTTP_11, |head| head.version)
    }

    /// The reason phrase, as it came.
    #[must_use]
    pub fn reason(&self) -> &[u8] {
        self.head().map_or(&[], |head| head.reason)
    }

    /// The fields, in order and case, repeated ones included.
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        self.head().map_or(Fields::EMPTY, |head| head.fields)
    }

    /// The value of the first field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&[u8]> {
        self.fields().get(name)
    }

    /// The URL that was asked for last.
    #[must_use]
    pub fn url(&self) -> &Url {
        self.driver.in_flight.request().url()
    }

    /// The address and the port at our end of the connection; `None` over a Unix socket.
    #[must_use]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.driver.in_flight.transport()?.local_addr()
    }

    /// The address and the port of the server, or of the proxy; `None` over a Unix socket.
    #[must_use]
    pub fn remote_addr(&self) -> Option<SocketAddr> {
        self.driver.in_flight.transport()?.remote_addr()
    }

    /// Where the time went: so far, and once the end of the body was reached, altogether.
    #[must_use]
    pub fn timings(&self) -> Timings {
        self.driver.in_flight.timings()
    }

    /// How many bytes were sent and received: so far, and once the end of the body was reached,
    /// altogether.
    #[must_use]
    pub fn sizes(&self) -> Sizes {
        self.driver.in_flight.sizes()
    }

    /// How many bytes of the request's body were not sent, where the server has answered before it had all
    /// of them; `None` if it had. Of a body without a length, only those that had been read are counted.
    #[must_use]
    pub fn unsent(&self) -> Option<u64> {
        self.driver.in_flight.unsent()
    }

    /// Takes the connection, after the server has agreed to leave HTTP/1.1: with 101 to a request
    /// that had the fields `Connection: upgrade` and `Upgrade` (RFC 9110 section 7.8), or with 2xx
    /// to CONNECT (section 9.3.6). Bytes that came behind the response are read first. The client's
    /// pool knows the connection no more.
    ///
    /// # Errors
    /// [`Error::NotUpgraded`]: the server answered in another way.
    pub fn upgrade(mut self) -> Result<Upgraded, Error> {
        match self.driver.in_flight.take_switched() {
            Some((switched, transport)) => Ok(Upgraded::new(switched, transport.into_stream())),
            None => Err(Error::NotUpgraded(self.status())),
        }
    }

    /// The trailers that followed the body, once its end was reached.
    #[must_use]
    pub fn trailers(&self) -> Fields<'_> {
        self.driver.in_flight.trailers()
    }

    /// The next bytes of the body, borrowed from where they were received; `None` at its end.
    ///
    /// # Errors
    /// The exchange failed before the body was complete.
    pub async fn next_piece(&mut self) -> Result<Option<&[u8]>, Error> {
        while !self.driver.is_over() {
            if let Some(Emitted::Data) = self.driver.run().await? {
                break;
            }
        }
        Ok(match self.driver.in_flight.event() {
            Some(Event::Data(data)) if !self.driver.is_over() => Some(data),
            _ => None,
        })
    }

    /// The whole body: as it came, or decoded if the client
    /// [decompresses](crate::ClientBuilder::decompress).
    ///
    /// # Errors
    /// The exchange failed before the body was complete.
    pub async fn bytes(mut self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.next_piece().await? {
            bytes.extend_from_slice(piece);
        }
        Ok(bytes)
    }

    /// The whole body as text. It is taken as UTF-8; what is none is replaced by U+FFFD.
    ///
    /// # Errors
    /// The exchange failed before the body was complete.
    pub async fn text(self) -> Result<String, Error> {
        let bytes = self.bytes().await?;
        Ok(String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }
}
