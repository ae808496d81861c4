//! The macros that declare the types of events and their metadata.

/// Declares the enum of events, the kinds and metadata, the visitor, the owned enum, and the conversion to
/// records and back.
///
/// One event is written `Variant: Logger "name" Stage [Level] { field: Kind Sensitivity, ... }`. Of several
/// levels, the last applies.
macro_rules! events {
    ($(
        #[doc = $doc:expr]
        $variant:ident: $logger:ident $name:literal $stage:ident [$($level:ident)+] {
            $( $(#[doc = $field_doc:literal])+ $field:ident: $kind:ident $sensitivity:ident, )*
        }
    )+) => {
        /// An event of an exchange or a connection, with borrowed fields.
        ///
        /// `{:?}` shows what [`Capture::Default`](super::Capture::Default) shows.
        ///
        /// [`OwnedTraceEvent`] has an example.
        #[derive(Clone, Copy, PartialEq)]
        #[non_exhaustive]
        pub enum TraceEvent<'a> {
            $(
                #[doc = $doc]
                $variant {
                    $( $(#[doc = $field_doc])+ $field: borrowed!('a $kind), )*
                },
            )+
        }

        /// A [`TraceEvent`] that owns its fields, and can be stored or sent to another thread.
        ///
        /// `{:?}` shows what [`Capture::Default`](super::Capture::Default) shows.
        ///
        /// ```
        /// use limpid_core::trace::{OwnedTraceEvent, TraceEvent};
        ///
        /// let event = TraceEvent::SendRequestHeadersStarted { request: b"GET" };
        /// let owned = OwnedTraceEvent::from(&event);
        /// assert_eq!(owned.borrow(), event);
        /// ```
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum OwnedTraceEvent {
            $(
                #[doc = $doc]
                $variant {
                    $( $(#[doc = $field_doc])+ $field: owned!($kind), )*
                },
            )+
        }

        /// The kind of an event: a variant of [`TraceEvent`] without its fields.
        ///
        /// [`Metadata`] has an example.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum EventKind {
            $( #[doc = $doc] $variant, )+
        }

        impl EventKind {
            /// Every event, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )+];

            /// Returns the metadata of events of this kind.
            #[inline]
            #[must_use]
            pub const fn metadata(self) -> &'static Metadata {
                &METADATA[self as usize]
            }
        }

        /// The metadata of a kind of event, as the catalogue declares it.
        ///
        /// ```
        /// use limpid_core::trace::{EventKind, Level, Logger, Sensitivity, Stage};
        ///
        /// let metadata = EventKind::ConnectTcpStarted.metadata();
        /// assert_eq!((metadata.name, metadata.stage), ("connect_tcp", Stage::Started));
        /// assert_eq!((metadata.logger, metadata.level), (Logger::Connection, Level::Debug));
        /// assert_eq!(metadata.fields[0].sensitivity, Sensitivity::Public);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Metadata {
            /// The kind that this describes.
            pub kind: EventKind,
            /// The variant's name in [`TraceEvent`].
            pub variant: &'static str,
            /// The name of the operation or event in log lines.
            pub name: &'static str,
            /// Its stage in the operation.
            pub stage: Stage,
            /// The logger under which it is logged.
            pub logger: Logger,
            /// Its level.
            pub level: Level,
            /// The fields, in the order in which lines show them.
            pub fields: &'static [FieldMeta],
            /// One line of documentation.
            pub doc: &'static str,
        }

        static METADATA: [Metadata; EventKind::ALL.len()] = [$(
            Metadata {
                kind: EventKind::$variant,
                variant: stringify!($variant),
                name: $name,
                stage: Stage::$stage,
                logger: Logger::$logger,
                level: level!($($level)+),
                fields: &[$(
                    FieldMeta {
                        name: stringify!($field),
                        kind: stringify!($kind),
                        sensitivity: Sensitivity::$sensitivity,
                        doc: concat!($($field_doc),+),
                    },
                )*],
                doc: $doc,
            },
        )+];

        impl<'a> TraceEvent<'a> {
            /// Returns the kind of the event.
            #[inline]
            #[must_use]
            pub const fn kind(&self) -> EventKind {
                match self { $( Self::$variant { .. } => EventKind::$variant, )+ }
            }

            /// Calls `visitor` with each field, in the order of the catalogue.
            pub fn visit(&self, mut visitor: impl FnMut(&'static FieldMeta, Value<'a>)) {
                match self {$(
                    Self::$variant { $($field),* } => {
                        let mut metadata = EventKind::$variant.metadata().fields.iter();
                        $( if let Some(metadata) = metadata.next() {
                            visitor(metadata, value!($kind $field));
                        } )*
                        let _ = (&mut metadata, &mut visitor);
                    }
                )+}
            }

            /// Writes every field, in the order of the catalogue, to the start of `fields`, which is
            /// also `placed`, and returns the slots that remain. `None` if there is too little room.
            #[cfg(feature = "std")]
            // A call costs as much as a small event.
            #[inline(always)]
            pub(super) fn encode<'s>(
                &self,
                words: &crate::trace::codec::Words,
                placed: &'s [crate::trace::codec::Slot; crate::trace::codec::MOST],
                fields: &'s [crate::trace::codec::Slot],
            ) -> Option<&'s [crate::trace::codec::Slot]> {
                use crate::trace::codec::{Encode as _, Writer};
                match self {$(
                    Self::$variant { $($field),* } => {
                        let slots = const { EventKind::$variant.slots() };
                        let to = &mut Writer::new(placed, fields, slots)?;
                        $( written!($kind $field).encode(words, to)?; )*
                        Some(to.behind())
                    }
                )+}
            }
        }

        #[cfg(feature = "std")]
        const _: () = assert!(
            crate::trace::codec::most(SLOTS) == crate::trace::codec::MOST,
            "codec::MOST is not the maximum number of slots of an event: change it in codec/cursor.rs",
        );

        #[cfg(feature = "std")]
        const SLOTS: [usize; EventKind::ALL.len()] =
            [$( 0 $( + <owned!($kind) as crate::trace::codec::Decode>::SLOTS )*, )+];

        #[cfg(feature = "std")]
        impl EventKind {
            /// Returns how many slots the fields take, without their variable-length parts.
            pub(super) const fn slots(self) -> usize {
                SLOTS[self as usize]
            }
        }

        impl OwnedTraceEvent {
            /// Borrows the event.
            #[must_use]
            pub fn borrow(&self) -> TraceEvent<'_> {
                match self {$(
                    Self::$variant { $($field),* } => TraceEvent::$variant {
                        $( $field: lend!($kind $field), )*
                    },
                )+}
            }

            /// Reads an event of this kind.
            #[cfg(feature = "std")]
            pub(super) fn decode(
                kind: EventKind,
                from: &mut crate::trace::codec::Reader<'_>,
            ) -> Option<Self> {
                use crate::trace::codec::Decode as _;
                Some(match kind {$(
                    EventKind::$variant => Self::$variant {
                        $( $field: <owned!($kind)>::decode(from)?, )*
                    },
                )+})
            }
        }

        impl From<&TraceEvent<'_>> for OwnedTraceEvent {
            fn from(event: &TraceEvent<'_>) -> Self {
                match event {$(
                    TraceEvent::$variant { $($field),* } => Self::$variant {
                        $( $field: own!($kind $field), )*
                    },
                )+}
            }
        }
    };
}

/// Expands to the last of these levels.
macro_rules! level {
    ($first:ident $second:ident) => {
        Level::$second
    };
    ($only:ident) => {
        Level::$only
    };
}

pub(super) use {events, level};
