//! A client in a simulated network.

use std::rc::Rc;

use limpid_core::client::{Event, RequestBuilder};
use limpid_core::error::{Cause, Error};
use limpid_core::fields::Fields;
use limpid_io::Settings;

use super::body::Body;
use super::driver::Driver;
use super::net::Net;
use super::shared::Shared;
use super::upgraded::Upgraded;
use super::world::World;

/// A client of the third driver, over the same machines as the others. When it and its responses are
/// dropped, idle connections are closed.
///
/// The [module](super) has an example.
#[derive(Clone, Debug)]
pub struct Client(Rc<Shared>);

impl Client {
    /// Returns a client with these settings.
    #[must_use]
    pub fn new(net: &Net, settings: Settings) -> Self {
        Self(Rc::new(Shared::new(net, settings)))
    }

    /// Returns its world.
    #[must_use]
    pub fn world(&self) -> &World {
        self.0.net.world()
    }

    /// Stops the exchange with the poll of this number: its future stays pending, to be dropped.
    pub fn stop_after(&self, polls: u64) {
        self.0.stop_after(polls);
    }

    /// Returns the most bytes of a request that have waited for a socket.
    #[must_use]
    pub fn most_waiting(&self) -> usize {
        self.0.most_waiting()
    }

    /// Returns whether an exchange was stopped.
    #[must_use]
    pub fn has_stopped(&self) -> bool {
        self.0.has_stopped()
    }

    /// Sends a request, and waits for the head of the response. Dropping the future cancels it.
    ///
    /// # Errors
    /// The exchange failed.
    pub async fn send(&self, draft: RequestBuilder, body: Body) -> Result<Response, Error> {
        let exchange = self.0.exchange(draft.body(body.size()).build());
        let mut driver = Driver::new(exchange, body, Rc::clone(&self.0));
        loop {
            if !driver.run().await? {
                return Err(Cause::Cancelled.into());
            }
            if let Some(Event::Head(..)) = driver.event() {
                return Ok(Response { driver, over: false });
            }
        }
    }
}

/// A response and its connection. Dropping it before its end closes the connection.
///
/// The [module](super) has an example.
#[derive(Debug)]
pub struct Response {
    driver: Driver,
    over: bool,
}

impl Response {
    /// Returns the status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.driver.exchange.head().map_or(0, |head| head.status)
    }

    /// Returns the fields.
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        self.driver.exchange.head().map_or(Fields::EMPTY, |head| head.fields)
    }

    /// Returns how many bytes of the request's body were not sent, if sending was stopped.
    #[must_use]
    pub const fn unsent(&self) -> Option<u64> {
        self.driver.exchange.unsent()
    }

    /// Returns the trailers, once the end of the body was reached.
    #[must_use]
    pub fn trailers(&self) -> Fields<'_> {
        self.driver.exchange.trailers()
    }

    /// Returns the connection, if the response has switched it.
    #[must_use]
    pub fn upgrade(mut self) -> Option<Upgraded> {
        self.driver.upgrade()
    }

    /// Returns the next bytes of the body; `None` at its end.
    ///
    /// # Errors
    /// The exchange failed before the body was complete.
    pub async fn next_piece(&mut self) -> Result<Option<&[u8]>, Error> {
        while !self.over {
            match self.driver.run().await {
                Ok(true) => {
                    // A second call avoids a borrow across the loop.
                    if let Some(Event::Data(_)) = self.driver.event() {
                        break;
                    }
                }
                Ok(false) => self.over = true,
                Err(error) => {
                    self.over = true;
                    return Err(error);
                }
            }
        }
        match self.driver.event() {
            Some(Event::Data(data)) if !self.over => Ok(Some(data)),
            _ => Ok(None),
        }
    }
}
