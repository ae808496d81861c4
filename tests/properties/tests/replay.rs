//! Every property on every seed, and on a bounded number of mutations of the seeds.

use std::ffi::{OsStr, OsString};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::{fs, io};

use limpid_properties::{ALL, Property};

/// The number of mutations for each property.
const MUTATIONS: usize = 2_000;

/// Words of HTTP, one on each line, shared with the fuzzers.
const DICTIONARY: &str = include_str!("../../../fuzz/http.dict");

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// Returns the seeds of a property with their file names, in the order of those.
fn seeds(name: &str) -> io::Result<Vec<(OsString, Vec<u8>)>> {
    let files = fs::read_dir(fuzz().join("seeds").join(name))?;
    let mut seeds = files
        .map(|file| file.and_then(|file| Ok((file.file_name(), fs::read(file.path())?))))
        .collect::<io::Result<Vec<_>>>()?;
    seeds.sort();
    Ok(seeds)
}

/// Runs a property on its seeds, on no bytes, and on mutations.
fn replay(name: &str, property: Property) -> io::Result<()> {
    let seeds = seeds(name)?;
    assert!(!seeds.is_empty(), "{name} has no seeds");
    property(b"");
    for (file, seed) in &seeds {
        run(property, seed, file);
    }
    let (words, mut random) = (words(), Random(0x11f1d));
    for _ in 0..MUTATIONS {
        let (file, seed) = &seeds[random.below(seeds.len())];
        let (_, other) = &seeds[random.below(seeds.len())];
        run(property, &mutate(seed, other, &words, &mut random), file);
    }
    Ok(())
}

/// Runs a property once. On failure, prints the input for use as a seed.
fn run(property: Property, bytes: &[u8], file: &OsStr) {
    let result = catch_unwind(AssertUnwindSafe(|| property(bytes)));
    let shown = bytes.escape_ascii();
    assert!(result.is_ok(), "it is broken by this, made from {}: b\"{shown}\"", file.display());
}

/// Returns the words of the dictionary: `"text"`, where `\xNN`, `\\` and `\"` stand for bytes.
fn words() -> Vec<Vec<u8>> {
    let quoted = |line: &str| line.trim().strip_prefix('"')?.strip_suffix('"').map(unescape);
    DICTIONARY.lines().filter_map(quoted).collect()
}

fn unescape(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), text);
    while let Some((before, escape)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let hex = escape.strip_prefix('x').and_then(|hex| hex.split_at_checked(2));
        let (byte, after) = match hex {
            Some((hex, after)) => (u8::from_str_radix(hex, 16).unwrap_or(b'?'), after),
            None => (escape.as_bytes()[0], &escape[1..]),
        };
        bytes.push(byte);
        rest = after;
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// Returns a seed with one to four small changes.
fn mutate(seed: &[u8], other: &[u8], words: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(8)).min(bytes.len());
        match random.below(6) {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.insert(at, random.byte()),
            2 => drop(bytes.splice(at..end, words[random.below(words.len())].iter().copied())),
            3 => drop(bytes.splice(at.., other[random.below(other.len() + 1)..].iter().copied())),
            4 => bytes.extend_from_within(at..end),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = random.byte();
                }
            }
        }
    }
    bytes.truncate(4096);
    bytes
}

/// `SplitMix64`: the same numbers on every machine and in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or(0)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}

macro_rules! replays {
    ($($name:ident)+) => {
        $(
            #[test]
            fn $name() {
                replay(stringify!($name), limpid_properties::$name).unwrap();
            }
        )+

        const REPLAYED: &[&str] = &[$(stringify!($name)),+];
    };
}

replays! {
    chunked
    coding
    differential
    fields
    head_cache
    line_sink
    mask
    pair
    parse_request
    parse_response
    recording
    response_cache
    round_trip
    split_invariance
    target
}

#[test]
fn every_property_is_replayed_and_has_a_fuzz_target() {
    let names = ALL.map(|(name, _)| name);
    assert_eq!(names, REPLAYED);
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for name in names {
        let shell = fuzz().join("fuzz_targets").join(name).with_extension("rs");
        let source = fs::read_to_string(shell).unwrap();
        assert!(source.contains(&format!("limpid_properties::{name}(")), "{name}");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}

#[test]
fn words_of_the_dictionary_are_bytes() {
    assert_eq!(unescape(r#"a\x0d\x0a\"\\b"#), b"a\r\n\"\\b");
    assert!(words().contains(&b"\r\n".to_vec()));
}
