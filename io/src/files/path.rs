//! The paths of requests as paths of files.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

/// The bytes of a name that are encoded in a link: all that RFC 3986 does not leave unreserved.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The directory of well-known URLs (RFC 8615), which is not hidden although its name begins with a dot.
const WELL_KNOWN: &str = ".well-known";

/// The path of a request, below the directory that is served.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RelativePath {
    pub(super) path: PathBuf,
    /// The path ends with a slash, so that it is one of a directory.
    pub(super) is_directory: bool,
}

impl RelativePath {
    /// Reads the path of a target. Returns `None` if no file can have it: a segment is `..` or hidden, or contains a
    /// separator or what is not a name on this system once it is decoded. Segments are divided before they are decoded, and
    /// decoded once.
    pub(super) fn parse(path: &[u8], dot_files: bool) -> Option<Self> {
        let inner = path.strip_prefix(b"/")?;
        let mut relative = PathBuf::new();
        for segment in inner.split(|byte| *byte == b'/').filter(|segment| !segment.is_empty()) {
            let name = name(&percent_decode(segment).collect::<Vec<_>>())?;
            if name != "." {
                if !is_name(&name) || !(dot_files || is_visible(&name)) {
                    return None;
                }
                relative.push(name);
            }
        }
        let is_directory =
            relative.as_os_str().is_empty() || path.ends_with(b"/") || path.ends_with(b"/.");
        Some(Self { path: relative, is_directory })
    }
}

/// Returns whether a file is shown although hidden ones are not.
pub(super) fn is_visible(name: &OsStr) -> bool {
    name == WELL_KNOWN || !name.as_encoded_bytes().starts_with(b".")
}

/// Returns a name as a segment of a relative link.
pub(super) fn link(name: &OsStr) -> String {
    percent_encode(&bytes(name), ENCODED).to_string()
}

/// Returns whether a name is one file or directory here, and nothing else.
fn is_name(name: &OsStr) -> bool {
    let bytes = name.as_encoded_bytes();
    let mut components = Path::new(name).components();
    let is_plain = matches!(components.next(), Some(Component::Normal(only)) if only == name)
        && components.next().is_none();
    is_plain && !bytes.contains(&0) && !(cfg!(windows) && is_special_on_windows(bytes))
}

/// Returns whether a name has a meaning of its own on Windows: a stream, a device, or what it is without its last
/// characters.
fn is_special_on_windows(name: &[u8]) -> bool {
    let has_special = name.iter().any(|byte| *byte < 0x20 || b"<>:\"/\\|?*".contains(byte));
    let stem = name.split(|byte| *byte == b'.').next().unwrap_or(name).trim_ascii_end();
    // The digits are also superscript ones.
    let is_numbered = stem.split_at_checked(3).is_some_and(|(device, number)| {
        let is_port = device.eq_ignore_ascii_case(b"com") || device.eq_ignore_ascii_case(b"lpt");
        is_port && matches!(number, [b'0'..=b'9'] | [0xc2, 0xb2 | 0xb3 | 0xb9])
    });
    let is_device = [&b"con"[..], b"prn", b"aux", b"nul", b"conin$", b"conout$"]
        .iter()
        .any(|device| stem.eq_ignore_ascii_case(device));
    has_special || is_device || is_numbered || name.ends_with(b".") || name.ends_with(b" ")
}

#[cfg(unix)]
fn name(bytes: &[u8]) -> Option<OsString> {
    let name: &OsStr = std::os::unix::ffi::OsStrExt::from_bytes(bytes);
    Some(name.to_os_string())
}

/// Names are text elsewhere.
#[cfg(not(unix))]
fn name(bytes: &[u8]) -> Option<OsString> {
    Some(std::str::from_utf8(bytes).ok()?.into())
}

#[cfg(unix)]
fn bytes(name: &OsStr) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(name).to_vec()
}

#[cfg(not(unix))]
fn bytes(name: &OsStr) -> Vec<u8> {
    name.to_string_lossy().into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(path: &str) -> Option<String> {
        let parsed = RelativePath::parse(path.as_bytes(), false)?;
        let slash = if parsed.is_directory { "/" } else { "" };
        Some(format!("{}{slash}", parsed.path.display()).replace('\\', "/"))
    }

    #[test]
    fn segments_are_decoded_once() {
        for (path, expected) in [
            ("/", "/"),
            ("/a/b.txt", "a/b.txt"),
            ("/a%20b/", "a b/"),
            ("//a//b", "a/b"),
            ("/./a/.", "a/"),
            ("/%2561", "%61"),
            ("/a%2", "a%2"),
            ("/.well-known/x", ".well-known/x"),
        ] {
            assert_eq!(parse(path).as_deref(), Some(expected), "{path}");
        }
    }

    #[test]
    fn path_never_leaves_the_directory() {
        for path in [
            "",
            "a",
            "*",
            "/..",
            "/a/../b",
            "/%2e%2e/b",
            "/.%2E/b",
            "/a%2fb",
            "/..%2fb",
            "/%00",
            "/a%00.txt",
            "/.git/config",
            "/a/.env",
            "/%2egit",
        ] {
            assert_eq!(parse(path), None, "{path}");
        }
        assert!(RelativePath::parse(b"/.git/config", true).is_some());
        assert!(RelativePath::parse(b"/../b", true).is_none());
    }

    #[test]
    fn devices_and_streams_are_no_names_on_windows() {
        for name in
            ["con", "NUL.txt", "com1", "lpt9.log", "a:b", "a\\b", "a.", "a ", "aux .x", "CONIN$"]
        {
            assert!(is_special_on_windows(name.as_bytes()), "{name}");
        }
        for name in ["console", "comma.txt", "a.txt", "null", "lpt"] {
            assert!(!is_special_on_windows(name.as_bytes()), "{name}");
        }
    }
}
