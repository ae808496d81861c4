//! Recordings: files with every input of limpid's machines, from which the same events are made again.
//!
//! A recording is a line of text that says what it holds, and then frames. [`format`] describes both, and writes and
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

pub mod format;
