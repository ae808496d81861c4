//! The network: who listens where.

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

/// How a place answers to those who connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listening {
    /// They are let in.
    Open,
    /// They are refused.
    Refuse,
    /// They are not answered.
    Blackhole,
}

/// A place that somebody can connect to.
#[derive(Debug)]
struct Place {
    listening: Listening,
    /// Connections that were not accepted so far.
    waiting: VecDeque<Socket>,
}

/// A network in a world.
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
    /// A network in which these faults come up.
    #[must_use]
    pub fn new(world: World, faults: Faults) -> Self {
        Self(Rc::new(State {
            world,
            faults: RefCell::new(faults),
            places: RefCell::default(),
            next_port: Cell::new(49152),
        }))
    }

    /// The world it is in.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.0.world
    }

    /// A port that nobody has.
    #[must_use]
    pub fn free_port(&self) -> u16 {
        self.0.next_port.replace(self.0.next_port.get() + 1)
    }

    /// Takes a place: an address, or the path of a Unix socket.
    pub fn listen(&self, place: String, listening: Listening) {
        let waiting = VecDeque::new();
        self.0.places.borrow_mut().insert(place, Place { listening, waiting });
    }

    /// Leaves a place: who waits to be accepted is let go, and nobody else is let in.
    pub fn leave(&self, place: &str) {
        let gone = self.0.places.borrow_mut().remove(place);
        drop(gone);
        self.0.world.moved();
    }

    /// The next connection to a place.
    pub async fn accept(&self, place: &str) -> Socket {
        poll_fn(|_| {
            let mut places = self.0.places.borrow_mut();
            let next = places.get_mut(place).and_then(|place| place.waiting.pop_front());
            next.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    /// Connects to a place.
    ///
    /// # Errors
    /// Nobody is there, or nobody is let in.
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
