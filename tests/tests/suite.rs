//! The conformance suite tells drivers that conform from those that do not.

#![cfg(test)]

use std::io;

use limpid_test::suite::{self, Ability, Host, Plan};
use limpid_tests::golden::Driver;

/// A driver that sends every request but the last of several.
struct Forgetful;

impl suite::Driver for Forgetful {
    fn lacks(&self) -> &[Ability] {
        &[Ability::Tls, Ability::Timers]
    }

    fn host(&self) -> Host {
        Driver::Sim.host()
    }

    fn play(&self, mut plan: Plan, host: &Host) -> io::Result<bool> {
        if plan.requests.len() > 1 {
            plan.requests.pop();
        }
        Driver::Sim.play(plan, host)
    }
}

#[test]
fn report_lists_what_fails_and_what_is_skipped() {
    let report = suite::check(&Forgetful).unwrap();
    assert!(!report.is_passed());
    assert!(report.failed.iter().any(|failure| failure.scenario.starts_with("keepalive-")));
    assert!(report.passed > report.failed.len(), "{report}");
    let skipped = |ability| report.skipped.iter().filter(|(_, lacked)| *lacked == ability).count();
    assert!(skipped(Ability::Tls) > 0 && skipped(Ability::Timers) > 0, "{report}");
    assert!(report.to_string().contains(" skipped: TLS would be needed\n"), "{report}");
}

#[test]
fn simulated_driver_conforms() {
    let report = suite::check(&Driver::Sim).unwrap();
    assert!(report.is_passed() && report.skipped.is_empty(), "{report}");
}
