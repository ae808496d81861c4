//! The transfers of a set of options.

use super::glob::{Glob, Globbed};
use super::job::Job;
use crate::args::{Destination, RequestArgs};

/// The URLs of a set of options, whose braces and brackets were read.
pub(super) struct Jobs<'a> {
    args: &'a RequestArgs,
    globs: Vec<(&'a str, Result<Option<Glob>, String>)>,
}

/// A transfer, or the URL that cannot be read and why.
pub(super) type Next<'j> = Result<Job, (&'j str, &'j str)>;

impl<'a> Jobs<'a> {
    pub(super) fn read(args: &'a RequestArgs) -> Self {
        let globs = args.urls.given.0.iter().map(|given| {
            let glob = match args.urls.globoff {
                true => Ok(None),
                false => Glob::read(given).map(Some),
            };
            (given.as_str(), glob)
        });
        Self { args, globs: globs.collect() }
    }

    /// Returns the transfers in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Next<'_>> {
        let mut number = 0;
        self.globs
            .iter()
            .enumerate()
            .flat_map(|(index, (given, glob))| self.of_url(index, given, glob))
            .map(move |mut next| {
                if let Ok(job) = &mut next {
                    job.number = number;
                    number += 1;
                }
                next
            })
    }

    /// Returns the transfers of the URL with this index.
    fn of_url<'j>(
        &'j self,
        index: usize,
        given: &'j str,
        glob: &'j Result<Option<Glob>, String>,
    ) -> Box<dyn Iterator<Item = Next<'j>> + Send + 'j> {
        let urls: Box<dyn Iterator<Item = Globbed> + Send + 'j> = match glob {
            Ok(Some(glob)) => Box::new(glob.urls()),
            Ok(None) => Box::new(std::iter::once(Globbed::plain(given.to_owned()))),
            Err(message) => return Box::new(std::iter::once(Err((given, message.as_str())))),
        };
        Box::new(urls.map(move |url| Ok(self.job(index, url))))
    }

    fn job(&self, index: usize, url: Globbed) -> Job {
        let destination =
            self.args.response.files.destination(index).map(|destination| match destination {
                Destination::File(path) => Destination::File(match path.to_str() {
                    Some(path) => url.fill(path).into(),
                    None => path,
                }),
                Destination::RemoteName => Destination::RemoteName,
            });
        let upload = self.args.upload.files.get(index).cloned();
        Job {
            number: 0,
            url: url.text,
            destination,
            upload: upload.filter(|file| !file.is_empty()),
        }
    }
}
