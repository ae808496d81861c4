//! The receiving half of a connection.

use core::ops::Range;

use super::body::{Body, Piece};
use super::buffers::Buffers;
use super::framing_fields::FramingFields;
use super::head::Head;
use super::head_cache::{HeadCache, ParsedHead};
use super::head_parser::{HeadKind, HeadParser, Progress, StartLine};
use super::marks::{Marks, ReceivedPart};
use super::original::Rules;
use crate::error::{PeerError, Rule};
use crate::fields::Fields;
use crate::framing::{self, Decision, Message, MessageKind, RequestKind};
use crate::limits::Config;
use crate::trace::{Cx, EventKind, Sink, TraceEvent};
use crate::values::{Buffer, Role, Version};
use crate::wire::Broken;

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MessagePart {
    Head,
    Data,
    End,
}

/// The receiving half of a connection: takes bytes and returns the parts of messages.
#[derive(Clone, Debug)]
pub(super) struct Receive {
    pub(super) buffer: Buffer,
    pub(super) config: Config,
    /// Whether the body may be read in fewer steps than those of [`next_body`](Self::next_body): nothing is marked, nor
    /// passed on raw.
    has_shortcuts: bool,
    /// The side whose messages are received.
    from: Role,
    pub(super) parser: HeadParser,
    cache: HeadCache,
    /// The last head that was complete.
    pub(super) head: Head,
    head_complete: bool,
    body: Body,
    /// Number of bytes at the front of the buffer that the last event borrows.
    pub(super) borrowed: usize,
    informational: u32,
    eof: bool,
    /// The range of the refused line in the unread bytes.
    pub(super) excerpt: Range<usize>,
    pub(super) marks: Marks,
}

impl Receive {
    pub(super) fn new(from: Role, config: Config) -> Self {
        Self {
            buffer: Buffer::new(config.limits.buffers()),
            config,
            has_shortcuts: !config.raw,
            from,
            parser: HeadParser::new(Self::head_kind(from)),
            cache: HeadCache::new(config.limits.buffers().cached()),
            head: Head::NONE,
            head_complete: false,
            body: Body::NONE,
            borrowed: 0,
            informational: 0,
            eof: false,
            excerpt: 0..0,
            marks: Marks::default(),
        }
    }

    const fn head_kind(from: Role) -> HeadKind {
        match from {
            Role::Client => HeadKind::Request,
            Role::Server => HeadKind::Response,
        }
    }

    /// Replaces the configuration.
    pub(super) const fn configure(&mut self, config: Config) {
        self.config = config;
        self.has_shortcuts = !config.raw && !self.marks.are_enabled();
    }

    /// Parses every head from now on.
    pub(super) fn disable_cache(&mut self) {
        self.cache = HeadCache::disabled();
    }

    /// Marks received bytes from now on. Heads are parsed then, since one from the cache is not marked.
    pub(super) fn mark(&mut self) {
        self.marks.enable();
        self.has_shortcuts = false;
        self.disable_cache();
    }

    /// Frees the buffers that hold nothing, and the cached head.
    pub(super) fn free_buffers(&mut self) {
        self.consume();
        self.buffer.free_buffers();
        self.cache.clear();
        if !self.parser.has_begun() {
            self.parser.free_spans();
        }
    }

    /// Moves the buffers to `memory` if they hold nothing.
    pub(super) fn detach_buffers(&mut self, memory: &mut Buffers) {
        self.consume();
        self.buffer.detach_buffers(&mut memory.incoming);
        self.parser.detach_spans(&mut memory.spans);
    }

    /// Takes the buffers in `memory`.
    pub(super) fn attach_buffers(&mut self, memory: &mut Buffers) {
        self.buffer.attach_buffers(&mut memory.incoming);
        self.parser.attach_spans(&mut memory.spans);
    }

    /// Begins another message.
    pub(super) fn restart(&mut self) {
        self.consume();
        self.parser.restart(Self::head_kind(self.from));
        self.head_complete = false;
        self.body = Body::NONE;
        self.informational = 0;
    }

