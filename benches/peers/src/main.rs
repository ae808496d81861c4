//! Measures limpid beside its peers; `benches/run` builds and runs it.

use std::io::{self, Write};

use clap::Parser;
use limpid_benches::program::run_subject;
use limpid_benches::{Failure, machine};
use limpid_peers::options::Options;
use limpid_peers::run::{Bench, Measured};
use limpid_peers::{case, goals, page, peers, table};

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if run_subject(&arguments, &peers::subjects())? {
        return Ok(());
    }
    machine::allow_many_files();
    let options = Options::parse();
    let bench = Bench::new(options.clone())?;
    let mut text = page::circumstances();
    for missing in bench.missing() {
        text.push_str(&format!("- {missing}\n"));
    }
    let mut out = io::stdout();
    writeln!(out, "{text}")?;
    let mut all = Vec::new();
    for section in options.sections() {
        for case in case::cases(section, &options) {
            let measured = bench.measure(&case)?;
            let shown = table::case(&measured);
            writeln!(out, "{shown}")?;
            text.push_str(&format!("\n{shown}"));
            all.push(measured);
        }
    }
    for shown in [goals::table(&all), goals::losses(&all)] {
        writeln!(out, "{shown}")?;
        text.push_str(&format!("\n{shown}"));
    }
    if let Some(path) = &options.readings {
        std::fs::write(path, readings(&all))?;
    }
    if let Some(path) = &options.page {
        page::write(path, text.trim_end())?;
    }
    Ok(())
}

/// Every reading: case, work, peer, round, and the fields of the reading.
fn readings(all: &[Measured]) -> String {
    let mut lines = String::new();
    for measured in all {
        for row in &measured.rows {
            for (round, reading) in row.readings.iter().enumerate() {
                let title = &measured.case.title;
                lines.push_str(&format!(
                    "{title}\t{}\t{}\t{round}\t{reading}\n",
                    row.work, row.peer
                ));
            }
        }
    }
    lines
}
