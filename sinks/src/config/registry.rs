//! The present loggers and handlers, and the routes of events.

use std::collections::BTreeMap;
use std::sync::Arc;

use limpid_core::trace::{EventKind, Interest, Level, Logger, Metadata};

use super::error::{ConfigError, ConfigErrors, ConfigProblem};
use super::handler::{Device, Handler, Outlet, Relay, passes};
use super::level::LogLevel;
use super::lineage::{ROOT, lineage};
use super::model::{
    FormatterConfig, HandlerConfig, LoggerConfig, LoggingConfig, MemoryConfig, QueueConfig, Target,
};
use super::path::Path;
use super::relay::{Memory, Queue};
use crate::date::TimeZone;
use crate::levels::Threshold;
use crate::line_writer::Frame;
use crate::python::Profile;

/// The second name of the root logger.
const ROOT_TOO: &str = "root";

/// Every existing logger, every named handler, and the routes between them.
pub(super) struct Registry {
    /// The profile whose names loggers have.
    profile: Profile,
    loggers: BTreeMap<Box<str>, LoggerState>,
    handlers: BTreeMap<Box<str>, Arc<Handler>>,
    last_resort: Arc<Handler>,
    /// The handlers that write an event, by the number of its kind.
    routes: Vec<Vec<Arc<Handler>>>,
    interest: Interest,
}

struct LoggerState {
    level: LogLevel,
    handlers: Vec<Arc<Handler>>,
    filters: Vec<Box<str>>,
    propagate: bool,
    disabled: bool,
}

impl Default for LoggerState {
    fn default() -> Self {
        Self {
            level: LogLevel::NOT_SET,
            handlers: Vec::new(),
            filters: Vec::new(),
            propagate: true,
            disabled: false,
        }
    }
}

impl Registry {
    /// Returns the loggers before any configuration: the root, and the logger that exists in Python as soon
    /// as httpx is imported. Those of httpcore are created with the first connection. The lines of `limpid`
    /// are not documented ones, so they need a level by name.
    pub(super) fn new(profile: Profile) -> Self {
        let with_level =
            |level: Level| LoggerState { level: level.into(), ..LoggerState::default() };
        Self {
            profile,
            loggers: BTreeMap::from([
                (ROOT.into(), with_level(Level::Warning)),
                (profile.logger(Logger::Httpx).into(), LoggerState::default()),
                ("limpid".into(), with_level(Level::Warning)),
            ]),
            handlers: BTreeMap::new(),
            last_resort: Arc::new(Handler::last_resort()),
            routes: Vec::new(),
            interest: Interest::NONE,
        }
    }

    /// Applies a configuration. After an error nothing changes.
    pub(super) fn configure(
        &mut self,
        config: LoggingConfig,
        zone: TimeZone,
    ) -> Result<(), ConfigErrors> {
        let config = config.under_names_of(self.profile);
        if config.incremental {
            self.adjust(&config)?;
        } else {
            check(&config)?;
            self.replace(config, zone)?;
        }
        // All loggers exist by the time of another configuration.
        for logger in Logger::ALL {
            self.logger(self.profile.logger(logger));
        }
        self.route();
        Ok(())
    }

    pub(super) const fn interest(&self) -> Interest {
        self.interest
    }

    /// Returns the handlers that write an event, the innermost first.
    pub(super) fn takers(&self, kind: EventKind) -> &[Arc<Handler>] {
        self.routes.get(kind as usize).map_or(&[], Vec::as_slice)
    }

    /// Returns the configured handlers by name.
    pub(super) fn handlers(&self) -> impl Iterator<Item = (&str, &Handler)> {
        self.handlers.iter().map(|(name, handler)| (&**name, &**handler))
    }

    pub(super) fn set_time_zone(&self, zone: TimeZone) {
        self.handlers().for_each(|(_, handler)| handler.set_time_zone(zone));
    }

    fn logger(&mut self, name: &str) -> &mut LoggerState {
        let name = if name == ROOT_TOO { ROOT } else { name };
        self.loggers.entry(name.into()).or_default()
    }

