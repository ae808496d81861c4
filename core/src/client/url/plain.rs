//! A fast path for URLs that are normal already, as most are: checked in one pass and copied whole.

use alloc::string::String;

use super::absolute::Url;
use super::host::is_normal;
use super::scheme::Scheme;
use crate::wire::token;

/// Parses a URL with a path that needs no normalisation, and takes `memory` for it; `None` for any
/// other text, valid or not.
pub(super) fn read(text: &str, memory: &mut String) -> Option<Url> {
    let scheme = Scheme::ALL.into_iter().find(|scheme| text.starts_with(scheme.prefix()))?;
    let (bytes, start) = (text.as_bytes(), scheme.prefix().len());
    let host = start..start + token::name_len(&bytes[start..]);
    if !is_normal(&text[host.clone()]) {
        return None;
    }
    let (port, end) = match &bytes[host.end..] {
        [b':', after @ ..] => {
            let (port, len) =
                read_port(after).filter(|(port, _)| *port != scheme.default_port())?;
            (port, host.end + 1 + len)
        }
        _ => (scheme.default_port(), host.end),
    };
    let rest = &bytes[end..];
    let has_dots = || rest.windows(2).any(|pair| pair == b"/.");
    if !rest.starts_with(b"/") || token::url_len(rest) < rest.len() || has_dots() {
        return None;
    }
    let target = rest.iter().position(|byte| *byte == b'#').unwrap_or(rest.len());
    let mut copy = core::mem::take(memory);
    copy.clear();
    copy.push_str(text);
    Some(Url {
        text: copy,
        end: text.len(),
        scheme,
        port,
        host,
        authority: start..end,
        target: end..end + target,
    })
}

/// Parses a port without leading zeros. Returns it with its number of digits.
fn read_port(text: &[u8]) -> Option<(u16, usize)> {
    let len = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let digits = &text[..len];
    if !(1..=5).contains(&len) || digits.starts_with(b"0") {
        return None;
    }
    let port = digits.iter().fold(0, |port, digit| port * 10 + u32::from(digit - b'0'));
    Some((u16::try_from(port).ok()?, len))
}
