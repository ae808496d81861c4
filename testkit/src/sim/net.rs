//! The network and its listeners.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::{pending, poll_fn};
use std::io;
use std::rc::Rc;
use std::task::Poll;

use limpid_core::client::Target;

use super::faults::Faults;
use super::os;
use super::socket::Socket;
use super::world::World;

/// How a listener treats connections.
///
/// The [module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listening {
    /// It accepts them.
    Open,
    /// It refuses them.
    Refuse,
    /// It does not answer them.
    Blackhole,
}

/// A listener.
#[derive(Debug)]
struct Place {
    listening: Listening,
    /// Connections that wait to be accepted.
    waiting: VecDeque<Socket>,
}

/// A network in a world.
///
/// The [module](super) has an example.
#[derive(Clone, Debug)]
pub struct Net(Rc<State>);

#[derive(Debug)]
struct State {
    world: World,
    faults: RefCell<Faults>,
    places: RefCell<BTreeMap<String, Place>>,
    next_port: Cell<u16>,
}

impl Net {
    /// Returns a network with these faults.
    #[must_use]
    pub fn new(world: World, faults: Faults) -> Self {
        Self(Rc::new(State {
            world,
            faults: RefCell::new(faults),
            places: RefCell::default(),
            next_port: Cell::new(49152),
        }))
    }

    /// Returns its world.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.0.world
    }

    /// Returns an unused port.
    #[must_use]
    pub fn free_port(&self) -> u16 {
        self.0.next_port.replace(self.0.next_port.get() + 1)
    }

    /// Listens on an address, or on the path of a Unix socket.
    pub fn listen(&self, place: String, listening: Listening) {
        let waiting = VecDeque::new();
        self.0.places.borrow_mut().insert(place, Place { listening, waiting });
    }

    /// Stops listening: waiting connections are dropped, and further ones are refused.
    pub fn leave(&self, place: &str) {
        let gone = self.0.places.borrow_mut().remove(place);
        drop(gone);
        self.0.world.moved();
    }

    /// Accepts the next connection.
    pub async fn accept(&self, place: &str) -> Socket {
        poll_fn(|_| {
            let mut places = self.0.places.borrow_mut();
            let next = places.get_mut(place).and_then(|place| place.waiting.pop_front());
            next.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    /// Connects to a listener.
    ///
    /// # Errors
    /// There is no listener, or it refuses connections.
    pub fn connect(&self, target: Target<'_>) -> impl Future<Output = io::Result<Socket>> + use<> {
        let place = match target {
            Target::Tcp(address) => address.to_string(),
            Target::Unix(path) => path.to_owned(),
        };
        self.clone().connect_to(place)
    }

    async fn connect_to(self, name: String) -> io::Result<Socket> {
        let listening = self.0.places.borrow().get(&name).map(|place| place.listening);
        match listening {
            None if name.starts_with('/') => return Err(os::missing()),
            None | Some(Listening::Refuse) => return Err(os::refused()),
            Some(Listening::Blackhole) => return pending().await,
            Some(Listening::Open) => {}
        }
        let courses = {
            let mut faults = self.0.faults.borrow_mut();
            [faults.course(), faults.course()]
        };
        let (here, there) = Socket::pair(&self.0.world, courses);
        if let Some(place) = self.0.places.borrow_mut().get_mut(&name) {
            place.waiting.push_back(there);
        }
        self.0.world.moved();
        Ok(here)
    }
}