    /// Changes only levels and propagation.
    fn adjust(&mut self, config: &LoggingConfig) -> Result<(), ConfigErrors> {
        let section = Path::default().key("handlers");
        let unknown = config.handlers.keys().filter(|name| !self.handlers.contains_key(*name));
        let errors = unknown
            .map(|name| section.key(name).error(unconfigured("handlers", name, &self.handlers)))
            .collect();
        ConfigErrors::unless_empty(errors, ())?;
        for (name, changed) in &config.handlers {
            if let (Some(handler), Some(level)) = (self.handlers.get(name), changed.level) {
                handler.set_level(level);
            }
        }
        for (name, changed) in &config.loggers {
            self.logger(name).adjust(changed);
        }
        if let Some(changed) = &config.root {
            let root = self.logger(ROOT);
            root.level = changed.level.unwrap_or(root.level);
        }
        Ok(())
    }

    /// Replaces the whole configuration, as far as Python does.
    fn replace(&mut self, config: LoggingConfig, zone: TimeZone) -> Result<(), ConfigErrors> {
        self.handlers = open(config.handlers, &config.formatters, &config.filters, zone)?;
        let existing: Vec<_> = self.loggers.keys().cloned().collect();
        let filters = |logger: &LoggerConfig| resolve(&logger.filters, &config.filters);
        let handlers = self.handlers.clone();
        for (name, logger) in &config.loggers {
            let state = self.logger(name);
            state.adjust(logger);
            state.attach(resolve(&logger.handlers, &handlers), filters(logger));
        }
        for name in existing.iter().filter(|name| is_left_over(name, &config.loggers)) {
            let state = self.logger(name);
            if lineage(name).skip(1).any(|ancestor| is_named(ancestor, &config.loggers)) {
                state.level = LogLevel::NOT_SET;
                state.handlers.clear();
                state.propagate = true;
            } else {
                state.disabled = config.disable_existing_loggers;
            }
        }
        if let Some(root) = &config.root {
            let state = self.logger(ROOT);
            state.level = root.level.unwrap_or(state.level);
            state.attach(resolve(&root.handlers, &handlers), filters(root));
        }
        Ok(())
    }

    /// Determines the handlers of each kind of event.
    fn route(&mut self) {
        self.routes = EventKind::ALL
            .iter()
            .map(|kind| {
                let Metadata { logger, level, .. } = *kind.metadata();
                self.takers_of(self.profile.logger(logger), level)
            })
            .collect();
        self.interest = Interest::matching(|event| !self.takers(event.kind).is_empty());
    }

    /// Returns the level of a logger: its own, or that of its nearest ancestor with one.
    fn level_of(&self, logger: &str) -> LogLevel {
        lineage(logger)
            .filter_map(|name| self.loggers.get(name))
            .map(|state| state.level)
            .find(|level| *level != LogLevel::NOT_SET)
            .unwrap_or(LogLevel::NOT_SET)
    }

    /// Returns the handlers that write the events of `logger` at `level`.
    fn takers_of(&self, logger: &str, level: Level) -> Vec<Arc<Handler>> {
        let tells = |state: &LoggerState| !state.disabled && passes(&state.filters, logger);
        if !Threshold::from(self.level_of(logger)).allows(level)
            || !self.loggers.get(logger).is_none_or(tells)
        {
            return Vec::new();
        }
        let mut reached = Vec::new();
        for state in lineage(logger).filter_map(|name| self.loggers.get(name)) {
            reached.extend(&state.handlers);
            if !state.propagate {
                break;
            }
        }
        if reached.is_empty() {
            reached.push(&self.last_resort);
        }
        reached.into_iter().filter(|handler| handler.takes(logger, level)).cloned().collect()
    }
}

impl LoggerState {
    fn adjust(&mut self, config: &LoggerConfig) {
        self.level = config.level.unwrap_or(self.level);
        self.propagate = config.propagate.unwrap_or(self.propagate);
        self.disabled = false;
    }

    /// Replaces the handlers, each of them once. Filters are added, as in Python.
    fn attach(&mut self, handlers: Vec<Arc<Handler>>, filters: Vec<Box<str>>) {
        self.handlers.clear();
        for handler in handlers {
            if !self.handlers.iter().any(|attached| Arc::ptr_eq(attached, &handler)) {
                self.handlers.push(handler);
            }
        }
        self.filters.extend(filters);
    }
}

/// Returns whether a logger is configured by name. The root is not, even if it is among them.
fn is_named(name: &str, loggers: &BTreeMap<Box<str>, LoggerConfig>) -> bool {
    name != ROOT && loggers.contains_key(name)
}

