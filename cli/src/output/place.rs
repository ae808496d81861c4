//! Where a body is written, and how the file is opened.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Where a body is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Standard output; binary data also if it is a terminal.
    Stdout {
        binary: bool,
    },
    File {
        path: PathBuf,
        opening: Opening,
        create_dirs: bool,
    },
}

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// What it contains is replaced.
    Replace,
    /// What it contains stays.
    Append,
    /// The file must not exist.
    New,
    /// If the file exists, another is created, with a number.
    Numbered,
}

/// The highest number of a file of [`Opening::Numbered`].
const MOST: u32 = 100;

impl Place {
    /// Returns the path of a file.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::File { path, .. } => Some(path),
            Self::Stdout { .. } => None,
        }
    }

    /// Returns the name for messages.
    pub(crate) fn name(&self) -> Cow<'_, str> {
        self.path().map_or("standard output".into(), Path::to_string_lossy)
    }
}

/// Opens a file, and returns it with its path.
pub(super) fn open(
    path: &Path,
    opening: Opening,
    create_dirs: bool,
) -> io::Result<(File, PathBuf)> {
    if let Some(parent) =
        path.parent().filter(|parent| create_dirs && !parent.as_os_str().is_empty())
    {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o750);
        builder.recursive(true).create(parent)?;
    }
    let mut options = OpenOptions::new();
    match opening {
        Opening::Replace => options.write(true).create(true).truncate(true),
        Opening::Append => options.append(true).create(true),
        Opening::New | Opening::Numbered => options.write(true).create_new(true),
    };
    let mut path = path.to_owned();
    let plain = path.clone();
    for number in 1.. {
        match options.open(&path) {
            Err(error)
                if error.kind() == io::ErrorKind::AlreadyExists
                    && opening == Opening::Numbered
                    && number <= MOST =>
            {
                let mut name = OsString::from(&plain);
                name.push(format!(".{number}"));
                path = name.into();
            }
            opened => return opened.map(|file| (file, path)),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
