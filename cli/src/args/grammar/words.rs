//! The words of a command line.

use std::ffi::{OsStr, OsString};

use super::config_file;
use super::error::GrammarError;
use super::known::{Kind, Known};

/// How deep files of options may name each other.
const DEEPEST: usize = 16;

/// Options that hold for every set of options, wherever they are given.
const GLOBAL: [&str; 27] = [
    "capture",
    "driver",
    "fail-early",
    "har",
    "html",
    "lines",
    "log",
    "log-config",
    "log-format",
    "log-hide",
    "log-json",
    "log-show",
    "no-progress-meter",
    "otlp",
    "parallel",
    "parallel-immediate",
    "parallel-max",
    "pcap",
    "perfetto",
    "progress-bar",
    "record",
    "show-error",
    "silent",
    "stderr",
    "trace-ascii",
    "verbose",
    "view",
];

/// An option or a URL, as clap reads it.
struct Word {
    /// The name of the option.
    name: Option<String>,
    text: OsString,
}

impl Word {
    fn is_url(&self) -> bool {
        self.name.as_deref().is_none_or(|name| name == "url")
    }
}

/// The words of each set of options.
pub(super) struct Words<'k> {
    known: &'k Known,
    done: Vec<Vec<Word>>,
    current: Vec<Word>,
    depth: usize,
}

/// Values that follow an option.
type Next<'n> = &'n mut dyn FnMut() -> Option<OsString>;

impl<'k> Words<'k> {
    pub(super) const fn new(known: &'k Known) -> Self {
        Self { known, done: Vec::new(), current: Vec::new(), depth: 0 }
    }

    /// Reads the command line.
    pub(super) fn command_line(
        &mut self,
        mut words: impl Iterator<Item = OsString>,
    ) -> Result<(), GrammarError> {
        while let Some(word) = words.next() {
            let bytes = word.as_encoded_bytes();
            if bytes == b"--" {
                for url in words.by_ref() {
                    self.url(url);
                }
            } else if let Some(name) = word.to_str().and_then(|word| word.strip_prefix("--")) {
                self.long(name, &word, &mut || words.next())?;
            } else if bytes.len() > 1 && bytes.starts_with(b"-") {
                self.letters(&word, &mut || words.next())?;
            } else {
                self.url(word);
            }
        }
        Ok(())
    }

    /// Adds a URL; `--url` takes it, so that it may begin with a hyphen.
    fn url(&mut self, url: OsString) {
        if url.as_encoded_bytes().starts_with(b"-") {
            self.push_value("url", &url);
        } else {
            self.current.push(Word { name: None, text: url });
        }
    }

    /// Reads `--name`, `--name=value` or `--no-name`.
    fn long(&mut self, name: &str, word: &OsStr, next: Next<'_>) -> Result<(), GrammarError> {
        let name = self.known.full(name)?;
        if let Some((name, kind)) = self.known.named(name) {
            return self.option(name, kind, word, next);
        }
        let with_value = |(name, value)| {
            let (name, kind) = self.known.named(name)?;
            has_value(kind).then_some((name, kind, value))
        };
        if let Some((name, kind, value)) = name.split_once('=').and_then(with_value) {
            let mut value = Some(OsString::from(value));
            return self.option(name, kind, word, &mut || value.take());
        }
        match self.known.negated(name) {
            Some((name, _)) => self.remove(name),
            None => self.current.push(Word { name: None, text: word.to_owned() }),
        }
        Ok(())
    }

