//! Reading the body of a message.

use memchr::memchr;

use super::head_parser::{HeadKind, HeadParser, Progress};
use crate::error::Rule;
use crate::framing::Framing;
use crate::limits::{Config, Lenient, Limits};
use crate::wire::chunk::{self, ChunkLine};
use crate::wire::{Broken, Tolerated};

/// The state of the reader of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
enum BodyState {
    /// This many bytes are left of a body of known length.
    Length(u64),
    UntilClose,
    /// A chunk-size line is next. This many bytes of it have been searched for its end.
    ChunkLine(usize),
    /// This many bytes are left of a chunk, before the line end that follows its data.
    ChunkData(u64),
    Trailers,
    /// The trailer section was passed on as data.
    RawTrailers,
    Complete,
}

/// The next part of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// More bytes are needed.
    NeedInput,
    /// This many bytes at the front are data of the body.
    Data(usize),
    /// This many bytes at the front are a chunk-size line.
    ChunkLine { len: usize, line: ChunkLine },
    /// This many bytes at the front are the line end after a chunk.
    ChunkEnd(usize),
    /// The body is complete; this many bytes at the front are its trailer section, if it has one.
    End(usize),
}

/// A chunk that needs no validation. Offsets count from the end of the data before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PlainChunk {
    pub(super) size: u64,
    /// Where the size line starts.
    pub(super) line: usize,
    /// Where the data starts.
    pub(super) data: usize,
    /// How much of the data has arrived.
    pub(super) len: usize,
}

/// A body that is being received.
#[derive(Clone, Debug)]
pub(super) struct Body {
    state: BodyState,
    /// Bytes of data that Content-Length, or the chunks so far, announced.
    announced: u64,
    received: u64,
    extensions: usize,
}

impl Body {
    /// No body.
    pub(super) const NONE: Self =
        Self { state: BodyState::Complete, announced: 0, received: 0, extensions: 0 };

    /// Creates a body with this framing.
    ///
    /// # Errors
    /// Returns [`Rule::BodyTooLong`] if the announced length exceeds the limit.
    pub(super) fn new(framing: Framing, config: &Config) -> Result<Self, Rule> {
        let (state, announced) = match framing {
            Framing::None | Framing::Tunnel | Framing::Length(0) => (BodyState::Complete, 0),
            Framing::Length(length) if length > config.limits.body => {
                return Err(Rule::BodyTooLong);
            }
            Framing::Length(length) => (BodyState::Length(length), length),
            Framing::Chunked => (BodyState::ChunkLine(0), 0),
            Framing::UntilClose => (BodyState::UntilClose, 0),
        };
        Ok(Self { state, announced, received: 0, extensions: 0 })
    }

    /// Returns how many bytes of data have been announced so far.
    pub(super) const fn announced(&self) -> u64 {
        self.announced
    }

    /// Returns how many bytes of data have been received.
    pub(super) const fn received(&self) -> u64 {
        self.received
    }

    /// Returns the rule that the peer breaks if it closes the connection now.
    pub(super) const fn end_of_stream(&self) -> Option<Rule> {
        match self.state {
            BodyState::Complete | BodyState::RawTrailers | BodyState::UntilClose => None,
            BodyState::Length(_) => Some(Rule::EndInBody),
            _ => Some(Rule::EndInChunks),
        }
    }

    /// Reads the next part at the front of `bytes`. The caller must consume it.
    pub(super) fn next(
        &mut self,
        bytes: &mut [u8],
        trailers: &mut HeadParser,
        request: bool,
        config: &Config,
        tolerated: &mut impl Tolerated,
    ) -> Result<Piece, Broken> {
        match &mut self.state {
            BodyState::Complete | BodyState::RawTrailers => Ok(Piece::End(0)),
            _ if bytes.is_empty() => Ok(Piece::NeedInput),
            BodyState::Length(_) | BodyState::UntilClose | BodyState::ChunkData(1..) => {
                match self.take_data(bytes.len(), &config.limits) {
                    0 => Err(Broken::new(Rule::BodyTooLong, 0)),
                    n => Ok(Piece::Data(n)),
                }
            }
            BodyState::ChunkLine(searched) => match chunk::plain(bytes) {
                Some((size, len)) if *searched == 0 && len <= config.limits.chunk_line => {
                    let line = ChunkLine { size, extensions: 0 };
                    self.begin_chunk(line, len, trailers, request, config)
                }
                _ => self.chunk_line(bytes, trailers, request, config, tolerated),
            },
            BodyState::ChunkData(0) => match bytes {
                [b'\r', b'\n', ..] => {
                    self.state = BodyState::ChunkLine(0);
                    Ok(Piece::ChunkEnd(2))
                }
                [b'\r'] => Ok(Piece::NeedInput),
                [b'\r', ..] => Err(Broken::new(Rule::ChunkDataEnd, 1)),
                [b'\n', ..] if config.lenient.allows(Lenient::BARE_LF_IN_CHUNKS) => {
                    tolerated(Rule::ChunkDataEnd, 0);
                    self.state = BodyState::ChunkLine(0);
                    Ok(Piece::ChunkEnd(1))
                }
                _ => Err(Broken::new(Rule::ChunkDataEnd, 0)),
            },
            BodyState::Trailers => match trailers.read(bytes, config, tolerated)? {
                Progress::NeedInput | Progress::Skip(_) => Ok(Piece::NeedInput),
                Progress::Complete { len, .. } => {
                    self.state =
                        if config.raw { BodyState::RawTrailers } else { BodyState::Complete };
                    Ok(Piece::End(len))
                }
            },
        }
    }

