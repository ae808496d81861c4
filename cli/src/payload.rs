//! The bodies of requests: bytes, and files that are read while they are sent.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// Content up to this length is kept in memory.
const KEPT: u64 = 1024 * 1024;

/// The size of a piece that is read from a file.
const PIECE: usize = 64 * 1024;

/// What the length of each piece is passed to.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) count: Arc<dyn Fn(usize) + Send + Sync>,
    /// The longest piece.
    pub(crate) most: usize,
}

/// A body: pieces in sequence. It is cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Payload {
    pieces: Vec<Piece>,
}

/// A part of a body.
#[derive(Clone, Debug)]
enum Piece {
    Bytes(Bytes),
    /// A file, and the length of what is sent of it.
    File {
        file: Arc<Mutex<File>>,
        /// `None` if it is not announced.
        length: Option<u64>,
        form: Form,
        /// Where it begins.
        start: u64,
    },
    /// Standard input as it comes.
    Stdin,
}

/// How the content of a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Unchanged,
    /// CR, LF and NUL are left out.
    Joined,
}

impl Payload {
    /// Adds bytes.
    pub(crate) fn push(&mut self, bytes: impl Into<Bytes>) {
        let bytes = bytes.into();
        match self.pieces.last_mut() {
            Some(Piece::Bytes(last)) => *last = [&last[..], &bytes].concat().into(),
            _ => self.pieces.push(Piece::Bytes(bytes)),
        }
    }

    /// Adds the content of a file, or of standard input (`-`). What is long is not kept in memory: a file is read again when
    /// it is sent, and other input is copied to a temporary file.
    pub(crate) fn push_file(&mut self, path: &str, form: Form) -> io::Result<()> {
        if path == "-" {
            return match stdin_file()? {
                Some(file) => self.push_open(file, form),
                None => self.push_reader(io::stdin().lock(), form),
            };
        }
        self.push_open(File::open(path)?, form)
    }

    /// Adds standard input as it comes, whose length is not announced. A file can be read again.
    pub(crate) fn push_stdin(&mut self) {
        // What cannot be examined is read as it comes.
        let file = stdin_file().ok().flatten();
        let file = file.and_then(|mut file| Some((file.stream_position().ok()?, file)));
        self.pieces.push(file.map_or(Piece::Stdin, |(start, file)| Piece::File {
            file: Arc::new(Mutex::new(file)),
            length: None,
            form: Form::Unchanged,
            start,
        }));
    }

    /// Adds the body of another payload.
    pub(crate) fn append(&mut self, other: Self) {
        for piece in other.pieces {
            match piece {
                Piece::Bytes(bytes) => self.push(bytes),
                piece => self.pieces.push(piece),
            }
        }
    }

    /// Adds the content of an open file.
    pub(crate) fn push_open(&mut self, mut file: File, form: Form) -> io::Result<()> {
        let metadata = file.metadata()?;
        // Standard input may be a file of which a part was read.
        if !metadata.is_file() || metadata.len() <= KEPT || file.stream_position()? > 0 {
            return self.push_reader(file, form);
        }
        let length = match form {
            Form::Unchanged => metadata.len(),
            Form::Joined => joined_length(&mut file)?,
        };
        self.pieces.push(Piece::file(file, Some(length), form));
        Ok(())
    }

