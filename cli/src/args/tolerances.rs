//! The arguments about responses that break rules.

use clap::Args;
use limpid_core::limits::Lenient;

use crate::lenient::tolerance;

#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
pub(crate) struct ToleranceArgs {
    /// Read responses that break these rules as well: all, or names such as line-without-colon
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = tolerance)]
    pub(crate) lenient: Vec<Lenient>,
    /// Refuse every response that breaks a rule
    #[arg(long, conflicts_with = "lenient")]
    pub(crate) strict: bool,
}

impl ToleranceArgs {
    /// Returns the rules that servers may break.
    pub(crate) fn tolerances(&self) -> Lenient {
        let start = if self.strict { Lenient::NONE } else { Lenient::CLIENT };
        self.lenient.iter().fold(start, |all, one| all | *one)
    }
}
