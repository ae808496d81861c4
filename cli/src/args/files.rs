//! The arguments about the files that responses are written to.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueHint, value_parser};

#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    #[command(flatten)]
    pub(crate) destinations: DestinationArgs,
    /// Write the body of each URL to a file of its name, as -O does for one
    #[arg(long)]
    remote_name_all: bool,
    /// With -O, write to the file that the server names in Content-Disposition, unless it exists
    #[arg(short = 'J', long)]
    pub(crate) remote_header_name: bool,
    /// Write files of -o and -O to this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) output_dir: Option<PathBuf>,
    /// Create the missing directories of files that are written
    #[arg(long)]
    pub(crate) create_dirs: bool,
    /// Write to FILE.1, FILE.2 and so on instead of replacing a file
    #[arg(long)]
    pub(crate) no_clobber: bool,
    /// Remove the file if the transfer fails
    #[arg(long)]
    pub(crate) remove_on_error: bool,
    /// Resume a download at this offset, or where the file ends (-)
    #[arg(short = 'C', long, value_name = "OFFSET|-", allow_hyphen_values = true)]
    pub(crate) continue_at: Option<Resume>,
    /// Give the file the time of the response's Last-Modified
    #[arg(short = 'R', long)]
    pub(crate) remote_time: bool,
    /// Write the heads of responses to FILE, or to standard output (-)
    #[arg(short = 'D', long, value_name = "FILE")]
    pub(crate) dump_header: Option<PathBuf>,
    /// Write the value of the field `ETag` to FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) etag_save: Option<PathBuf>,
}

impl FileArgs {
    /// Returns where the body of the nth URL is written, standard output if nothing says it.
    pub(crate) fn destination(&self, index: usize) -> Option<Destination> {
        let given = self.destinations.0.get(index).cloned();
        given.or_else(|| self.remote_name_all.then_some(Destination::RemoteName))
    }
}

/// Where a body is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    File(PathBuf),
    /// A file of the name that the URL, or the server, says.
    RemoteName,
}

/// Where a download resumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resume {
    At(u64),
    /// At the end of the file.
    End,
}

impl FromStr for Resume {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "-" => Ok(Self::End),
            text => text.parse().map(Self::At).map_err(|_| "write a number of bytes, or -"),
        }
    }
}

/// The options `-o` and `-O`, in their order: the nth is for the nth URL.
#[derive(Debug, Default)]
pub(crate) struct DestinationArgs(Vec<Destination>);

impl Args for DestinationArgs {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new("output")
            .short('o')
            .long("output")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::FilePath)
            .help("Write the body to FILE; the nth -o or -O is for the nth URL")
            .action(ArgAction::Append);
        let remote = Arg::new("remote-name")
            .short('O')
            .long("remote-name")
            .value_parser(value_parser!(OsString))
            .num_args(0)
            .default_missing_value("")
            .help("Write the body to a file whose name is the last part of the URL's path")
            .action(ArgAction::Append);
        command.arg(file).arg(remote)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for DestinationArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let indices = |id| matches.indices_of(id).into_iter().flatten();
        let files = matches.get_many::<PathBuf>("output").into_iter().flatten();
        let mut all: Vec<(usize, Destination)> =
            indices("output").zip(files.cloned().map(Destination::File)).collect();
        all.extend(indices("remote-name").map(|index| (index, Destination::RemoteName)));
        all.sort_by_key(|(index, _)| *index);
        Ok(Self(all.into_iter().map(|(_, destination)| destination).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_names_of_urls_keep_their_order() {
        let command = DestinationArgs::augment_args(Command::new("limpid"));
        let matches = command.try_get_matches_from(["limpid", "-O", "-o", "a", "-O"]).unwrap();
        let file = Destination::File("a".into());
        let all = [Destination::RemoteName, file, Destination::RemoteName];
        assert_eq!(DestinationArgs::from_arg_matches(&matches).unwrap().0, all);
    }
}