    /// Adds what a reader yields, which is copied to a temporary file if it is long.
    fn push_reader(&mut self, mut reader: impl Read, form: Form) -> io::Result<()> {
        let mut bytes = Vec::new();
        reader.by_ref().take(KEPT + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 <= KEPT {
            if form == Form::Joined {
                bytes.retain(is_kept);
            }
            self.push(bytes);
            return Ok(());
        }
        let mut file = tempfile::tempfile()?;
        file.write_all(&bytes)?;
        let length = bytes.len() as u64 + io::copy(&mut reader, &mut file)?;
        file.rewind()?;
        let length = if form == Form::Joined { joined_length(&mut file)? } else { length };
        self.pieces.push(Piece::file(file, Some(length), form));
        Ok(())
    }

    /// Returns a body that is the whole of a file. `length` is `None` if it is not to be announced.
    pub(crate) fn from_file(file: File, length: Option<u64>) -> Self {
        Self { pieces: vec![Piece::file(file, length, Form::Unchanged)] }
    }

    /// Returns the body without its first bytes, at most those of its first piece.
    pub(crate) fn skip(mut self, count: u64) -> io::Result<Self> {
        match self.pieces.first_mut() {
            Some(Piece::Bytes(bytes)) => {
                let count = usize::try_from(count).unwrap_or(usize::MAX).min(bytes.len());
                *bytes = bytes.slice(count..);
            }
            Some(Piece::File { length, start, .. }) => {
                *start += count;
                *length = length.map(|length| length.saturating_sub(count));
            }
            Some(Piece::Stdin) => {
                io::copy(&mut io::stdin().lock().take(count), &mut io::sink())?;
            }
            None => {}
        }
        Ok(self)
    }

    /// Returns the length, if it is known and to be announced.
    pub(crate) fn length(&self) -> Option<u64> {
        let lengths = self.pieces.iter().map(|piece| match piece {
            Piece::Bytes(bytes) => Some(bytes.len() as u64),
            Piece::File { length, .. } => *length,
            Piece::Stdin => None,
        });
        lengths.sum()
    }

    /// Returns whether a part of it is standard input as it comes, which cannot be read again.
    pub(crate) fn is_live(&self) -> bool {
        is_live(&self.pieces)
    }

    /// Returns the bytes, if all of them are in memory.
    pub(crate) fn as_bytes(&self) -> Option<Bytes> {
        match &self.pieces[..] {
            [] => Some(Bytes::new()),
            [Piece::Bytes(bytes)] => Some(bytes.clone()),
            _ => None,
        }
    }

    /// Returns a reader of the body. It calls `sent` with the length of each piece.
    pub(crate) fn reader(&self, sent: Option<Sent>) -> PayloadReader {
        PayloadReader { pieces: self.pieces.clone(), piece: 0, offset: 0, position: 0, sent }
    }
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self { pieces: vec![Piece::Bytes(bytes.into())] }
    }
}

/// Reads a body from its beginning, to which it can return unless a part of it is standard input.
pub(crate) struct PayloadReader {
    pieces: Vec<Piece>,
    /// The index of the current piece, and the offset in it.
    piece: usize,
    offset: u64,
    /// How many bytes were read.
    position: u64,
    sent: Option<Sent>,
}

impl Read for PayloadReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = self.sent.as_ref().map_or(usize::MAX, |sent| sent.most).min(buffer.len());
        let buffer = &mut buffer[..most];
        while let Some(piece) = self.pieces.get(self.piece) {
            let (read, passed) = piece.read(self.offset, buffer)?;
            if passed == 0 {
                (self.piece, self.offset) = (self.piece + 1, 0);
                continue;
            }
            self.offset += passed as u64;
            self.position += read as u64;
            if read > 0 {
                if let Some(sent) = &self.sent {
                    (sent.count)(read);
                }
                return Ok(read);
            }
        }
        Ok(0)
    }
}

impl Seek for PayloadReader {
    /// Returns to the beginning, or returns the position.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::Current(0) => {}
            SeekFrom::Start(0)
                if !self.pieces.iter().any(|piece| matches!(piece, Piece::Stdin)) =>
            {
                (self.piece, self.offset, self.position) = (0, 0, 0);
            }
            _ => return Err(ErrorKind::Unsupported.into()),
        }
        Ok(self.position)
    }
}

impl limpid_tokio::Pieces for PayloadReader {
    fn next(&mut self) -> limpid_tokio::NextPiece<'_> {
        let mut piece = vec![0; PIECE];
        let read = self.read(&mut piece).map(|n| {
            piece.truncate(n);
            (n > 0).then(|| piece.into())
        });
        Box::pin(std::future::ready(read))
    }

    fn rewind(&mut self) -> io::Result<bool> {
        if is_live(&self.pieces) {
            return Ok(false);
        }
        Seek::rewind(self).map(|()| true)
    }
}

