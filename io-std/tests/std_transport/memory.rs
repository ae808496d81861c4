//! Connections in memory: a connector, its transports, and a server at the other ends.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use limpid_std::{Connect, Dial, Interest, Transport};

/// The size of the buffer of a direction, small enough that writes have to wait.
const CAPACITY: usize = 16;

/// One end of a connection.
pub(crate) struct End {
    shared: Arc<Shared>,
    /// The index of the direction that it sends in.
    sends: usize,
}

#[derive(Default)]
struct Shared {
    directions: Mutex<[Direction; 2]>,
    changed: Condvar,
}

#[derive(Default)]
struct Direction {
    bytes: VecDeque<u8>,
    is_closed: bool,
}

/// Returns the two ends of a connection.
pub(crate) fn pair() -> (End, End) {
    let shared = Arc::<Shared>::default();
    (End { shared: Arc::clone(&shared), sends: 0 }, End { shared, sends: 1 })
}

impl Transport for End {
    fn read(&self, room: &mut [u8]) -> io::Result<usize> {
        let direction = &mut self.shared.directions.lock().unwrap()[1 - self.sends];
        if direction.bytes.is_empty() && !direction.is_closed {
            return Err(ErrorKind::WouldBlock.into());
        }
        let n = direction.bytes.read(room)?;
        self.shared.changed.notify_all();
        Ok(n)
    }

    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let direction = &mut self.shared.directions.lock().unwrap()[self.sends];
        if direction.is_closed {
            return Err(ErrorKind::BrokenPipe.into());
        }
        let room = CAPACITY - direction.bytes.len();
        let bytes = slices.iter().flat_map(|slice| slice.iter().copied());
        let before = direction.bytes.len();
        direction.bytes.extend(bytes.take(room));
        self.shared.changed.notify_all();
        match direction.bytes.len() - before {
            0 => Err(ErrorKind::WouldBlock.into()),
            n => Ok(n),
        }
    }

    fn wait(&self, interest: Interest, deadline: Option<Instant>) -> io::Result<()> {
        let mut directions = self.shared.directions.lock().unwrap();
        loop {
            let [incoming, outgoing] = [&directions[1 - self.sends], &directions[self.sends]];
            let can_read = !incoming.bytes.is_empty() || incoming.is_closed;
            let can_write = outgoing.bytes.len() < CAPACITY || outgoing.is_closed;
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if (interest.read && can_read)
                || (interest.write && can_write)
                || left == Some(Duration::ZERO)
            {
                return Ok(());
            }
            directions = match left {
                Some(left) => self.shared.changed.wait_timeout(directions, left).unwrap().0,
                None => self.shared.changed.wait(directions).unwrap(),
            };
        }
    }

    fn is_silent(&self) -> bool {
        let incoming = &self.shared.directions.lock().unwrap()[1 - self.sends];
        incoming.bytes.is_empty() && !incoming.is_closed
    }

    fn shutdown(&self) -> io::Result<()> {
        self.shared.directions.lock().unwrap()[self.sends].is_closed = true;
        self.shared.changed.notify_all();
        Ok(())
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.shared.directions.lock().unwrap().iter_mut().for_each(|end| end.is_closed = true);
        self.shared.changed.notify_all();
    }
}

impl Read for &End {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.wait(Interest::READ, None)?;
        Transport::read(*self, room)
    }
}

impl Write for &End {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.wait(Interest::WRITE, None)?;
        Transport::write(*self, &[IoSlice::new(bytes)])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl End {
    /// Reads the head of a request.
    pub(crate) fn head(&self) -> Option<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if (&mut &*self).read(&mut byte).unwrap() == 0 {
                return None;
            }
            head.push(byte[0]);
        }
        Some(String::from_utf8(head).unwrap())
    }

    /// Waits until the other end is closed, and reads nothing.
    pub(crate) fn wait_until_closed(&self) {
        let directions = self.shared.directions.lock().unwrap();
        let is_open = |directions: &mut [Direction; 2]| !directions[1 - self.sends].is_closed;
        drop(self.shared.changed.wait_while(directions, is_open).unwrap());
    }

    /// Writes all of these bytes.
    pub(crate) fn send(&self, text: &str) {
        (&mut &*self).write_all(text.as_bytes()).unwrap();
    }
}

/// A network in which a thread runs `serve` with the other end of each connection.
#[derive(Clone)]
pub(crate) struct Network {
    serve: fn(&End),
    /// The targets of the opened connections.
    pub(crate) dialed: Arc<Mutex<Vec<String>>>,
    threads: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Network {
    pub(crate) fn new(serve: fn(&End)) -> Self {
        Self { serve, dialed: Arc::default(), threads: Arc::default() }
    }

    /// Waits until the servers of all connections have ended.
    pub(crate) fn join(&self) {
        self.threads.lock().unwrap().drain(..).for_each(|thread| thread.join().unwrap());
    }
}

impl Connect for Network {
    fn connect(&self, dial: Dial<'_>, _: Option<Instant>) -> io::Result<Box<dyn Transport>> {
        self.dialed.lock().unwrap().push(format!("{:?}", dial.target));
        let ((ours, theirs), serve) = (pair(), self.serve);
        self.threads.lock().unwrap().push(thread::spawn(move || serve(&theirs)));
        Ok(Box::new(ours))
    }
}
