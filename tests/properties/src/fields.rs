//! Fields: a block compared with a list of pairs, and a parsed section with a simple reader.

use limpid_core::error::ErrorClass;
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::http1::Role;
use limpid_core::internal::transcript::{Chunking, Outcome, Start, Transcript};

use crate::input::Input;
use crate::setup::setup;

/// Names that differ only in case, and an empty one.
const NAMES: [&str; 6] = ["Host", "HOST", "Set-Cookie", "set-cookie", "X", ""];

/// A block behaves as a list of pairs; a section has the fields of its lines, with folds joined.
///
/// Before the setup come up to 31 operations on a block, after their number. After it come the lines of a
/// response.
///
/// # Panics
/// Panics if the property does not hold.
pub fn fields(data: &[u8]) {
    let mut input = Input::new(data);
    block(&mut input);
    section(&mut input);
}

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

fn block(input: &mut Input<'_>) {
    let (mut block, mut pairs) = (FieldBlock::new(), Pairs::new());
    for _ in 0..input.below(32) {
        match input.below(8) {
            0 => {
                let name = input.pick(&NAMES);
                let before = pairs.len();
                pairs.retain(|(known, _)| !known.eq_ignore_ascii_case(name.as_bytes()));
                assert_eq!(block.remove(name), pairs.len() != before);
            }
            1 => {
                block.clear();
                pairs.clear();
            }
            2 => {
                let mut copy = FieldBlock::new();
                copy.push(b"left", b"over");
                copy.copy_from(block.fields());
                assert_eq!(copy, block);
                block = FieldBlock::from(copy.fields());
            }
            choice => {
                let name = if choice == 3 { input.bytes(8) } else { input.pick(&NAMES).as_bytes() };
                let value = input.bytes(16);
                block.push(name, value);
                pairs.push((name.to_vec(), trim(value).to_vec()));
            }
        }
        check(block.fields(), &pairs);
    }
}

/// Checks that every accessor of fields returns the same.
fn check(fields: Fields<'_>, pairs: &Pairs) {
    assert_eq!((fields.len(), fields.is_empty()), (pairs.len(), pairs.is_empty()));
    assert_eq!(own(fields), *pairs);
    assert!(fields.iter().rev().eq((0..pairs.len()).rev().filter_map(|index| fields.nth(index))));
    assert!(fields.nth(pairs.len()).is_none() && fields.line(pairs.len()).is_none());
    for (index, field) in fields.iter().enumerate() {
        let line = fields.line(index).unwrap_or_default();
        assert!(line.starts_with(field.name) && line.ends_with(field.value));
        let at = field.offset as usize;
        assert_eq!(fields.as_bytes().get(at..at + line.len()), Some(line));
        let elements = field.elements().collect::<Vec<_>>();
        assert!(elements.iter().all(|element| !element.is_empty() && *element == trim(element)));
    }
    for name in NAMES {
        let is = |(known, _): &&(Vec<u8>, Vec<u8>)| known.eq_ignore_ascii_case(name.as_bytes());
        let values: Vec<&[u8]> = pairs.iter().filter(is).map(|(_, value)| &value[..]).collect();
        assert_eq!(fields.get(name), values.first().copied());
        assert!(fields.all(name).eq(values));
    }
}

fn own(fields: Fields<'_>) -> Pairs {
    fields.iter().map(|field| (field.name.to_vec(), field.value.to_vec())).collect()
}

/// Reads the lines of a response with a client and with a simple reader.
fn section(input: &mut Input<'_>) {
    let (mut setup, chunking) = setup(Role::Client, input);
    // HEAD, so that no body follows the section; the tolerances have separate properties.
    setup.method = b"HEAD";
    setup.config.lenient = Default::default();
    let bytes = [b"HTTP/1.1 200 OK\r\n", input.rest()].concat();
    let Ok((transcript, outcome)) = Transcript::read(&setup, chunking.pieces(&bytes)) else {
        return;
    };
    let whole = Transcript::read(&setup, Chunking::Whole.pieces(&bytes));
    assert_eq!(whole, Ok((transcript.clone(), outcome.clone())));
    let plain = plain(input.rest());
    if let Some(message) = transcript.messages.first() {
        assert!(matches!(message.start, Start::Response { status: 200, .. }));
        assert_eq!(Some(own(message.fields.fields())), plain);
    } else if let Outcome::Rejected(error) = outcome {
        let by_framing = ["RFC 9112 section 6.1", "RFC 9112 section 6.3", "RFC 9110 section 8.6"];
        let seen = error.rule.class() == ErrorClass::Malformed
            && !by_framing.contains(&error.rule.section());
        assert!(!seen || plain.is_none(), "{error}");
    } else {
        assert_eq!(plain, None, "{outcome}");
    }
}

/// Returns the fields of a section that ends in an empty line, if all line ends are CR LF.
fn plain(bytes: &[u8]) -> Option<Pairs> {
    let text: String = bytes.iter().copied().map(char::from).collect();
    let section = if text.starts_with("\r\n") { "" } else { text.split_once("\r\n\r\n")?.0 };
    let mut pairs = Pairs::new();
    for line in section.split("\r\n").filter(|line| !line.is_empty()) {
        if line.chars().any(|c| c.is_ascii_control() && c != '\t') {
            return None;
        }
        let bytes =
            |text: &str| text.chars().filter_map(|c| u8::try_from(c).ok()).collect::<Vec<_>>();
        if line.starts_with([' ', '\t']) {
            let (_, value) = pairs.last_mut()?;
            let more = bytes(line.trim_matches([' ', '\t']));
            if !value.is_empty() && !more.is_empty() {
                value.push(b' ');
            }
            value.extend_from_slice(&more);
        } else {
            let (name, value) = line.split_once(':')?;
            let is_name = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            if name.is_empty() || !name.chars().all(is_name) {
                return None;
            }
            pairs.push((bytes(name), bytes(value.trim_matches([' ', '\t']))));
        }
    }
    Some(pairs)
}

/// Returns a value without the blanks around it; other controls may be part of it.
pub(crate) fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}