impl Piece {
    fn file(file: File, length: Option<u64>, form: Form) -> Self {
        Self::File { file: Arc::new(Mutex::new(file)), length, form, start: 0 }
    }

    /// Reads from this offset. Returns how many bytes are in the buffer, and how many were passed for them.
    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<(usize, usize)> {
        match self {
            Self::Bytes(bytes) => {
                let rest = usize::try_from(offset).ok().and_then(|start| bytes.get(start..));
                let n = rest.unwrap_or_default().read(buffer)?;
                Ok((n, n))
            }
            Self::File { file, form, start, .. } => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(start + offset))?;
                let n = file.read(buffer)?;
                match form {
                    Form::Unchanged => Ok((n, n)),
                    Form::Joined => Ok((join(&mut buffer[..n]), n)),
                }
            }
            Self::Stdin => io::stdin().lock().read(buffer).map(|n| (n, n)),
        }
    }
}

fn is_live(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Stdin))
}

/// Returns whether a byte of a file stays with [`Form::Joined`].
const fn is_kept(byte: &u8) -> bool {
    !matches!(*byte, b'\r' | b'\n' | 0)
}

/// Moves the bytes that stay to the front, and returns how many these are.
fn join(buffer: &mut [u8]) -> usize {
    let mut kept = 0;
    for index in 0..buffer.len() {
        if is_kept(&buffer[index]) {
            buffer[kept] = buffer[index];
            kept += 1;
        }
    }
    kept
}

/// Returns how many bytes of a file stay with [`Form::Joined`].
fn joined_length(file: &mut File) -> io::Result<u64> {
    let (mut buffer, mut length) = (vec![0; PIECE], 0);
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(length);
        }
        length += join(&mut buffer[..n]) as u64;
    }
}

/// Returns standard input if it is a file.
fn stdin_file() -> io::Result<Option<File>> {
    #[cfg(unix)]
    let input: File = std::os::fd::AsFd::as_fd(&io::stdin()).try_clone_to_owned()?.into();
    #[cfg(windows)]
    let input: File =
        std::os::windows::io::AsHandle::as_handle(&io::stdin()).try_clone_to_owned()?.into();
    Ok(input.metadata()?.is_file().then_some(input))
}

#[cfg(test)]
mod tests {
    use limpid_tests::directory::Directory;

    use super::*;

    fn all(reader: &mut PayloadReader) -> Vec<u8> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn long_file_is_read_twice_and_without_line_ends() {
        let directory = Directory::new().unwrap();
        let line = b"0123456789\r\n\0";
        let content = line.repeat(200_000);
        let path = directory.write("data", &content).unwrap();
        let mut payload = Payload::default();
        payload.push(&b"a="[..]);
        payload.push_file(path.to_str().unwrap(), Form::Joined).unwrap();
        payload.push(&b"&"[..]);
        payload.push_file(path.to_str().unwrap(), Form::Unchanged).unwrap();
        assert!(payload.as_bytes().is_none());
        let joined = b"0123456789".repeat(200_000);
        let expected = [&b"a="[..], &joined, b"&", &content].concat();
        assert_eq!(payload.length(), Some(expected.len() as u64));
        let mut reader = payload.reader(None);
        assert!(all(&mut reader) == expected);
        reader.rewind().unwrap();
        assert!(all(&mut reader) == expected);
    }

    #[test]
    fn long_input_is_copied_and_a_short_one_is_kept() {
        let mut payload = Payload::default();
        payload.push_reader(&b"a\nb"[..], Form::Joined).unwrap();
        payload.push(&b"&c"[..]);
        assert_eq!(payload.as_bytes().as_deref(), Some(&b"ab&c"[..]));
        let long = vec![b'x'; 3_000_000];
        payload.push_reader(&long[..], Form::Unchanged).unwrap();
        assert_eq!(payload.length(), Some(3_000_004));
        assert_eq!(all(&mut payload.reader(None)).len(), 3_000_004);
    }

    #[test]
    fn standard_input_is_not_read_again() {
        let payload = Payload { pieces: vec![Piece::Stdin] };
        assert_eq!(payload.length(), None);
        assert!(payload.reader(None).rewind().is_err());
    }
}