/// Returns whether a configuration omits an existing logger. The root is never omitted.
fn is_left_over(name: &str, loggers: &BTreeMap<Box<str>, LoggerConfig>) -> bool {
    name != ROOT && !loggers.contains_key(name)
}

/// Returns the values of `names`, all of which exist.
fn resolve<T: Clone>(names: &[Box<str>], values: &BTreeMap<Box<str>, T>) -> Vec<T> {
    names.iter().filter_map(|name| values.get(name)).cloned().collect()
}

/// Opens the outputs of handlers, and changes none before all are open.
fn open(
    configs: BTreeMap<Box<str>, HandlerConfig>,
    formatters: &BTreeMap<Box<str>, FormatterConfig>,
    filters: &BTreeMap<Box<str>, Box<str>>,
    zone: TimeZone,
) -> Result<BTreeMap<Box<str>, Arc<Handler>>, ConfigErrors> {
    let (mut opened, mut errors) = (Vec::new(), Vec::new());
    let section = Path::default().key("handlers");
    for (name, mut config) in configs {
        // A handler without a target was rejected before.
        let target = config.target.take().unwrap_or(Target::Null);
        let key = target.place();
        match Output::open(target) {
            Ok(output) => opened.push((name, output, config, key)),
            Err(problem) => errors.push(section.key(&name).key(key).error(problem)),
        }
    }
    ConfigErrors::unless_empty(errors, ())?;
    let begun = opened.iter().filter_map(|(name, output, _, key)| {
        output.begin().err().map(|problem| section.key(name).key(key).error(problem))
    });
    ConfigErrors::unless_empty(begun.collect(), ())?;
    let mut handlers = BTreeMap::new();
    // Those that pass lines on to others are made after these.
    while !opened.is_empty() {
        let is_ready =
            |output: &Output| output.handlers().iter().all(|name| handlers.contains_key(name));
        let ready = opened.iter().position(|(_, output, ..)| is_ready(output));
        // A circle was rejected before.
        let Some(ready) = ready else { break };
        let (name, output, config, _) = opened.remove(ready);
        let formatter = config.formatter.and_then(|name| formatters.get(&name).cloned());
        let outlet = output.outlet(&name, formatter.unwrap_or_default(), &handlers, zone);
        let filters = resolve(&config.filters, filters);
        let handler = Handler::new(outlet, config.level.unwrap_or_default(), filters);
        handlers.insert(name, Arc::new(handler));
    }
    Ok(handlers)
}

/// An open output, before the handlers that it passes lines on to are known.
enum Output {
    Device(Device, Frame),
    Memory(MemoryConfig),
    Queue(QueueConfig, Queue),
}

impl Output {
    fn open(target: Target) -> Result<Self, ConfigProblem> {
        Ok(match target {
            Target::Memory(memory) => Self::Memory(memory),
            Target::Queue(config) => {
                let queue = Queue::start(config.max_size).map_err(ConfigProblem::Open)?;
                Self::Queue(config, queue)
            }
            target => {
                let frame = match &target {
                    Target::Syslog(syslog) => Frame::Syslog(syslog.facility),
                    _ => Frame::Line,
                };
                Self::Device(Device::open(target)?, frame)
            }
        })
    }

    /// Prepares for the first line.
    fn begin(&self) -> Result<(), ConfigProblem> {
        match self {
            Self::Device(device, _) => device.begin(),
            _ => Ok(()),
        }
    }

    /// Returns the names of the handlers that it passes lines on to.
    fn handlers(&self) -> &[Box<str>] {
        match self {
            Self::Device(..) => &[],
            Self::Memory(memory) => memory.target.as_slice(),
            Self::Queue(queue, _) => &queue.handlers,
        }
    }

    fn outlet(
        self,
        name: &str,
        formatter: FormatterConfig,
        handlers: &BTreeMap<Box<str>, Arc<Handler>>,
        zone: TimeZone,
    ) -> Outlet {
        let targets = resolve(self.handlers(), handlers);
        match self {
            Self::Device(device, frame) => Outlet::device(name, device, frame, formatter, zone),
            Self::Memory(memory) => {
                // Messages stay as they are until the other handler writes them.
                let (relay, formatter) =
                    (Relay::Memory(Memory::new(memory)), FormatterConfig::default());
                Outlet::relay(name, relay, targets, false, formatter, zone)
            }
            Self::Queue(config, queue) => {
                let relay = Relay::Queue(queue);
                Outlet::relay(name, relay, targets, config.respects_levels, formatter, zone)
            }
        }
    }
}