    /// Consumes the bytes that the last event borrows.
    pub(super) fn consume(&mut self) {
        self.buffer.consume(core::mem::take(&mut self.borrowed));
    }

    pub(super) const fn end_of_stream(&mut self) {
        self.eof = true;
    }

    pub(super) const fn is_at_end(&self) -> bool {
        self.eof
    }

    /// Returns the bytes that have arrived and do not belong to an event yet.
    pub(super) fn unread(&self) -> &[u8] {
        self.buffer.after(self.borrowed)
    }

    /// Returns the number of [`unread`](Self::unread) bytes.
    #[inline]
    pub(super) const fn surplus(&self) -> usize {
        self.buffer.len() - self.borrowed
    }

    /// Returns the line that broke a rule, without its line end unless it is a chunk-size line.
    pub(super) fn excerpt(&self) -> &[u8] {
        self.buffer.unread().get(self.excerpt.clone()).unwrap_or_default()
    }

    /// Returns how many bytes of the body have been received, and how many have been announced.
    pub(super) fn body_progress(&self) -> (u64, u64) {
        (self.body.received(), self.body.announced())
    }

    /// Returns the bytes of the head or data that the last step read.
    pub(super) fn borrowed(&self) -> &[u8] {
        self.buffer.front(self.borrowed)
    }

    /// Returns the start line of the head that the last step read.
    pub(super) fn start_line(&self) -> Option<&StartLine> {
        self.parser.start_line()
    }