    /// Reads letters behind one hyphen: flags, and at the end perhaps an option with its value.
    fn letters(&mut self, word: &OsStr, next: Next<'_>) -> Result<(), GrammarError> {
        let Some(text) = word.to_str() else {
            self.current.push(Word { name: None, text: word.to_owned() });
            return Ok(());
        };
        for (index, letter) in text.char_indices().skip(1) {
            let Some((name, kind)) = self.known.lettered(letter) else {
                // clap rejects it.
                self.current.push(Word { name: None, text: format!("-{letter}").into() });
                return Ok(());
            };
            let rest = &text[index + letter.len_utf8()..];
            if has_value(kind) && !rest.is_empty() {
                let mut value = Some(OsString::from(rest));
                return self.option(name, kind, word, &mut || value.take());
            }
            self.option(name, kind, format!("-{letter}").as_ref(), next)?;
            if has_value(kind) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Takes an option, whose value `next` returns. `word` is how it was written.
    fn option(
        &mut self,
        name: &str,
        kind: Kind,
        word: &OsStr,
        next: Next<'_>,
    ) -> Result<(), GrammarError> {
        let value = if has_value(kind) { next() } else { None };
        match (kind, value) {
            (Kind::Flag, _) => {
                let text = ["--", name].concat().into();
                self.current.push(Word { name: Some(name.to_owned()), text });
            }
            (Kind::Value, Some(value)) => self.push_value(name, &value),
            (Kind::Config, Some(file)) => self.config(&file)?,
            // Without a URL before it, the set of options goes on.
            (Kind::Next, _) if !self.current.iter().any(Word::is_url) => {}
            (Kind::Next, _) => self.done.push(std::mem::take(&mut self.current)),
            (Kind::Ignored(false), _) | (Kind::Ignored(true), Some(_)) => {}
            (Kind::Refused(why), _) => {
                let word = word.to_string_lossy();
                return Err(GrammarError::Usage(format!(
                    "{word} is not an option of limpid: {why}"
                )));
            }
            (Kind::Value | Kind::Config | Kind::Ignored(true), None) => {
                let word = word.to_string_lossy();
                return Err(GrammarError::Usage(format!("{word} needs a value")));
            }
        }
        Ok(())
    }

    fn push_value(&mut self, name: &str, value: &OsStr) {
        let mut text = OsString::from(["--", name, "="].concat());
        text.push(value);
        self.current.push(Word { name: Some(name.to_owned()), text });
    }

    /// Switches a flag off that was given before.
    fn remove(&mut self, name: &str) {
        self.current.retain(|word| word.name.as_deref() != Some(name));
    }

    /// Reads a file of options.
    fn config(&mut self, file: &OsStr) -> Result<(), GrammarError> {
        let shown = file.to_string_lossy();
        if self.depth == DEEPEST {
            return Err(GrammarError::Usage(format!("{shown} is a config file that reads itself")));
        }
        self.depth += 1;
        let text = config_file::read(file).map_err(|error| {
            GrammarError::Read(format!("cannot read the options in {shown}: {error}"))
        })?;
        for (number, line) in text.lines().enumerate() {
            let Some((option, value)) = config_file::option(line) else { continue };
            let mut value = value.map(OsString::from);
            let had_value = value.is_some();
            let at = |error| match error {
                GrammarError::Usage(message) => {
                    GrammarError::Usage(format!("line {} of {shown}: {message}", number + 1))
                }
                error @ GrammarError::Read(_) => error,
            };
            let before = self.current.len();
            match option.strip_prefix("--") {
                None if option.starts_with('-') => {
                    self.letters(option.as_ref(), &mut || value.take()).map_err(at)?;
                }
                name => {
                    let name = self.known.full(name.unwrap_or(&option)).map_err(at)?;
                    if self.known.named(name).is_none() && self.known.negated(name).is_none() {
                        return Err(at(GrammarError::Usage(format!("there is no option {name}"))));
                    }
                    let word = ["--", name].concat();
                    self.long(name, word.as_ref(), &mut || value.take()).map_err(at)?;
                }
            }
            if had_value && value.is_some() && self.current.len() > before {
                return Err(at(GrammarError::Usage(format!("{option} has no value"))));
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Returns the words of each set, with the options that hold for every one.
    pub(super) fn finish(mut self) -> Vec<Vec<OsString>> {
        self.done.push(self.current);
        let is_global =
            |word: &&Word| word.name.as_deref().is_some_and(|name| GLOBAL.contains(&name));
        let count = self.done.len();
        let global: Vec<OsString> = match count {
            1 => Vec::new(),
            _ => {
                self.done.iter().flatten().filter(is_global).map(|word| word.text.clone()).collect()
            }
        };
        let set = |words: Vec<Word>| {
            let own = words.into_iter().filter(|word| count == 1 || !is_global(&word));
            global.iter().cloned().chain(own.map(|word| word.text)).collect()
        };
        self.done.into_iter().map(set).collect()
    }
}

/// Returns whether a value follows.
const fn has_value(kind: Kind) -> bool {
    matches!(kind, Kind::Value | Kind::Config | Kind::Ignored(true))
}
