//! The transfers of a set of options.

use super::glob::{Glob, Globbed};
use super::job::Job;
use crate::args::{Destination, RequestArgs};

/// The URLs of a set of options, whose braces and brackets were read.
pub(super) struct Jobs<'a> {
    args: &'a RequestArgs,
    urls: Vec<Given<'a>>,
    /// The files of `-T`.
    files: Vec<Given<'a>>,
}

/// A text as given, and what it stands for; `None` if it stands for itself.
type Given<'a> = (&'a str, Result<Option<Glob>, String>);

/// A transfer, or the URL that cannot be read and why.
pub(super) type Next<'j> = Result<Job, (&'j str, &'j str)>;

impl<'a> Jobs<'a> {
    pub(super) fn read(args: &'a RequestArgs) -> Self {
        let read = |given: &'a String| {
            let plain = args.urls.globoff || given.is_empty();
            let glob = if plain { Ok(None) } else { Glob::read(given).map(Some) };
            (given.as_str(), glob)
        };
        let urls = args.urls.given.0.iter().map(read).collect();
        Self { args, urls, files: args.upload.files.iter().map(read).collect() }
    }

    /// Returns the transfers in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Next<'_>> {
        let mut number = 0;
        self.urls.iter().enumerate().flat_map(|(index, url)| self.of_url(index, url)).map(
            move |mut next| {
                if let Ok(job) = &mut next {
                    job.number = number;
                    number += 1;
                }
                next
            },
        )
    }

    /// Returns the transfers of the URL with this index: of each file to all URLs that it stands for.
    fn of_url<'j>(&'j self, index: usize, url: &'j Given<'a>) -> Transfers<'j> {
        let Some(files) = self.files.get(index) else { return self.of_file(index, url, None) };
        match texts(files) {
            Ok(files) => {
                Box::new(files.flat_map(move |file| self.of_file(index, url, Some(file.text))))
            }
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }

    fn of_file<'j>(
        &'j self,
        index: usize,
        url: &'j Given<'a>,
        file: Option<String>,
    ) -> Transfers<'j> {
        match texts(url) {
            Ok(urls) => Box::new(urls.map(move |url| Ok(self.job(index, url, file.clone())))),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }

    fn job(&self, index: usize, url: Globbed, file: Option<String>) -> Job {
        let destination =
            self.args.response.files.destination(index).map(|destination| match destination {
                Destination::File(path) => Destination::File(match path.to_str() {
                    Some(path) => url.fill(path).into(),
                    None => path,
                }),
                Destination::RemoteName => Destination::RemoteName,
            });
        Job {
            number: 0,
            argument: index,
            url: url.text,
            destination,
            upload: file.filter(|file| !file.is_empty()),
        }
    }
}

type Transfers<'j> = Box<dyn Iterator<Item = Next<'j>> + Send + 'j>;

/// Returns what a text stands for.
fn texts<'j>(
    (given, glob): &'j Given<'_>,
) -> Result<Box<dyn Iterator<Item = Globbed> + Send + 'j>, (&'j str, &'j str)> {
    match glob {
        Ok(Some(glob)) => Ok(Box::new(glob.urls())),
        Ok(None) => Ok(Box::new(std::iter::once(Globbed::plain((*given).to_owned())))),
        Err(message) => Err((given, message)),
    }
}
