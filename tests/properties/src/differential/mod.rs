//! Heads as read by httparse and picohttpparser. [`differences`] lists the intended differences with their
//! reasons. What httparse reads of a head that limpid accepts is compared by limpid (feature `cross-check`).

pub mod differences;
mod readers;
mod verdict;

use limpid_core::error::Rule;
use limpid_core::http1::Role;
use limpid_core::limits::Lenient;

use self::differences::{LIMITS, LOOSER, Reader, STRICTER, Stricter};
use self::readers::{ours, theirs};
use self::verdict::Verdict;
use crate::input::Input;

/// All three read the same head, or differ in a way that the tables contain; with tolerances, limpid and
/// httparse do.
///
/// A byte chooses between requests and responses; the rest is the head.
///
/// # Panics
/// Panics if the property does not hold.
pub fn differential(data: &[u8]) {
    let mut input = Input::new(data);
    let role = if input.flag() { Role::Client } else { Role::Server };
    let bytes = input.rest();
    for lenient in [Lenient::CLIENT, Lenient::ALL] {
        let verdict = ours(role, lenient, bytes);
        assert_ne!(verdict, Verdict::Rejected(Some(Rule::ReadersDisagree)), "{lenient:?}");
    }
    let ours = ours(role, Lenient::NONE, bytes);
    for reader in [Reader::Httparse, Reader::Pico] {
        let theirs = theirs(reader, role, bytes);
        compare(reader, &ours, &theirs, bytes);
    }
}

fn compare(reader: Reader, ours: &Verdict, theirs: &Verdict, bytes: &[u8]) {
    assert_ne!(*ours, Verdict::Rejected(Some(Rule::ReadersDisagree)), "{theirs:?}");
    match (ours, theirs) {
        (Verdict::Head(_), Verdict::Accepted) => {}
        (Verdict::Head(_), Verdict::Head(_)) => assert_eq!(ours, theirs, "{reader:?}"),
        (Verdict::Head(head), _) => {
            let known = LOOSER.iter().any(|looser| looser.than == reader && (looser.is)(bytes));
            assert!(known, "{reader:?} does not take {head:?}: {theirs:?}");
        }
        (Verdict::Rejected(Some(rule)), Verdict::Head(_) | Verdict::Accepted) => {
            let is_named = |named: &Stricter| named.rule == *rule && named.than.contains(&reader);
            let known = STRICTER.iter().any(is_named) || LIMITS.contains(rule);
            assert!(known, "{reader:?} takes {theirs:?} in spite of {rule:?}");
        }
        (Verdict::Partial, Verdict::Head(_) | Verdict::Accepted) => {
            unreachable!("{reader:?} has a whole head where we have not: {theirs:?}")
        }
        // An incomplete head may be rejected earlier or later.
        (_, Verdict::Partial | Verdict::Rejected(_)) | (Verdict::Rejected(None), _) => {}
        (Verdict::Accepted, _) => unreachable!("limpid has the content of a head"),
    }
}
