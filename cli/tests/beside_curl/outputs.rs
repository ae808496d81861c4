//! What the command prints and writes, and its exit codes, beside those of curl.

use crate::line::{Outcome, differing, recorded};

#[test]
fn outputs_and_exit_codes_are_those_of_curl() {
    let lines = recorded("outputs.txt", "outputs.json");
    assert!(lines.len() > 100, "{}", lines.len());
    let differing = differing(lines, |limpid, curl| {
        let [limpid, curl] = [limpid, curl].map(|side| Outcome { requests: Vec::new(), ..side });
        (limpid != curl).then(|| format!("    curl   {curl:?}\n    limpid {limpid:?}"))
    });
    let shown: Vec<String> =
        differing.iter().map(|(line, message)| format!("{line}\n{message}")).collect();
    assert!(shown.is_empty(), "{} lines differ:\n{}", shown.len(), shown.join("\n"));
}
