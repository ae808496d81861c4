//! Sinks, which receive events.

use crate::values::Arc;
use alloc::boxed::Box;

use super::catalog::TraceEvent;
use super::events_of::Trace;
use super::interest::Interest;
use super::meta::Meta;
use crate::values::ExchangeId;

/// A receiver of trace events.
///
/// A machine calls the sink at the moment an event happens, on the thread on which it happens, with borrowed
/// fields. A sink must not wait for the exchange that calls it, and it cannot change the exchange.
///
/// `&dyn Sink` is a sink, and so are references, boxes, [`Arc`]s, an [`Option`] and tuples of sinks.
///
/// ```
/// use core::sync::atomic::{AtomicU32, Ordering};
/// use limpid_core::trace::{Interest, Meta, Sink, TraceEvent};
///
/// #[derive(Default)]
/// struct Count(AtomicU32);
///
/// impl Sink for Count {
///     fn interest(&self) -> Interest {
///         Interest::ALL
///     }
///     fn event(&self, _: &Meta, _: &TraceEvent<'_>) {
///         self.0.fetch_add(1, Ordering::Relaxed);
///     }
/// }
/// let both: (Count, Option<&dyn Sink>) = (Count::default(), None);
/// assert_eq!(both.interest(), Interest::ALL);
/// ```
pub trait Sink {
    /// Returns the events that the sink receives. A machine calls this once for each exchange.
    fn interest(&self) -> Interest;

    /// Receives an event that [`interest`](Self::interest) contains.
    fn event(&self, meta: &Meta, event: &TraceEvent<'_>);

    /// Returns the events of an exchange that the sink has kept. A driver calls this when an exchange has
    /// failed, and adds the events to the error. Most sinks keep nothing.
    #[must_use]
    fn events_of(&self, exchange: ExchangeId) -> Trace {
        let _ = exchange;
        Trace::default()
    }

    /// Returns whether a sink of this type can receive any event. If it returns `false`, the compiler
    /// removes the trace points.
    #[must_use]
    fn enabled() -> bool
    where
        Self: Sized,
    {
        true
    }
}

/// A sink that receives no events. The compiler removes the trace points.
///
/// [`Cx`](super::Cx) has an example.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSink;

impl Sink for NoSink {
    #[inline]
    fn interest(&self) -> Interest {
        Interest::NONE
    }

    #[inline]
    fn event(&self, _: &Meta, _: &TraceEvent<'_>) {}

    #[inline]
    fn enabled() -> bool {
        false
    }
}

impl Trace {
    /// Emits the events that are in the interest of `sink` to it.
    pub fn emit(&self, sink: &dyn Sink) {
        let interest = sink.interest();
        for (meta, event) in self.events().iter().filter(|(meta, _)| interest.contains(meta.kind)) {
            sink.event(meta, &event.borrow());
        }
    }
}

macro_rules! forward {
    ($($(#[$attribute:meta])* $pointer:ty),+ $(,)?) => {$(
        $(#[$attribute])*
        impl<T: Sink + ?Sized> Sink for $pointer {
            #[inline]
            fn interest(&self) -> Interest {
                (**self).interest()
            }

            #[inline]
            fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
                (**self).event(meta, event);
            }

            fn events_of(&self, exchange: ExchangeId) -> Trace {
                (**self).events_of(exchange)
            }
        }
    )+};
}

forward!(&T, Box<T>, Arc<T>);

impl<T: Sink> Sink for Option<T> {
    #[inline]
    fn interest(&self) -> Interest {
        self.as_ref().map_or(Interest::NONE, Sink::interest)
    }

    #[inline]
    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        if let Some(sink) = self {
            sink.event(meta, event);
        }
    }

    fn events_of(&self, exchange: ExchangeId) -> Trace {
        self.as_ref().map_or_else(Trace::default, |sink| sink.events_of(exchange))
    }

    #[inline]
    fn enabled() -> bool {
        T::enabled()
    }
}

macro_rules! tuple {
    ($($name:ident $index:tt),+) => {
        /// Passes each event to the members whose interest contains it. `events_of` returns the events of
        /// the first member that has kept any.
        impl<$($name: Sink),+> Sink for ($($name,)+) {
            fn interest(&self) -> Interest {
                Interest::NONE$(.with(self.$index.interest()))+
            }

            fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
                $(if self.$index.interest().contains(meta.kind) {
                    self.$index.event(meta, event);
                })+
            }

            fn events_of(&self, exchange: ExchangeId) -> Trace {
                let mut trace = Trace::default();
                $(if trace.is_empty() {
                    trace = self.$index.events_of(exchange);
                })+
                trace
            }

            fn enabled() -> bool {
                false $(|| $name::enabled())+
            }
        }
    };
}

tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
