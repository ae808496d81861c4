//! A request can be cancelled at any point: every span that has started ends.

#![cfg(test)]

use limpid_test::suite::check_cancellation;
use limpid_tests::golden::Driver;

#[test]
fn exchange_cancelled_at_any_poll_ends_its_spans() {
    let report = check_cancellation(&Driver::Sim).unwrap();
    assert!(report.is_passed() && report.passed > 100, "{report}");
}
