//! The content of a response: its body, with content codings decoded where the caller asked for it.

use alloc::borrow::Cow;

use super::span_tracker::SpanTracker;
use crate::coding::{Codings, Decoder, NotDecodable};
use crate::error::CodingError;
use crate::fields::Fields;
use crate::framing::Framing;
use crate::http1::{HeadInfo, ResponseHead};
use crate::limits::Limits;
use crate::trace::{At, EventKind, Sink, TraceEvent};

/// The decoding of a response's body.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// The codings to decode.
    codings: Codings,
    /// Created with the first bytes of the body, because an announced body can be empty.
    decoder: Option<Decoder>,
    /// How many bytes of the connection's current data were decoded, if there are any.
    taken: Option<usize>,
    /// Bodies remain coded, because a replay does not have them.
    pub(super) is_absent: bool,
    /// The body would be decoded if it were there.
    pub(super) is_left_coded: bool,
}

impl Content {
    /// Returns the decoding of a body that is not decoded.
    pub(super) fn none(&self) -> Self {
        Self { is_absent: self.is_absent, ..Self::default() }
    }

    /// Decides whether the codings of a response are decoded, and logs it. Either all of them are, or
    /// none.
    pub(super) fn decide<S: Sink>(
        &mut self,
        head: ResponseHead<'_>,
        info: HeadInfo,
        spans: &mut SpanTracker,
        at: At<'_, S>,
    ) {
        let has_body = !matches!(info.framing, Framing::None | Framing::Tunnel);
        let (decodes, why) = match Codings::read(head.fields) {
            _ if !has_body => (None, "the response has no body"),
            _ if head.status == 206 => (None, "a part of a body cannot be decoded alone"),
            Ok(codings) => (Some(codings), "every coding is known"),
            Err(NotDecodable::Unknown) => (None, "a coding is not known, or not built in"),
            Err(NotDecodable::TooMany) => (None, "there are too many codings"),
        };
        if spans.cx(at).wants(EventKind::CodingDecided)
            && let Some(codings) = list(head.fields)
        {
            let (codings, decodes) = (&*codings, decodes.is_some());
            let event = || TraceEvent::CodingDecided { codings, decodes, why };
            spans.cx(at).emit(EventKind::CodingDecided, event);
        }
        let (codings, is_absent) = (decodes.unwrap_or_default(), self.is_absent);
        *self = match is_absent {
            false => Self { codings, ..Self::default() },
            true => Self { is_absent, is_left_coded: !codings.is_empty(), ..Self::default() },
        };
    }

    /// Prepares for data of the body. Returns whether it is to be decoded.
    #[inline]
    pub(super) fn begin(&mut self, limits: &Limits) -> bool {
        !self.codings.is_empty() && self.begin_decoding(limits)
    }

    fn begin_decoding(&mut self, limits: &Limits) -> bool {
        if self.decoder.is_none() {
            self.decoder = Decoder::new(self.codings, limits);
        }
        self.taken = self.decoder.as_ref().map(|_| 0);
        self.taken.is_some()
    }

    /// Returns whether there are codings to decode.
    pub(super) const fn is_coded(&self) -> bool {
        !self.codings.is_empty()
    }

    /// Returns whether some of the connection's data is not decoded yet.
    pub(super) const fn is_busy(&self) -> bool {
        self.taken.is_some()
    }

    /// Decodes more of the connection's data. Returns `false` once all of it is used.
    ///
    /// # Errors
    /// The data is invalid, or would exceed the limit when decoded.
    pub(super) fn decode(&mut self, data: &[u8]) -> Result<bool, CodingError> {
        let (Some(decoder), Some(taken)) = (&mut self.decoder, &mut self.taken) else {
            return Ok(false);
        };
        *taken += decoder.decode(data.get(*taken..).unwrap_or_default())?;
        if decoder.piece().is_empty() {
            self.taken = None;
        }
        Ok(self.taken.is_some())
    }

    /// Returns what was decoded last, if the body is decoded.
    pub(super) fn piece(&self) -> Option<&[u8]> {
        self.decoder.as_ref().map(Decoder::piece)
    }

    /// Ends the body: logs the result, and frees the decoder.
    ///
    /// # Errors
    /// The coded data is not complete.
    pub(super) fn finish<S: Sink>(
        &mut self,
        spans: &mut SpanTracker,
        at: At<'_, S>,
    ) -> Result<(), CodingError> {
        let Some(decoder) = self.decoder.take() else { return Ok(()) };
        decoder.finish()?;
        let (coded, decoded) = decoder.progress();
        let event = || TraceEvent::ContentDecoded { coded, decoded };
        spans.cx(at).emit(EventKind::ContentDecoded, event);
        Ok(())
    }
}

/// Logs that a body cannot be decoded.
pub(super) fn emit_refused<S: Sink>(error: CodingError, spans: &mut SpanTracker, at: At<'_, S>) {
    let CodingError { coding, fault, offset } = error;
    let event =
        || TraceEvent::ContentRefused { coding: coding.name(), fault: fault.name(), offset };
    spans.cx(at).emit(EventKind::ContentRefused, event);
}

/// Returns the list of content codings, if there is one. Several fields are one list (RFC 9110 section 5.3).
fn list(fields: Fields<'_>) -> Option<Cow<'_, [u8]>> {
    let mut lines = fields.all("Content-Encoding");
    let mut list = Cow::Borrowed(lines.next()?);
    for line in lines {
        let list = list.to_mut();
        list.extend_from_slice(b", ");
        list.extend_from_slice(line);
    }
    Some(list)
}