    /// Returns the fields that the last step read.
    pub(super) fn fields(&self) -> Fields<'_> {
        Fields::new(self.borrowed(), self.parser.spans())
    }

    /// Returns whether the last step read any fields.
    #[inline]
    pub(super) fn has_fields(&self) -> bool {
        !self.parser.spans().is_empty()
    }

    /// Returns whether the body is complete.
    pub(super) const fn is_complete(&self) -> bool {
        self.body.is_complete()
    }

    /// Returns what bytes without a mark are a part of.
    pub(super) const fn next_part(&self) -> ReceivedPart {
        match (self.body.is_complete(), self.body.is_in_trailers()) {
            (true, _) => ReceivedPart::Head,
            (false, true) => ReceivedPart::Trailers,
            (false, false) => ReceivedPart::Framing,
        }
    }

    /// Returns whether no byte of a message has arrived.
    pub(super) fn is_idle(&self) -> bool {
        self.surplus() == 0 && !self.parser.has_begun()
    }

    /// Reads a head, and returns whether it is complete. `request_kind` is that of the request.
    pub(super) fn next_head<S: Sink>(
        &mut self,
        request_kind: RequestKind,
        cx: &mut Cx<'_, S>,
    ) -> Result<bool, PeerError> {
        self.consume();
        if core::mem::take(&mut self.head_complete) {
            // The head before this one was informational.
            self.parser.restart(Self::head_kind(self.from));
        }
        if !self.parser.has_begun() && self.cached_head() {
            self.emit_section(cx);
        } else if !self.read_head(request_kind, cx)? {
            return Ok(false);
        } else if self.marks.are_enabled() {
            self.marks.add(ReceivedPart::Head, self.borrowed);
        }
        self.emit_framing(cx);
        if self.head.is_informational() {
            self.informational(cx)?;
        } else {
            let body = Body::new(self.head.decision.framing, &self.config);
            self.body = body.map_err(|rule| self.reject_field(self.framing_field(rule), cx))?;
        }
        Ok(true)
    }

    /// Takes the next head from the cache, and returns whether it was there.
    #[inline]
    fn cached_head(&mut self) -> bool {
        let Some(ParsedHead { bytes, line, spans, head }) = self.cache.lookup(self.buffer.unread())
        else {
            return false;
        };
        self.parser.adopt(line.clone(), spans, bytes.len());
        self.borrowed = bytes.len();
        self.head_complete = true;
        self.head = head;
        true
    }

    /// Continues to read a head, and validates it if it is complete. Returns whether it is complete.
    #[inline(always)]
    fn read_head<S: Sink>(
        &mut self,
        request_kind: RequestKind,
        cx: &mut Cx<'_, S>,
    ) -> Result<bool, PeerError> {
        loop {
            let at = self.buffer.consumed();
            let mut rules = Rules::default();
            let read =
                self.parser.read(self.buffer.unread_mut(), &self.config, &mut |rule, offset| {
                    rules.insert(rule);
                    emit_leniency(cx, rule, at + offset as u64);
                });
            self.parser.tolerate(rules);
            match read {
                Ok(Progress::Skip(n)) => self.skip(n),
                Ok(Progress::NeedInput) if self.eof => {
                    return Err(self.end_in_head(cx));
                }
                Ok(Progress::NeedInput) => return Ok(false),
                Ok(Progress::Complete { len, is_plain }) => {
                    self.borrowed = len;
                    self.head_complete = true;
                    self.emit_section(cx);
                    let is_tolerated = self.validate(request_kind, cx)?;
                    #[cfg(feature = "cross-check")]
                    self.cross_check_head(cx)?;
                    // Each use of a tolerance emits an event, so the cache must not contain the head.
                    if is_plain && !is_tolerated {
                        self.cache_head();
                    }
                    return Ok(true);
                }
                Err(broken) => {
                    self.emit_section(cx);
                    let line = self.parser.line_at(self.buffer.unread());
                    let start = offset_in(self.buffer.unread(), line);
                    return Err(self.reject(broken, start..start + line.len(), cx));
                }
            }
        }
    }

    /// Consumes blank lines before a head.
    #[cold]
    fn skip(&mut self, n: usize) {
        self.marks.add(ReceivedPart::Framing, n);
        self.buffer.consume(n);
    }

    #[cold]
    fn end_in_head<S: Sink>(&mut self, cx: &mut Cx<'_, S>) -> PeerError {
        let unread = self.buffer.unread();
        let broken = match self.from {
            Role::Server if self.is_idle() => Broken::new(Rule::EndBeforeResponse, unread.len()),
            _ if self.parser.lacks_status_line(unread) => Broken::new(Rule::StatusLineMissing, 0),
            _ => Broken::new(Rule::EndInHead, unread.len()),
        };
        self.emit_section(cx);
        self.reject(broken, 0..0, cx)
    }

    /// Validates a complete head; returns whether a broken rule was tolerated.
    #[inline(never)]
    fn validate<S: Sink>(
        &mut self,
        request_kind: RequestKind,
        cx: &mut Cx<'_, S>,
    ) -> Result<bool, PeerError> {
        let (version, kind, status, request_kind) = match self.parser.start_line() {
            Some(StartLine::Request(line)) => {
                let request_kind = RequestKind::by(&self.buffer.unread()[line.method.clone()]);
                let kind = MessageKind::Request { connect: request_kind == RequestKind::Connect };
                (line.version, kind, 0, request_kind)
            }
            Some(StartLine::Status(line)) => {
                let kind = MessageKind::Response { status: line.status, to: request_kind };
                (line.version, kind, line.status, request_kind)
            }
            // Not reachable: a complete head has a start line.
            None => return Err(self.reject(Broken::new(Rule::RequestLineForm, 0), 0..0, cx)),
        };
        let mut is_tolerated = false;
        let (decision, framing_fields) = self.decide(kind, version, &mut is_tolerated, cx)?;
        let FramingFields { connection, is_misframed, .. } = framing_fields;
        let is_misframed = is_misframed || decision.tolerated.is_some();
        self.head = Head { decision, is_misframed, connection, version, status, request_kind };
        Ok(is_tolerated || is_misframed)
    }

    /// Stores the head that was read in the cache if it is that of a request. The meaning of a response
    /// depends on its request.
    #[inline(never)]
    fn cache_head(&mut self) {
        if let Some(StartLine::Request(line)) = self.parser.start_line() {
            let (bytes, spans) = (self.buffer.front(self.borrowed), self.parser.spans());
            self.cache.insert(ParsedHead { bytes, line, spans, head: self.head });
        }
    }

    /// Reads the framing fields of a complete head, and returns them with the framing of the body. Sets
    /// `is_tolerated` if a broken rule was tolerated.
    fn decide<S: Sink>(
        &mut self,
        kind: MessageKind,
        version: Version,
        is_tolerated: &mut bool,
        cx: &mut Cx<'_, S>,
    ) -> Result<(Decision, FramingFields), PeerError> {
        let (at, fields, lenient) = (self.buffer.consumed(), self.fields(), self.config.lenient);
        let framing_fields = FramingFields::read(fields, lenient, |rule, index| {
            let offset = fields.nth(index).map_or(0, |field| field.offset);
            emit_leniency(cx, rule, at + u64::from(offset));
            *is_tolerated = true;
        });
        self.check_framing_fields(&framing_fields, kind, version, cx)?;
        let message = Message {
            kind,
            version,
            content_length: framing_fields.content_length,
            transfer_encoding: framing_fields.transfer_encoding,
        };
        let decision = framing::decide(&message, lenient)
            .map_err(|rule| self.reject_field(self.framing_field(rule), cx))?;
        Ok((decision, framing_fields))
    }

    /// Checks the Host field of a request, and that Content-Length is one number.
    fn check_framing_fields<S: Sink>(
        &mut self,
        framing_fields: &FramingFields,
        kind: MessageKind,
        version: Version,
        cx: &mut Cx<'_, S>,
    ) -> Result<(), PeerError> {
        if let MessageKind::Request { .. } = kind {
            framing_fields.check_host().map_err(|broken| self.reject_field(broken, cx))?;
            if framing_fields.hosts == 0 && version >= Version::HTTP_11 {
                let at = self.parser.line_start();
                return Err(self.reject(Broken::new(Rule::HostMissing, at), 0..0, cx));
            }
        }
        match framing_fields.check_length() {
            Err(broken) if !kind.opens_tunnel() => Err(self.reject_field(broken, cx)),
            _ => Ok(()),
        }
    }

    fn informational<S: Sink>(&mut self, cx: &mut Cx<'_, S>) -> Result<(), PeerError> {
        self.informational = self.informational.saturating_add(1);
        if self.informational as usize > self.config.limits.informational {
            return Err(self.reject(Broken::new(Rule::TooManyInformational, 0), 0..0, cx));
        }
        Ok(())
    }

    /// Reads to the data of the next chunk in one step, if a chunk has ended, the size line needs no
    /// validation and some of the data has arrived.
    #[inline(always)]
    pub(super) fn plain_chunk<S: Sink>(&mut self, cx: &mut Cx<'_, S>) -> bool {
        if !self.body.is_after_chunk() || !self.has_shortcuts {
            return false;
        }
        let (unread, limits) = (self.buffer.after(self.borrowed), &self.config.limits);
        let Some(chunk) = self.body.plain_chunk(unread, limits) else { return false };
        self.consume();
        cx.emit(EventKind::ChunkRead, || TraceEvent::ChunkRead {
            size: chunk.size,
            extension: 0,
            offset: self.buffer.consumed() + chunk.line as u64,
        });
        self.buffer.consume(chunk.data);
        self.borrowed = chunk.len;
        true
    }

    /// Reads more data of a body of known length, if some has arrived.
    #[inline(always)]
    pub(super) fn plain_data(&mut self) -> bool {
        if !self.has_shortcuts {
            return false;
        }
        let data = self.body.plain_data(self.surplus());
        if let Some(len) = data {
            self.consume();
            self.borrowed = len;
        }
        data.is_some()
    }

    /// Takes data from `available` bytes that follow those in the buffer, and returns how many of them
    /// are data: 0 if something else is first. They count as read.
    pub(super) fn skip_data(&mut self, available: usize) -> usize {
        if self.surplus() > 0 {
            return 0;
        }
        self.consume();
        let n = self.body.take_data(available, &self.config.limits);
        self.marks.add(ReceivedPart::Data, n);
        self.buffer.skip(n);
        n
    }

    /// Ends a body that has no trailer section.
    #[inline]
    pub(super) fn end(&mut self) {
        self.consume();
        self.parser.restart(Self::head_kind(self.from));
    }

    /// Reads a part of a body or its end, with full validation.
    pub(super) fn next_body<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
    ) -> Result<Option<MessagePart>, PeerError> {
        if !self.has_shortcuts && self.body.end_raw() {
            // The trailer section, which was the last data, is still borrowed.
            return Ok(Some(MessagePart::End));
        }
        self.consume();
        loop {
            let at = self.buffer.consumed();
            let (mut is_misframed, mut rules) = (false, Rules::default());
            let piece = self.body.next(
                self.buffer.unread_mut(),
                &mut self.parser,
                self.from == Role::Client,
                &self.config,
                &mut |rule, offset| {
                    emit_leniency(cx, rule, at + offset as u64);
                    rules.insert(rule);
                    is_misframed = true;
                },
            );
            self.parser.tolerate(rules);
            self.head.is_misframed |= is_misframed;
            match piece {
                Ok(Piece::Data(n)) => {
                    self.marks.add(ReceivedPart::Data, n);
                    self.borrowed = n;
                    return Ok(Some(MessagePart::Data));
                }
                Ok(Piece::ChunkLine { len, line }) => {
                    cx.emit(EventKind::ChunkRead, || TraceEvent::ChunkRead {
                        size: line.size,
                        extension: line.extensions as u64,
                        offset: at,
                    });
                    if self.framing(len) {
                        return Ok(Some(MessagePart::Data));
                    }
                }
                Ok(Piece::ChunkEnd(len)) => {
                    if self.framing(len) {
                        return Ok(Some(MessagePart::Data));
                    }
                }
                Ok(Piece::End(len)) => return self.take_trailers(len, cx).map(Some),
                Ok(Piece::NeedInput) if !self.eof => return Ok(None),
                Ok(Piece::NeedInput) => return self.end_in_body(cx),
                Err(broken) => {
                    let excerpt = self.body_excerpt(broken.rule);
                    return Err(self.reject(broken, excerpt, cx));
                }
            }
        }
    }

    /// Takes the end of a body, with the trailer section of a chunked one. It is data if the body is to be passed on as it came.
    #[inline]
    fn take_trailers<S: Sink>(
        &mut self,
        len: usize,
        cx: &mut Cx<'_, S>,
    ) -> Result<MessagePart, PeerError> {
        self.marks.add(ReceivedPart::Trailers, len);
        self.borrowed = len;
        #[cfg(feature = "cross-check")]
        self.cross_check_trailers(cx)?;
        self.emit_trailers(cx);
        Ok(if self.body.is_complete() { MessagePart::End } else { MessagePart::Data })
    }

    /// Takes framing between the data of a body. Returns whether it is passed on as data.
    #[inline]
    fn framing(&mut self, len: usize) -> bool {
        self.marks.add(ReceivedPart::Framing, len);
        if self.config.raw {
            self.borrowed = len;
        } else {
            self.buffer.consume(len);
        }
        self.config.raw
    }

    /// Handles the close of the peer's direction, which is the end of some bodies.
    #[cold]
    fn end_in_body<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
    ) -> Result<Option<MessagePart>, PeerError> {
        let Some(rule) = self.body.end_of_stream() else {
            self.end();
            return Ok(Some(MessagePart::End));
        };
        let broken = Broken::new(rule, self.buffer.unread().len());
        // The excerpt shows whether a part of a line has arrived.
        let rest = 0..self.buffer.unread().len();
        Err(self.reject(broken, rest, cx))
    }
}

/// Emits the event for a rule that was broken at `offset` and is tolerated.
pub(super) fn emit_leniency<S: Sink>(cx: &mut Cx<'_, S>, rule: Rule, offset: u64) {
    cx.emit(EventKind::LeniencyUsed, || TraceEvent::LeniencyUsed {
        rule: rule.name(),
        section: rule.section(),
        offset,
    });
}

/// Returns where `part`, a slice of `whole`, starts in it.
pub(super) fn offset_in(whole: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize).min(whole.len())
}
