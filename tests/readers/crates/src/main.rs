//! Reads HAR files with the crate `har`: prints the number of entries of each, and their statuses.

use std::process::ExitCode;

use har::Spec;

fn main() -> ExitCode {
    for path in std::env::args().skip(1) {
        let log = match har::from_path(&path) {
            Ok(har) => match har.log {
                Spec::V1_2(log) => log,
                Spec::V1_3(_) => {
                    eprintln!("{path}: it is read as version 1.3");
                    return ExitCode::FAILURE;
                }
            },
            Err(error) => {
                eprintln!("{path}: {error}");
                return ExitCode::FAILURE;
            }
        };
        let statuses: Vec<_> = log.entries.iter().map(|entry| entry.response.status).collect();
        println!("{} entries, statuses {statuses:?}", log.entries.len());
    }
    ExitCode::SUCCESS
}
