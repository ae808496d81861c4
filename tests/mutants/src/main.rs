//! Applies each mutant and checks that the tests detect it.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use limpid_mutants::{Mutant, Outcome, Tree, check, mutants};

fn main() -> io::Result<ExitCode> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let all = mutants()?;
    if let Some(name) = names.iter().find(|name| all.iter().all(|mutant| mutant.name != **name)) {
        writeln!(io::stderr(), "no mutant is called {name}; mutants.toml has their names")?;
        return Ok(ExitCode::from(2));
    }
    let chosen: Vec<_> =
        all.iter().filter(|mutant| names.is_empty() || names.contains(&mutant.name)).collect();

    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let scratch = workspace.join("target/mutants");
    let tree = Tree::copy(&workspace, &scratch.join("tree"))?;
    let target = scratch.join("target");
    let mut out = io::stdout().lock();
    let unchanged = check(tree.root(), &target)?;
    if unchanged != Outcome::Survived {
        writeln!(out, "without a mutant the tests do not pass: {unchanged}")?;
        return Ok(ExitCode::FAILURE);
    }
    let mut wrong = 0;
    for mutant in &chosen {
        let outcome = tree.with(mutant, || check(tree.root(), &target))??;
        let Mutant { name, breaks, .. } = mutant;
        writeln!(out, "{name}: {outcome} ({breaks})")?;
        wrong += u32::from(matches!(outcome, Outcome::Survived | Outcome::DoesNotCompile));
    }
    writeln!(out, "{} mutants, {wrong} of them not caught", chosen.len())?;
    Ok(ExitCode::from(u8::from(wrong > 0)))
}
