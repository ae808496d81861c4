//! The arguments about cookies.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Request")]
pub(crate) struct CookieArgs {
    /// Send these cookies, or read those of FILE, and keep those that servers set; '' reads none. FILE is a Netscape cookie
    /// file or has Set-Cookie fields, and may be missing; may be repeated
    #[arg(short = 'b', long = "cookie", value_name = "NAME=VALUE|FILE")]
    cookies: Vec<String>,
    /// Keep the cookies that servers set, and write all to FILE, or to standard output (-), after each transfer
    #[arg(short = 'c', long, value_name = "FILE")]
    pub(crate) cookie_jar: Option<PathBuf>,
    /// Leave out those cookies of -b FILE that do not expire
    #[arg(short = 'j', long)]
    pub(crate) junk_session_cookies: bool,
}

impl CookieArgs {
    /// Returns the cookies that are written out.
    pub(crate) fn pairs(&self) -> Option<String> {
        let given: Vec<&str> = self.given().filter(|given| given.contains('=')).collect();
        (!given.is_empty()).then(|| given.join(";"))
    }

    /// Returns the files to read. There is one of the name '' if cookies are kept and no file is read.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.given().filter(|given| !given.contains('='))
    }

    /// Returns whether cookies that servers set are kept, and sent.
    pub(crate) fn keeps(&self) -> bool {
        self.cookie_jar.is_some() || self.files().next().is_some()
    }

    fn given(&self) -> impl Iterator<Item = &str> {
        self.cookies.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_cookies_are_joined_and_other_values_are_files() {
        let args = |given: &[&str]| CookieArgs {
            cookies: given.iter().map(|&given| given.to_owned()).collect(),
            cookie_jar: None,
            junk_session_cookies: false,
        };
        let pairs = args(&["a=b", "c=d; e=f"]);
        assert_eq!((pairs.pairs().as_deref(), pairs.keeps()), (Some("a=b;c=d; e=f"), false));
        let files = args(&["jar.txt", ""]);
        assert_eq!((files.pairs(), files.keeps()), (None, true));
        assert_eq!(files.files().collect::<Vec<_>>(), ["jar.txt", ""]);
    }
}