    /// Takes data from `available` bytes, and returns how many of them are data: 0 if framing is next,
    /// or if the limit is reached.
    pub(super) fn take_data(&mut self, available: usize, limits: &Limits) -> usize {
        let n = match &mut self.state {
            BodyState::Length(_) => return self.plain_data(available).unwrap_or(0),
            BodyState::UntilClose => up_to(limits.body.saturating_sub(self.received), available),
            BodyState::ChunkData(left) => {
                let n = up_to(*left, available);
                *left -= n as u64;
                n
            }
            BodyState::ChunkLine(_)
            | BodyState::Trailers
            | BodyState::RawTrailers
            | BodyState::Complete => 0,
        };
        self.received += n as u64;
        n
    }

    /// Takes data from `available` bytes, if the body has a known length and `available` is not 0.
    /// Returns how many of them are data.
    #[inline(always)]
    pub(super) fn plain_data(&mut self, available: usize) -> Option<usize> {
        let BodyState::Length(left) = &mut self.state else { return None };
        if available == 0 {
            return None;
        }
        let n = up_to(*left, available);
        *left -= n as u64;
        if *left == 0 {
            self.state = BodyState::Complete;
        }
        self.received += n as u64;
        Some(n)
    }

    /// Returns whether the body is complete.
    #[inline]
    pub(super) const fn is_complete(&self) -> bool {
        matches!(self.state, BodyState::Complete)
    }

    /// Completes the body if all of it has been passed on, with the trailer section as data. Returns whether that is so.
    pub(super) fn end_raw(&mut self) -> bool {
        let is_raw = self.state == BodyState::RawTrailers;
        if is_raw {
            self.state = BodyState::Complete;
        }
        is_raw
    }

    /// Returns whether the trailer section is next.
    pub(super) const fn is_in_trailers(&self) -> bool {
        matches!(self.state, BodyState::Trailers)
    }

    /// Returns whether the line end after the data of a chunk is next.
    #[inline]
    pub(super) const fn is_after_chunk(&self) -> bool {
        matches!(self.state, BodyState::ChunkData(0))
    }

    /// Reads from the end of one chunk to the data of the next in one step, if the size line needs no
    /// validation and some of the data has arrived.
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
        self.state = BodyState::ChunkData(size - len as u64);
        self.announced = announced;
        self.received += len as u64;
        Some(PlainChunk { size, line, data, len })
    }

    /// Reads a chunk-size line that may be incomplete or need validation.
    fn chunk_line(
        &mut self,
        bytes: &[u8],
        trailers: &mut HeadParser,
        request: bool,
        config: &Config,
        tolerated: &mut impl Tolerated,
    ) -> Result<Piece, Broken> {
        let limit = config.limits.chunk_line;
        let searched = if let BodyState::ChunkLine(searched) = self.state { searched } else { 0 };
        let Some(found) = memchr(b'\n', &bytes[searched..]) else {
            self.state = BodyState::ChunkLine(bytes.len());
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
        let content = match bytes {
            [content @ .., b'\r', b'\n'] => content,
            [content @ .., _] if config.lenient.allows(Lenient::BARE_LF_IN_CHUNKS) => {
                tolerated(Rule::ChunkLineEnd, content.len());
                content
            }
            _ => return Err(Broken::new(Rule::ChunkLineEnd, bytes.len() - 1)),
        };
        let line = chunk::read(content, config.lenient, tolerated)?;
        self.extensions += line.extensions;
        if self.extensions > config.limits.chunk_extensions {
            return Err(Broken::new(Rule::ChunkExtensionsTooLong, content.len() - line.extensions));
        }
        self.begin_chunk(line, bytes.len(), trailers, request, config)
    }

    /// Begins the chunk of a chunk-size line of `len` bytes, or the trailers after the last chunk.
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
            BodyState::ChunkData(line.size)
        } else {
            trailers.restart(HeadKind::Trailers { request });
            BodyState::Trailers
        };
        Ok(Piece::ChunkLine { len, line })
    }
}

/// Returns the lesser of `left` and `available`.
fn up_to(left: u64, available: usize) -> usize {
    usize::try_from(left).map_or(available, |left| left.min(available))
}
