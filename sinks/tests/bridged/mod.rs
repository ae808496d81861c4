//! A logger and a subscriber that record the output of the bridges.

use std::cell::RefCell;

use limpid_core::trace::{Capture, Sink, TraceEvent};

use super::meta;

thread_local! {
    /// The output of the logger and the subscriber on this thread.
    static TOLD: RefCell<String> = const { RefCell::new(String::new()) };
}

pub(crate) fn told() -> String {
    TOLD.take()
}

#[cfg(feature = "log")]
pub(crate) fn through_log(event: &TraceEvent<'_>, capture: Capture) -> String {
    logger::install();
    limpid_sinks::bridge::LogBridge::new().capture(capture).event(&meta(event), event);
    told()
}

#[cfg(feature = "tracing")]
pub(crate) fn through_tracing(event: &TraceEvent<'_>, capture: Capture) -> String {
    let bridge = limpid_sinks::bridge::TracingBridge::new().capture(capture);
    subscriber::within(|| bridge.event(&meta(event), event));
    told()
}

#[cfg(feature = "log")]
pub(crate) mod logger {
    use std::fmt::Write;

    use super::TOLD;

    struct Logger;

    impl log::Log for Logger {
        /// Enables the events of httpcore and those at INFO.
        fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
            metadata.level() <= log::Level::Info || metadata.target() != "httpx"
        }

        fn log(&self, record: &log::Record<'_>) {
            TOLD.with_borrow_mut(|told| {
                writeln!(told, "{} {} {}", record.level(), record.target(), record.args()).unwrap();
            });
        }

        fn flush(&self) {}
    }

    pub(crate) fn install() {
        // Another test may have set it.
        let _ = log::set_logger(&Logger);
        log::set_max_level(log::LevelFilter::Trace);
    }
}

#[cfg(feature = "tracing")]
pub(crate) mod subscriber {
    use std::fmt::{Debug, Write};

    use tracing_core::field::{Field, Visit};
    use tracing_core::span::{Attributes, Id, Record};
    use tracing_core::{Dispatch, Event, LevelFilter, Metadata, dispatcher};

    use super::TOLD;

    struct Subscriber;

    impl tracing_core::Subscriber for Subscriber {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() != "httpcore.socks" || metadata.name().starts_with("Setup")
        }

        fn max_level_hint(&self) -> Option<LevelFilter> {
            Some(LevelFilter::TRACE)
        }

        fn event(&self, event: &Event<'_>) {
            TOLD.with_borrow_mut(|told| {
                let metadata = event.metadata();
                write!(told, "{} {}", metadata.level(), metadata.target()).unwrap();
                event.record(&mut Written(told));
                told.push('\n');
            });
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    struct Written<'a>(&'a mut String);

    impl Visit for Written<'_> {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            write!(self.0, " {}={value:?}", field.name()).unwrap();
        }
    }

    pub(crate) fn within<T>(then: impl FnOnce() -> T) -> T {
        dispatcher::with_default(&Dispatch::new(Subscriber), then)
    }
}
