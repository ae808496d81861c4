//! The setup of a connection under test, from the first bytes of an input.

use limpid_core::http1::Role;
use limpid_core::internal::transcript::{Chunking, Setup};
use limpid_core::limits::{Config, Lenient, Limits};

use crate::input::Input;

/// The methods of a response's request: each kind that affects its reading.
const METHODS: [&[u8]; 4] = [b"GET", b"HEAD", b"CONNECT", b"OPTIONS"];

/// Returns limits that short inputs reach.
fn tight() -> Limits {
    Limits::with(|limits| {
        limits.start_line = 48;
        limits.head = 160;
        limits.fields = 4;
        limits.blank_lines = 1;
        limits.chunk_line = 12;
        limits.chunk_extensions = 10;
        limits.trailers = 40;
        limits.body = 24;
        limits.expansion = 2;
        limits.informational = 1;
    })
}

/// Reads five bytes: a byte of options, then a bit for each tolerance.
///
/// The options are, from the lowest bit: the peer closes; tight limits; two bits for the method;
/// four bits for the chunking.
pub(crate) fn setup(role: Role, input: &mut Input<'_>) -> (Setup<'static>, Chunking) {
    let options = input.byte();
    let limits = if options & 2 == 0 { Limits::default() } else { tight() };
    let method = METHODS[usize::from(options >> 2 & 3)];
    let chunking = match options >> 4 {
        0 => Chunking::Whole,
        1 => Chunking::Bytewise,
        seed => Chunking::Random(seed.into()),
    };
    let config = Config::with(|config| {
        config.limits = limits;
        config.lenient = lenient(input.wide());
    });
    (Setup { role, method, config, eof: options & 1 == 1 }, chunking)
}

/// Returns the tolerances whose bits are set, in the order of their names.
fn lenient(bits: u32) -> Lenient {
    let named = Lenient::NAMED.iter().zip(0..u32::BITS);
    named
        .filter(|(_, bit)| bits >> bit & 1 == 1)
        .fold(Lenient::NONE, |all, ((_, tolerance), _)| all | *tolerance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_sets_every_tolerance() {
        for (index, (name, tolerance)) in Lenient::NAMED.iter().enumerate() {
            let mut bytes = vec![0; 5];
            bytes[1 + index / 8] = 1 << (index % 8);
            let (setup, _) = setup(Role::Client, &mut Input::new(&bytes));
            assert_eq!(setup.config.lenient, *tolerance, "{name}");
        }
    }
}
