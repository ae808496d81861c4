//! A server that caches the last head reads and responds as one that parses every head.

mod heads;
mod servers;

use limpid_core::http1::Role;

use self::heads::Heads;
use self::servers::Servers;
use crate::input::Input;
use crate::setup::setup;

/// Two servers, one with the cache and one without, receive the same requests and must not differ: in
/// events, framing, decisions, errors, states, trace events, and the bytes of the responses.
///
/// After the setup, the input determines how each head is made from the previous one, and its pieces.
///
/// # Panics
/// Panics if the property does not hold.
pub fn head_cache(data: &[u8]) {
    let mut input = Input::new(data);
    let (setup, chunking) = setup(Role::Server, &mut input);
    let mut heads = Heads::new(&mut input);
    let mut servers = Servers::new(setup.config);
    while !input.is_empty() {
        let head = heads.next(&mut input);
        match input.below(4) {
            0 => chunking.pieces(head).for_each(|piece| servers.receive(piece)),
            1 => {
                let (first, rest) = head.split_at(usize::from(input.number()) % (head.len() + 1));
                servers.receive(first);
                servers.receive(rest);
            }
            // Most heads arrive whole, for which the cache is made.
            2 => servers.receive(head),
            _ => servers.receive(&head.repeat(2)),
        }
    }
    if setup.eof {
        servers.end();
    }
}

#[cfg(test)]
mod tests {
    use limpid_core::limits::{Config, Lenient};

    use super::heads::SAMPLES;
    use super::*;

    /// Sends `pieces` to two servers, which must not differ.
    fn compare(config: Config, pieces: &[&[u8]]) {
        let mut servers = Servers::new(config);
        pieces.iter().for_each(|piece| servers.receive(piece));
        servers.end();
    }

    /// Returns the strict configuration, and one with every tolerance.
    fn configs() -> [Config; 2] {
        let all = Lenient::NAMED.iter().fold(Lenient::NONE, |all, (_, one)| all | *one);
        [Lenient::NONE, all].map(|lenient| Config::with(|config| config.lenient = lenient))
    }

    /// Returns every head that differs from this one by a byte: changed, missing, or additional.
    fn neighbours(head: &[u8]) -> impl Iterator<Item = Vec<u8>> {
        (0..head.len()).flat_map(move |at| {
            let (before, after) = (&head[..at], &head[at + 1..]);
            let changed = [head[at] ^ 0x20, b'\r', b'\n', b' ', b'0', b','];
            let changed = changed.map(|byte| [before, &[byte], after].concat());
            let lengths = [[before, after].concat(), [before, b"a", &head[at..]].concat()];
            changed.into_iter().chain(lengths)
        })
    }

    #[test]
    fn heads_that_differ_by_a_byte_are_told_apart() {
        let config = Config::default();
        for sample in SAMPLES {
            let head = sample.concat();
            for other in neighbours(&head) {
                compare(config, &[&head, &other, &head, &other, &other]);
                compare(config, &[&[&head[..], &other, &head].concat()]);
            }
        }
    }

    #[test]
    fn heads_that_are_cut_anywhere_are_read_alike() {
        for config in configs() {
            for sample in SAMPLES {
                let head = sample.concat();
                for at in 0..=head.len() {
                    let (first, rest) = head.split_at(at);
                    compare(config, &[first, rest, &head, first, rest, &head]);
                    // An incomplete head, and one that the start of the next follows.
                    compare(config, &[&head, first]);
                    compare(config, &[&head, &[&head[..], first].concat(), rest, &head]);
                }
            }
        }
    }

    #[test]
    fn each_head_is_read_alike_after_each_other() {
        for config in configs() {
            for first in SAMPLES {
                for second in SAMPLES {
                    // The fields of each under the request line of the other, too.
                    let lines = [first, second].map(|sample| sample[0]);
                    let heads =
                        [first, second].map(|sample| lines.map(|line| [line, sample[1]].concat()));
                    let heads = heads.concat();
                    for before in &heads {
                        for after in &heads {
                            let both = [&before[..], after].concat();
                            compare(config, &[before, after, &both, after, before, before]);
                        }
                    }
                }
            }
        }
    }
}
