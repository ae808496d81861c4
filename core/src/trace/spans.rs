//! What the catalogue makes of its spans.

/// Makes [`SpanKind`](super::SpanKind).
///
/// One span reads `Span: Started => Complete { stream } { field ... }, Failed { field ... };`. The
/// second braces hold the other fields of the result, and the last ones those of the failure beside
/// `failure`. A span that ends as another does reads `Span: Started as Other;`.
macro_rules! spans {
    ($(
        #[doc = $doc:expr]
        $span:ident: $started:ident
        $(
            => $complete:ident { $($stream:ident)? } { $($result:ident)* },
            $failed:ident { $($more:ident)* }
        )?
        $(as $other:ident)?;
    )+) => {
        /// A kind of span: an operation that starts, and then ends once, complete or failed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum SpanKind {
            $( #[doc = $doc] $span, )+
        }

        impl SpanKind {
            /// Every span, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$( Self::$span, )+];

            /// The event that tells that a span starts.
            #[inline]
            #[must_use]
            pub const fn started(self) -> EventKind {
                match self { $( Self::$span => EventKind::$started, )+ }
            }

            /// The event that tells that a span is complete.
            #[inline]
            #[must_use]
            pub const fn complete(self) -> EventKind {
                match self {$(
                    Self::$span => { $( EventKind::$complete )? $( Self::$other.complete() )? }
                )+}
            }

            /// The event that tells that a span failed.
            #[inline]
            #[must_use]
            pub const fn failed(self) -> EventKind {
                match self {$(
                    Self::$span => { $( EventKind::$failed )? $( Self::$other.failed() )? }
                )+}
            }

            /// Returns the event that tells that a span is complete, where its result is `stream` or
            /// nothing.
            pub(super) const fn complete_with(self, stream: StreamId) -> Option<TraceEvent<'static>> {
                match self {$(
                    Self::$span => {
                        $( with_only!($complete { $($stream: stream)? } { $($result)* }) )?
                        $( Self::$other.complete_with(stream) )?
                    }
                )+}
            }

            /// Returns the event that tells that a span failed, where that tells `failure` alone.
            pub(super) const fn failed_with(self, failure: Failure<'_>) -> Option<TraceEvent<'_>> {
                match self {$(
                    Self::$span => {
                        $( with_only!($failed { failure: failure } { $($more)* }) )?
                        $( Self::$other.failed_with(failure) )?
                    }
                )+}
            }
        }
    };
}

/// An event with these fields, if it has no others.
macro_rules! with_only {
    ($variant:ident { $($field:ident: $value:expr)? } {}) => {
        Some(TraceEvent::$variant { $($field: $value)? })
    };
    ($variant:ident { $($field:ident: $value:expr)? } { $($other:ident)+ }) => {
        None
    };
}

pub(super) use {spans, with_only};
