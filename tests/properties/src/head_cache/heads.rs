//! Sequences of similar heads.

use crate::input::Input;

/// Request lines with their fields.
pub(super) const SAMPLES: [[&[u8]; 2]; 12] = [
    [b"GET / HTTP/1.1\r\n", b"Host: a\r\nAccept: */*\r\nX: y\r\n\r\n"],
    [b"HEAD /b HTTP/1.1\r\n", b"Host: a\r\nConnection: keep-alive\r\n\r\n"],
    [b"CONNECT a:443 HTTP/1.1\r\n", b"Host: a:443\r\n\r\n"],
    [b"POST / HTTP/1.1\r\n", b"Host: a\r\nContent-Length: 3\r\n\r\nabc"],
    [
        b"PUT /c HTTP/1.1\r\n",
        b"Host: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    ],
    [b"GET http://a/ HTTP/1.1\r\n", b"Host: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"],
    [b"GET / HTTP/1.0\r\n", b"Connection: keep-alive\r\n\r\n"],
    [b"OPTIONS * HTTP/1.1\r\n", b"Host: a\r\nExpect: x\r\nConnection: close\r\n\r\n"],
    // A tolerated violation emits an event each time.
    [b"POST / HTTP/1.1\r\n", b"Host: a\nX: y\r\n\r\n"],
    [b"POST / HTTP/1.1\r\n", b"Host: a\r\nX: y\r\n z\r\n\r\n"],
    [b"POST / HTTP/1.1\r\n", b"Host: a\r\nContent-Length: 0, 0\r\n\r\n"],
    [
        b"POST / HTTP/1.1\r\n",
        b"Host: a\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
];

/// Lines that change the meaning of a head.
const LINES: [&[u8]; 10] = [
    b"Content-Length: 0\r\n",
    b"Content-Length: 3\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Connection: close\r\n",
    b"Connection: upgrade\r\n",
    b"Upgrade: x\r\n",
    b"Expect: 100-continue\r\n",
    b"Host: b\r\n",
    b" folded\r\n",
    b"X: y\r\n",
];

/// The last head, from which the next is made. The start of a body may follow it.
#[derive(Debug)]
pub(super) struct Heads {
    last: Vec<u8>,
}

impl Heads {
    /// Returns one of the samples.
    pub(super) fn new(input: &mut Input<'_>) -> Self {
        Self { last: input.pick(&SAMPLES).concat() }
    }

    /// Returns the next head.
    pub(super) fn next(&mut self, input: &mut Input<'_>) -> &[u8] {
        let how = input.below(10);
        let at = usize::from(input.number()) % (self.last.len() + 1);
        match how {
            0 if at < self.last.len() => self.last[at] = input.byte(),
            1 if at < self.last.len() => drop(self.last.remove(at)),
            2 => self.last.insert(at, input.byte()),
            3 => self.last.truncate(at),
            4 => {
                let line = input.pick(&SAMPLES)[0];
                let end = self.line_end();
                self.last.splice(..end, line.iter().copied());
            }
            5 => {
                let line = input.pick(&LINES);
                let end = self.line_end();
                self.last.splice(end..end, line.iter().copied());
            }
            6 => self.last = input.pick(&SAMPLES).concat(),
            7 => self.last = input.bytes(255).to_vec(),
            // The same head.
            _ => {}
        }
        &self.last
    }

    /// Returns the end of the first line.
    fn line_end(&self) -> usize {
        self.last.iter().position(|byte| *byte == b'\n').map_or(0, |lf| lf + 1)
    }
}
