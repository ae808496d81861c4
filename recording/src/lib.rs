//! Recordings: files with every input of limpid's machines, from which the same events are made again.
//!
//! A [`Recorder`] writes a file. Clients and servers with one record every call of their machines, with its time, and the
//! bytes that they receive. A sink may drop events; a recording has all that is needed to make them again:
//! [`Recording::replay`] passes the calls to the same machines.
//!
//! A recording is a line of text that says what it holds, and then frames. [`mod@format`] describes both, and writes and
//! reads them:
//!
//! ```
//! use limpid_recording::format::{FrameKind, FrameReader, FrameWriter, Header};
//!
//! let mut file = Vec::new();
//! let mut writer = FrameWriter::new(&Header::default(), &mut file);
//! writer.write(FrameKind::End, b"", &mut file);
//!
//! let mut reader = FrameReader::new(&file[..])?;
//! let frame = reader.next_frame()?.unwrap();
//! assert_eq!(frame.kind, FrameKind::End);
//! # Ok::<(), limpid_recording::format::ReadError>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod driver_events;
mod facts;
pub mod format;
mod layer;
mod recorder;
mod replay;
mod server;
mod stream;
mod tape;
mod tunnel;

pub use client::ExchangeRecorder;
pub use driver_events::DriverEvents;
pub use limpid_core;
pub use recorder::{Recorder, RecorderOptions, Stop};
pub use replay::{Recording, Replayed};
pub use server::SessionRecorder;
pub use tunnel::TunnelRecorder;

/// The test that `limpid replay --test` writes.
#[doc(hidden)]
pub const REPLAY_TEST: &str = include_str!("../tests/recorded_requests.rs");
