//! The page that says how each option of curl is taken, checked against the list of curl.

use std::fmt::Write;
use std::{env, fs};

use clap::CommandFactory;

use super::known::{Kind, Known};
use super::others::{IGNORED, Other, REFUSED};
use crate::args::Cli;

/// The output of `curl --help all`, by curl 7.88.1.
const CURL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/curl/help.txt");
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/CURL.md");

const HEAD: &str = "\
# Options of curl

What `limpid` does with each option of curl 7.88.1. \"As curl\" means that the same bytes are sent, and the same exit code and
output follow, except for what `tests/data/curl/differences.txt` lists with its reasons. An option that is not taken ends the
command with exit code 2 and says what to use. Options that only `limpid` has are in `limpid --help`.

This page is generated from `cli/src/args/grammar/others.rs`; a test compares it.

| option | limpid |
|---|---|
";

/// An option of curl.
struct Option {
    letter: std::option::Option<char>,
    name: String,
    has_value: bool,
}

/// Reads the output of `curl --help all`.
fn options() -> Vec<Option> {
    let help = fs::read_to_string(CURL).unwrap();
    let lines = help.lines().filter(|line| line.starts_with(' '));
    let read = |line: &str| {
        let line = line.trim_start();
        let letter = line.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
        let letter = letter.and_then(|rest| rest.chars().next());
        let rest = &line[line.find("--").unwrap() + 2..];
        let (name, rest) = rest.split_once(' ').unwrap();
        // `--proxy [protocol://]host[:port]` has a value without brackets around it.
        let has_value = rest.starts_with('<') || rest.starts_with('[');
        Option { letter, name: name.to_owned(), has_value }
    };
    lines.map(read).collect()
}

#[test]
fn every_option_of_curl_is_taken_or_says_what_to_use() {
    let mut command = Cli::command();
    command.build();
    let known = Known::of(&command);
    let options = options();
    assert!(options.len() > 240, "{}", options.len());
    let mut page = String::from(HEAD);
    for Option { letter, name, has_value } in &options {
        let found = known.named(name);
        let (found, kind) = found.unwrap_or_else(|| panic!("nothing is said about --{name}"));
        if let Some(letter) = letter {
            assert_eq!(known.lettered(*letter).map(|(name, _)| name), Some(found), "-{letter}");
        }
        let what = match kind {
            Kind::Flag | Kind::Next => (false, "as curl".to_owned()),
            Kind::Value | Kind::Config => (true, "as curl".to_owned()),
            Kind::Ignored(takes_value) => {
                (takes_value, format!("no effect: {}", why(IGNORED, name)))
            }
            Kind::Refused(why) => (*has_value, format!("not taken: {why}")),
        };
        // `--help` takes no category.
        assert!(what.0 == *has_value || name == "help", "--{name} has a value in one of both");
        let letter = letter.map(|letter| format!("`-{letter}`, ")).unwrap_or_default();
        let what = what.1.replace('|', "\\|");
        writeln!(page, "| {letter}`--{name}` | {what} |").unwrap();
    }
    if env::var_os("LIMPID_BLESS").is_some() {
        fs::write(PAGE, &page).unwrap();
    }
    assert!(fs::read_to_string(PAGE).unwrap() == page, "LIMPID_BLESS=1 writes docs/CURL.md");
}

#[test]
fn option_that_is_taken_is_not_listed_as_another() {
    let command = Cli::command();
    for Other { long, .. } in IGNORED.iter().chain(REFUSED) {
        let taken = command.get_arguments().any(|arg| arg.get_long() == Some(long));
        assert!(!taken, "--{long} is taken");
    }
}

fn why(others: &[Other], name: &str) -> &'static str {
    others.iter().find(|other| other.long == name).unwrap().why
}
