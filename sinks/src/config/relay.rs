//! Handlers that pass lines on to other handlers: from memory, or from another thread.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crossbeam_channel::Sender;
use limpid_core::trace::Level;

use super::level::LogLevel;
use super::model::MemoryConfig;

/// A line on its way to a handler.
pub(super) struct Line {
    pub(super) to: Arc<dyn Receive>,
    pub(super) content: Content,
    pub(super) level: Level,
}

pub(super) enum Content {
    /// The text, which the handler writes.
    Text(Vec<u8>),
    /// A line that the handler passes on.
    Line(Box<Line>),
}

/// A handler that receives lines of others.
pub(super) trait Receive: Send + Sync {
    fn receive(&self, content: Content);
}

impl Line {
    fn deliver(self) {
        self.to.receive(self.content);
    }
}

/// Lines that are kept until there are many, or an important one.
pub(super) struct Memory {
    config: MemoryConfig,
    kept: Mutex<Vec<Line>>,
}

impl Memory {
    pub(super) fn new(config: MemoryConfig) -> Self {
        Self { config, kept: Mutex::default() }
    }

    /// Keeps a line, and writes all if it is time.
    pub(super) fn put(&self, line: Line) {
        let important = LogLevel::from(line.level) >= self.config.flush_level;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(line);
        if important || kept.len() >= self.config.capacity {
            kept.drain(..).for_each(Line::deliver);
        }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if self.config.flush_on_close {
            let kept = self.kept.get_mut().unwrap_or_else(PoisonError::into_inner);
            kept.drain(..).for_each(Line::deliver);
        }
    }
}

/// A queue of lines, and the thread that writes them.
pub(super) struct Queue {
    /// The queue, until its end.
    lines: Option<Sender<Line>>,
    listener: Option<JoinHandle<()>>,
}

impl Queue {
    /// Starts the thread.
    pub(super) fn start(max_size: usize) -> io::Result<Self> {
        let (lines, received) = match max_size {
            0 => crossbeam_channel::unbounded(),
            size => crossbeam_channel::bounded(size),
        };
        let listener = thread::Builder::new().name("QueueListener".into());
        let listener = listener.spawn(move || received.into_iter().for_each(Line::deliver))?;
        Ok(Self { lines: Some(lines), listener: Some(listener) })
    }

    /// Adds a line. Returns whether there was room.
    pub(super) fn put(&self, line: Line) -> bool {
        self.lines.as_ref().is_some_and(|lines| lines.try_send(line).is_ok())
    }
}

impl Drop for Queue {
    /// Waits until all lines are written.
    fn drop(&mut self) {
        drop(self.lines.take());
        if let Some(listener) = self.listener.take() {
            // A thread that panicked has printed that.
            let _ = listener.join();
        }
    }
}
