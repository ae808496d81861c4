//! The files of a directory.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::answer::Answer;
use super::listing;
use super::path::RelativePath;
use super::representation::{Representation, method_not_allowed};
use super::request::Request;

/// The files of a directory, as responses to requests for their paths. It is cheap to clone.
///
/// Only files inside the directory are found: `..` is never followed, and a symbolic link only if it leads to a file inside.
/// (Who can replace directories by links while a request is served could still get another file sent.) Files whose names
/// begin with a dot are hidden, except `.well-known`. A directory is its index file, `index.html`, or a list of its files
/// if that is [permitted](Self::listing).
///
/// ```
/// use limpid_core::http1::RequestHead;
/// use limpid_io::files::{Files, Request};
///
/// let directory = std::env::temp_dir().join(format!("limpid-files-{}", std::process::id()));
/// std::fs::create_dir(&directory)?;
/// std::fs::write(directory.join("a b.txt"), "Hello!")?;
/// let files = Files::new(&directory)?;
/// let head = RequestHead { method: b"GET", target: b"/a%20b.txt", ..RequestHead::NONE };
/// let mut answer = files.answer(&Request::of(&head));
/// assert_eq!(answer.status(), 200);
/// assert_eq!(answer.fields().get("Content-Type"), Some(&b"text/plain; charset=utf-8"[..]));
/// assert_eq!(answer.next_piece()?.as_deref(), Some(&b"Hello!"[..]));
/// # std::fs::remove_dir_all(&directory)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Files {
    settings: Arc<FileSettings>,
}

#[derive(Clone, Debug)]
struct FileSettings {
    /// The directory, without symbolic links.
    root: PathBuf,
    prefix: String,
    index: Option<String>,
    listing: bool,
    dot_files: bool,
}

/// Why a path has no content.
enum Missing {
    /// It has none, or none that may be seen.
    NotFound,
    /// The directory is at the path with a slash at the end.
    Elsewhere,
    Failed(io::Error),
}

impl From<io::Error> for Missing {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

impl Files {
    /// Creates the files of this directory.
    ///
    /// # Errors
    /// It does not exist, is not a directory, or cannot be read.
    pub fn new(directory: impl AsRef<Path>) -> io::Result<Self> {
        let root = directory.as_ref().canonicalize()?;
        if !root.is_dir() {
            return Err(io::Error::new(ErrorKind::NotADirectory, "not a directory"));
        }
        Ok(Self {
            settings: Arc::new(FileSettings {
                root,
                prefix: String::new(),
                index: Some("index.html".into()),
                listing: false,
                dot_files: false,
            }),
        })
    }

    /// Serves the files below this path, such as `/static`, instead of `/`.
    #[must_use]
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        let mut prefix = prefix.into();
        prefix.truncate(prefix.trim_end_matches('/').len());
        self.with(|settings| settings.prefix = prefix)
    }

    /// Sets the name of the file that stands for its directory; `None` for no such file. `index.html` by default.
    #[must_use]
    pub fn index(self, name: impl Into<Option<String>>) -> Self {
        let name = name.into();
        self.with(|settings| settings.index = name)
    }

    /// Sets whether a directory without an index file is answered with a list of its files. `false` by default: 404.
    #[must_use]
    pub fn listing(self, permitted: bool) -> Self {
        self.with(|settings| settings.listing = permitted)
    }

    /// Sets whether files are shown whose names begin with a dot. `false` by default.
    #[must_use]
    pub fn dot_files(self, shown: bool) -> Self {
        self.with(|settings| settings.dot_files = shown)
    }

    fn with(mut self, change: impl FnOnce(&mut FileSettings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }

    /// Returns the answer to a request: that of the file as of [`Representation::answer`], a redirect (301) to the path of a
    /// directory, 403 if the file must not be read, or 404. Reads the directory, and may block for that.
    #[must_use]
    pub fn answer(&self, request: &Request) -> Answer {
        if !request.reads() {
            return method_not_allowed();
        }
        match self.find(request) {
            Ok(answer) => answer,
            Err(Missing::NotFound) => Answer::status_only(404),
            Err(Missing::Elsewhere) => redirect(request),
            Err(Missing::Failed(error)) => Answer::status_only(status_of(&error)),
        }
    }

    fn find(&self, request: &Request) -> Result<Answer, Missing> {
        let FileSettings { root, prefix, index, listing, dot_files } = &*self.settings;
        let path = request.path.strip_prefix(prefix.as_bytes()).ok_or(Missing::NotFound)?;
        if path.is_empty() && !prefix.is_empty() {
            return Err(Missing::Elsewhere);
        }
        let wanted = RelativePath::parse(path, *dot_files).ok_or(Missing::NotFound)?;
        let found = self.inside(&root.join(&wanted.path))?;
        if !found.is_dir() {
            return match wanted.is_directory {
                true => Err(Missing::NotFound),
                false => Ok(Representation::file(found)?.answer(request)),
            };
        }
        if !wanted.is_directory {
            return Err(Missing::Elsewhere);
        }
        if let Some(index) = index
            && let Ok(file) = self.inside(&found.join(index))
            && file.is_file()
        {
            return Ok(Representation::file(file)?.answer(request));
        }
        if *listing {
            return Ok(listing::answer(
                &found,
                wanted.path.as_os_str().is_empty(),
                &request.path,
                *dot_files,
            )?);
        }
        Err(Missing::NotFound)
    }

    /// Returns the path of a file without symbolic links, if it is inside the directory.
    fn inside(&self, path: &Path) -> Result<PathBuf, Missing> {
        let found = path.canonicalize()?;
        if found.starts_with(&self.settings.root) { Ok(found) } else { Err(Missing::NotFound) }
    }
}

/// Returns the redirect to the path of a directory. It is relative to the path of the request, so that nothing in that can
/// name another server.
fn redirect(request: &Request) -> Answer {
    let last = request.path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let mut target = format!("./{}/", String::from_utf8_lossy(last));
    if let Some(query) = &request.query {
        target.push('?');
        target.push_str(&String::from_utf8_lossy(query));
    }
    let mut answer = Answer::status_only(301);
    answer.field("Location", &target);
    answer
}

/// Returns the status for a file that cannot be opened.
fn status_of(error: &io::Error) -> u16 {
    match error.kind() {
        ErrorKind::PermissionDenied => 403,
        ErrorKind::NotFound
        | ErrorKind::NotADirectory
        | ErrorKind::InvalidInput
        | ErrorKind::InvalidFilename => 404,
        _ => 500,
    }
}
