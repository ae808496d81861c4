//! Reading a body: how much of what has arrived belongs to it.

use memchr::memchr;

use super::head_parser::{HeadParser, Kind, Progress};
use crate::error::Rule;
use crate::framing::Framing;
use crate::limits::{Config, Limits};
use crate::wire::chunk::{self, ChunkLine};
use crate::wire::{Broken, Tolerated};

/// Where the reader of a body stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// This many bytes are left of a body of known length.
    Length(u64),
    UntilClose,
    /// A chunk-size line comes next; this much of it has been searched for its end.
    ChunkLine(usize),
    /// This many bytes are left of a chunk; after the last of them, its end.
    ChunkData(u64),
    Trailers,
    Complete,
}

/// What comes next in the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// More bytes are needed.
    NeedInput,
    /// This many bytes of the body's data stand at the front.
    Data(usize),
    /// This many bytes at the front are a chunk-size line.
    ChunkLine { len: usize, line: ChunkLine },
    /// This many bytes at the front end a chunk.
    ChunkEnd(usize),
    /// The body is complete; this many bytes at the front are its trailer section, if it has one.
    End(usize),
}

/// A chunk of which there is nothing to judge, counted from the end of the data before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PlainChunk {
    pub(super) size: u64,
    /// Where the size line starts.
    pub(super) line: usize,
    /// Where the data starts.
    pub(super) data: usize,
    /// How much of the data has come.
    pub(super) len: usize,
}

/// A body on its way in.
#[derive(Clone, Debug)]
pub(super) struct Body {
    state: State,
    /// Bytes of data that were announced: by Content-Length, or by the chunks so far.
    announced: u64,
    received: u64,
    extensions: usize,
}

impl Body {
    /// No body.
    pub(super) const NONE: Self =
        Self { state: State::Complete, announced: 0, received: 0, extensions: 0 };

    /// Creates a body that is framed like this.
    ///
    /// # Errors
    /// Its announced length is over the limit.
    pub(super) fn new(framing: Framing, config: &Config) -> Result<Self, Rule> {
        let (state, announced) = match framing {
            Framing::None | Framing::Tunnel | Framing::Length(0) => (State::Complete, 0),
            Framing::Length(length) if length > config.limits.body => {
                return Err(Rule::BodyTooLong);
            }
            Framing::Length(length) => (State::Length(length), length),
            Framing::Chunked => (State::ChunkLine(0), 0),
            Framing::UntilClose => (State::UntilClose, 0),
        };
        Ok(Self { state, announced, received: 0, extensions: 0 })
    }

    /// Bytes of data that were announced so far.
    pub(super) const fn announced(&self) -> u64 {
        self.announced
    }

    /// Bytes of data that were received.
    pub(super) const fn received(&self) -> u64 {
        self.received
    }

    /// Returns the rule that the peer breaks by closing the connection now, if any.
    pub(super) const fn end_of_stream(&self) -> Option<Rule> {
        match self.state {
            State::Complete | State::UntilClose => None,
            State::Length(_) => Some(Rule::EndInBody),
            _ => Some(Rule::EndInChunks),
        }
    }

    /// Looks at what stands at the front of `bytes`. What is returned is to be consumed.
    pub(super) fn next(
        &mut self,
        bytes: &mut [u8],
        trailers: &mut HeadParser,
        request: bool,
        config: &Config,
        tolerated: &mut impl Tolerated,
    ) -> Result<Piece, Broken> {
        match &mut self.state {
            State::Complete => Ok(Piece::End(0)),
            _ if bytes.is_empty() => Ok(Piece::NeedInput),
            State::Length(_) | State::UntilClose | State::ChunkData(1..) => {
                match self.take_data(bytes.len(), &config.limits) {
                    0 => Err(Broken::new(Rule::BodyTooLong, 0)),
                    n => Ok(Piece::Data(n)),
                }
            }
            State::ChunkLine(searched) => match chunk::plain(bytes) {
                Some((size, len)) if *searched == 0 && len <= config.limits.chunk_line => {
                    let line = ChunkLine { size, extensions: 0 };
                    self.begin_chunk(line, len, trailers, request, config)
                }
                _ => self.chunk_line(bytes, trailers, request, config, tolerated),
            },
            State::ChunkData(0) => match bytes {
                [b'\r', b'\n', ..] => {
                    self.state = State::ChunkLine(0);
                    Ok(Piece::ChunkEnd(2))
                }
                [b'\r'] => Ok(Piece::NeedInput),
                [b'\r', ..] => Err(Broken::new(Rule::ChunkDataEnd, 1)),
                _ => Err(Broken::new(Rule::ChunkDataEnd, 0)),
            },
            State::Trailers => match trailers.read(bytes, config, tolerated)? {
                Progress::NeedInput | Progress::Skip(_) => Ok(Piece::NeedInput),
                Progress::Complete { len, .. } => {
                    self.state = State::Complete;
                    Ok(Piece::End(len))
                }
            },
        }
    }

