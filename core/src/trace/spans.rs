//! The macros that declare [`SpanKind`](super::SpanKind) and its methods.

/// Declares [`SpanKind`](super::SpanKind).
///
/// One span is written `Span: Started => Complete { stream } { field ... }, Failed { field ... };`. The
/// second braces contain the other fields of the result; the last contain the fields of the failure other
/// than `failure`. A span that ends with the events of another is written `Span: Started as Other;`.
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
        /// A kind of span: an operation that starts and then ends once, complete or failed.
        ///
        /// [`Cx`](crate::trace::Cx) has an example.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum SpanKind {
            $( #[doc = $doc] $span, )+
        }

        impl SpanKind {
            /// Every span, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$( Self::$span, )+];

            /// Returns the event that a span of this kind emits when it starts.
            #[inline]
            #[must_use]
            pub const fn started(self) -> EventKind {
                match self { $( Self::$span => EventKind::$started, )+ }
            }

            /// Returns the event that a span of this kind emits when it completes.
            #[inline]
            #[must_use]
            pub const fn complete(self) -> EventKind {
                match self {$(
                    Self::$span => { $( EventKind::$complete )? $( Self::$other.complete() )? }
                )+}
            }

            /// Returns the event that a span of this kind emits when it fails.
            #[inline]
            #[must_use]
            pub const fn failed(self) -> EventKind {
                match self {$(
                    Self::$span => { $( EventKind::$failed )? $( Self::$other.failed() )? }
                )+}
            }

            /// Returns the completion event with `stream`, or `None` if the event has fields other than
            /// `stream`.
            pub(super) const fn complete_with(self, stream: StreamId) -> Option<TraceEvent<'static>> {
                match self {$(
                    Self::$span => {
                        $( with_only!($complete { $($stream: stream)? } { $($result)* }) )?
                        $( Self::$other.complete_with(stream) )?
                    }
                )+}
            }

            /// Returns the failure event, or `None` if the event has fields other than `failure`.
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

/// Expands to an event with these fields, or to `None` if it has others.
macro_rules! with_only {
    ($variant:ident { $($field:ident: $value:expr)? } {}) => {
        Some(TraceEvent::$variant { $($field: $value)? })
    };
    ($variant:ident { $($field:ident: $value:expr)? } { $($other:ident)+ }) => {
        None
    };
}

pub(super) use {spans, with_only};