/// Checks that all names exist.
fn check(config: &LoggingConfig) -> Result<(), ConfigErrors> {
    let mut errors = Vec::new();
    for (name, handler) in &config.handlers {
        let path = Path::default().key("handlers").key(name);
        if handler.target.is_none() {
            errors.push(path.clone().key("class").error(ConfigProblem::NoClass));
        }
        if let Some(name) = &handler.formatter
            && !config.formatters.contains_key(name)
        {
            let problem = unconfigured("formatters", name, &config.formatters);
            errors.push(path.key("formatter").error(problem));
        }
        errors.extend(missing(&path, "filters", &handler.filters, &config.filters));
        errors.extend(relayed(&path, name, handler, &config.handlers));
    }
    let loggers = Path::default().key("loggers");
    let named = config.loggers.iter().map(|(name, logger)| (loggers.key(name), logger));
    let root = config.root.iter().map(|logger| (Path::default().key("root"), logger));
    for (path, logger) in named.chain(root) {
        errors.extend(missing(&path, "handlers", &logger.handlers, &config.handlers));
        errors.extend(missing(&path, "filters", &logger.filters, &config.filters));
    }
    ConfigErrors::unless_empty(errors, ())
}

/// Returns the errors of names that are not in a section.
fn missing<T>(
    path: &Path,
    section: &'static str,
    names: &[Box<str>],
    known: &BTreeMap<Box<str>, T>,
) -> Vec<ConfigError> {
    let path = path.key(section);
    let names = names.iter().enumerate().filter(|(_, name)| !known.contains_key(*name));
    names.map(|(index, name)| path.index(index).error(unconfigured(section, name, known))).collect()
}

/// Returns the errors of the handlers that another one passes lines on to.
fn relayed(
    path: &Path,
    name: &str,
    handler: &HandlerConfig,
    handlers: &BTreeMap<Box<str>, HandlerConfig>,
) -> Vec<ConfigError> {
    let Some(target) = &handler.target else { return Vec::new() };
    let path = path.key(target.place());
    let mut errors: Vec<_> = target
        .handlers()
        .iter()
        .filter(|name| !handlers.contains_key(*name))
        .map(|name| path.clone().error(unconfigured("handlers", name, handlers)))
        .collect();
    if is_in_circle(name, handlers) {
        errors.push(path.error(ConfigProblem::Circle));
    }
    errors
}

/// Returns whether the lines of a handler are passed on to itself.
fn is_in_circle(name: &str, handlers: &BTreeMap<Box<str>, HandlerConfig>) -> bool {
    let targets = |name: &str| {
        let target = handlers.get(name).and_then(|handler| handler.target.as_ref());
        target.map_or(&[][..], Target::handlers)
    };
    let mut reached: Vec<&str> = targets(name).iter().map(|name| &**name).collect();
    let mut next = 0;
    while let Some(further) = reached.get(next).map(|name| targets(name)) {
        for name in further {
            if !reached.contains(&&**name) {
                reached.push(name);
            }
        }
        next += 1;
    }
    reached.contains(&name)
}

fn unconfigured<T>(
    section: &'static str,
    name: &str,
    known: &BTreeMap<Box<str>, T>,
) -> ConfigProblem {
    let known = known.keys().cloned().collect();
    ConfigProblem::Unconfigured { section, name: name.into(), known }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warning_without_handler_goes_to_last_resort() {
        let mut registry = Registry::new(Profile::default());
        registry.configure(LoggingConfig::new(), TimeZone::Utc).unwrap();
        let takers =
            |registry: &Registry, level| registry.takers_of(Logger::Http11.name(), level).len();
        assert_eq!(takers(&registry, Level::Info), 0);
        assert_eq!(takers(&registry, Level::Warning), 1);
        let null = LoggingConfig::new()
            .handler("null", HandlerConfig::null())
            .root(LoggerConfig::new().handler("null"));
        registry.configure(null, TimeZone::Utc).unwrap();
        assert_eq!(takers(&registry, Level::Critical), 0);
    }
}