    /// Returns how much of `available` bytes is data; none if framing comes next, or nothing that is allowed.
    pub(super) fn take_data(&mut self, available: usize, limits: &Limits) -> usize {
        let n = match &mut self.state {
            State::Length(_) => return self.plain_data(available).unwrap_or(0),
            State::UntilClose => up_to(limits.body.saturating_sub(self.received), available),
            State::ChunkData(left) => {
                let n = up_to(*left, available);
                *left -= n as u64;
                n
            }
            State::ChunkLine(_) | State::Trailers | State::Complete => 0,
        };
        self.received += n as u64;
        n
    }

    /// Returns how much of `available` bytes is data, in a body of known length of which something has come.
    #[inline(always)]
    pub(super) fn plain_data(&mut self, available: usize) -> Option<usize> {
        let State::Length(left) = &mut self.state else { return None };
        if available == 0 {
            return None;
        }
        let n = up_to(*left, available);
        *left -= n as u64;
        if *left == 0 {
            self.state = State::Complete;
        }
        self.received += n as u64;
        Some(n)
    }

    /// Returns whether nothing of it is left.
    #[inline]
    pub(super) const fn is_complete(&self) -> bool {
        matches!(self.state, State::Complete)
    }

    /// Returns whether all data of a chunk was read, and what follows it was not.
    #[inline]
    pub(super) const fn is_after_chunk(&self) -> bool {
        matches!(self.state, State::ChunkData(0))
    }

    /// Reads from the end of one chunk to the data of the next in one step, where that is all that
    /// there is to it.
    #[inline(always)]
    pub(super) fn plain_chunk(&mut self, bytes: &[u8], limits: &Limits) -> Option<PlainChunk> {
        if !self.is_after_chunk() {
            return None;
        }
        let (size, len) = chunk::plain(bytes.strip_prefix(b"\r\n")?)?;
        let (line, data) = (2, 2 + len);
        let available = bytes.len() - data;
        let announced = self.announced.saturating_add(size);
        if size == 0 || available == 0 || len > limits.chunk_line || announced > limits.body {
            return None;
        }
        let len = up_to(size, available);
        self.state = State::ChunkData(size - len as u64);
        self.announced = announced;
        self.received += len as u64;
        Some(PlainChunk { size, line, data, len })
    }

    /// Reads a chunk-size line that is not complete, or about which there is something to judge.
    fn chunk_line(
        &mut self,
        bytes: &[u8],
        trailers: &mut HeadParser,
        request: bool,
        config: &Config,
        tolerated: &mut impl Tolerated,
    ) -> Result<Piece, Broken> {
        let limit = config.limits.chunk_line;
        let searched = if let State::ChunkLine(searched) = self.state { searched } else { 0 };
        let Some(found) = memchr(b'\n', &bytes[searched..]) else {
            self.state = State::ChunkLine(bytes.len());
            return if bytes.len() >= limit {
                Err(Broken::new(Rule::ChunkLineTooLong, limit))
            } else {
                Ok(Piece::NeedInput)
            };
        };
        let bytes = &bytes[..=searched + found];
        if bytes.len() > limit {
            return Err(Broken::new(Rule::ChunkLineTooLong, limit));
        }
        let Some(content) = bytes.strip_suffix(b"\r\n") else {
            return Err(Broken::new(Rule::ChunkLineEnd, bytes.len() - 1));
        };
        let line = chunk::read(content, config.lenient, tolerated)?;
        self.extensions += line.extensions;
        if self.extensions > config.limits.chunk_extensions {
            return Err(Broken::new(Rule::ChunkExtensionsTooLong, content.len() - line.extensions));
        }
        self.begin_chunk(line, bytes.len(), trailers, request, config)
    }

    /// Returns a chunk-size line of `len` bytes was read.
    #[inline]
    fn begin_chunk(
        &mut self,
        line: ChunkLine,
        len: usize,
        trailers: &mut HeadParser,
        request: bool,
        config: &Config,
    ) -> Result<Piece, Broken> {
        self.announced = self.announced.saturating_add(line.size);
        if self.announced > config.limits.body {
            return Err(Broken::new(Rule::BodyTooLong, 0));
        }
        self.state = if line.size > 0 {
            State::ChunkData(line.size)
        } else {
            trailers.restart(Kind::Trailers { request });
            State::Trailers
        };
        Ok(Piece::ChunkLine { len, line })
    }
}

/// `left`, but no more than `available`.
fn up_to(left: u64, available: usize) -> usize {
    usize::try_from(left).map_or(available, |left| left.min(available))
}
