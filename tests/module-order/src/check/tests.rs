//! Small crates, with and without problems.

use super::*;

/// Returns a crate with these files.
fn sources(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(name, source)| ((*name).to_owned(), (*source).to_owned())).collect()
}

fn check_sources(files: &[(&str, &str)], order: &[&str]) -> Result<(), Problems> {
    check(&sources(files), order)
}

/// Returns the problems of a crate that has some, one on each line.
fn problems(files: &[(&str, &str)], order: &[&str]) -> String {
    check_sources(files, order).unwrap_err().to_string()
}

#[test]
fn crate_in_order_has_no_problem() {
    let files = [
        ("lib.rs", "mod low; mod high; pub use high::High;"),
        ("low.rs", "pub struct Low;"),
        ("high.rs", "use crate::low::Low; pub struct High(Low);"),
    ];
    assert_eq!(check_sources(&files, &["low", "high"]), Ok(()));
}

#[test]
fn import_of_a_module_above_names_file_line_and_path() {
    let files = [
        ("lib.rs", "mod low;\nmod high;"),
        ("low.rs", "use core::fmt;\n\nuse crate::high::High;"),
        ("high.rs", "pub struct High;"),
    ];
    let problems = problems(&files, &["low", "high"]);
    assert!(problems.contains("low.rs:3: `crate::high::High` is of `high`"), "{problems}");
    assert!(!problems.contains("circle"), "{problems}");
}

#[test]
fn import_of_a_module_above_is_found_wherever_a_path_can_be() {
    let high = [("lib.rs", "mod low; mod high;"), ("high.rs", "pub mod deep { pub struct High; }")];
    for low in [
        "fn f() { let _ = crate::high::deep::High; }",
        "fn f() { use crate::high::deep; let _ = deep::High; }",
        "macro_rules! m { ($x:ident) => { $crate::high::deep::High.$x } }",
        "type T = Vec<<super::high::deep::High as Default>::Output>;",
        "use self::super::{high::deep::{self as other, High as _}};",
        "use crate::high::deep::*;",
        "#[cfg(not(test))] use crate::high::deep::High;",
        "mod inner { pub(super) use super::super::high::deep::High; }",
        "struct S { #[cfg(test)] f: T<1>, g: crate::high::deep::High }",
    ] {
        let files = [high[0], high[1], ("low.rs", low)];
        let problems = problems(&files, &["low", "high"]);
        assert!(problems.contains("low.rs:1: "), "{low}: {problems}");
    }
}

#[test]
fn what_is_no_import_is_not_taken_for_one() {
    let high = [("lib.rs", "mod low; mod high;"), ("high.rs", "pub struct High;")];
    for low in [
        "//! See [`crate::high::High`].\n/// And `crate::high::High`.\nstruct S;",
        "// use crate::high::High;\n/* crate::high::High */",
        "const TEXT: &str = \"use crate::high::High;\"; const R: &str = r#\"crate::high::High\"#;",
        "#[cfg(test)] mod tests { use crate::high::High; }",
        "#[cfg(test)] #[expect(dead_code)] fn f(a: u8, b: crate::high::High) {}",
        "#[cfg(all(test, unix))] use crate::high::High;",
        "mod tests { #![cfg(test)] use crate::high::High; }",
        "mod inner { pub(in super::super) struct S; pub(in crate::low) struct T; }",
        "use ::high::High; use high::High as Other; fn f() -> high::High {}",
        "fn f<'a>(all: &'a [u8]) -> impl Iterator + use<'a> { all.iter().map(u8::from) }",
    ] {
        let files = [high[0], high[1], ("low.rs", low)];
        assert_eq!(check_sources(&files, &["low", "high"]), Ok(()), "{low}");
    }
}

#[test]
fn module_above_that_re_exports_what_is_below_is_still_above() {
    let files = [
        ("lib.rs", "mod low; mod middle; mod high;"),
        ("low.rs", "pub struct Low;"),
        ("middle.rs", "use crate::high::Low;"),
        ("high.rs", "pub use crate::low::Low;"),
    ];
    let problems = problems(&files, &["low", "middle", "high"]);
    assert!(problems.contains("middle.rs:1: `crate::high::Low` is of `high`"), "{problems}");
}

#[test]
fn re_export_of_the_root_leads_to_the_module_that_defines_the_name() {
    let lib = "mod values; mod high; pub use values::time; pub use high::*;";
    let files = [
        ("lib.rs", lib),
        ("values/mod.rs", "pub mod time;"),
        ("values/time.rs", "pub struct Time;"),
        ("high.rs", "use crate::time::Time; pub struct High(Time);"),
    ];
    assert_eq!(check_sources(&files, &["values", "high"]), Ok(()));

    let upward = ("values/time.rs", "use crate::High;");
    let problems = problems(&[files[0], files[1], upward, files[3]], &["values", "high"]);
    assert!(problems.contains("values/time.rs:1: `crate::High` is of `high`"), "{problems}");
}

#[test]
fn re_exported_crate_belongs_to_no_file() {
    let files = [
        ("lib.rs", "mod low; pub use bytes;"),
        ("low/mod.rs", "mod inner;"),
        ("low/inner.rs", "macro_rules! m { () => { $crate::bytes::Bytes } }"),
    ];
    assert_eq!(check_sources(&files, &["low"]), Ok(()));
}

#[test]
fn circle_of_two_files_is_found_with_both_lines() {
    let files = [
        ("lib.rs", "mod pool;"),
        ("pool/mod.rs", "mod lease;\nmod list;\npub use list::Pool;"),
        ("pool/lease.rs", "use super::list::Pool;\npub struct Lease(Pool);"),
        ("pool/list.rs", "\nuse super::lease::Lease;\npub struct Pool(Lease);"),
    ];
    assert_eq!(
        problems(&files, &["pool"]),
        "\n2 files import each other in a circle: move what they share into a file of its own\
         \n    pool/lease.rs:1: `super::list::Pool` of pool/list.rs\
         \n    pool/list.rs:2: `super::lease::Lease` of pool/lease.rs"
    );
}

#[test]
fn circle_through_re_exports_and_macros_is_found() {
    let files = [
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod b; mod c; mod d; pub use b::B; pub use c::C; pub(crate) use d::d;"),
        ("a/b.rs", "use super::C; pub struct B(C);"),
        ("a/c.rs", "super::d!(); pub struct C;"),
        ("a/d.rs", "macro_rules! d { () => { $crate::a::B } } pub(crate) use d;"),
    ];
    let problems = problems(&files, &["a"]);
    assert!(problems.contains("3 files import each other"), "{problems}");
    for line in ["a/b.rs:1: `super::C` of a/c.rs", "a/c.rs:1: `super::d` of a/d.rs"] {
        assert!(problems.contains(line), "{problems}");
    }
}

#[test]
fn child_that_takes_a_name_of_its_parents_file_closes_a_circle() {
    let lib = ("lib.rs", "mod parent;");
    let child = ("parent/child.rs", "use super::Shared; impl Shared { fn f(&self) {} }");
    let defines = ("parent/mod.rs", "mod child; pub struct Shared;");
    let problems = problems(&[lib, defines, child], &["parent"]);
    assert!(problems.contains("parent/child.rs:1: `super::Shared` of parent/mod.rs"), "{problems}");
    assert!(problems.contains("parent/mod.rs:1: `mod child` of parent/child.rs"), "{problems}");

    let re_exports = ("parent/mod.rs", "mod child; mod shared; pub use shared::Shared;");
    let shared = ("parent/shared.rs", "pub struct Shared;");
    assert_eq!(check_sources(&[lib, re_exports, child, shared], &["parent"]), Ok(()));
}

#[test]
fn child_of_a_file_with_a_directory_beside_it_is_found() {
    let files = [
        ("lib.rs", "mod parent;"),
        ("parent.rs", "mod child; struct Shared;"),
        ("parent/child.rs", "use super::Shared;"),
    ];
    assert!(problems(&files, &["parent"]).contains("2 files import each other"));
}

#[test]
fn method_of_an_inherent_impl_elsewhere_is_no_import() {
    let files = [
        ("lib.rs", "mod machine;"),
        ("machine/mod.rs", "mod state; mod steps;"),
        ("machine/state.rs", "pub struct State; impl State { fn run(&self) { self.step() } }"),
        ("machine/steps.rs", "use super::state::State; impl State { pub fn step(&self) {} }"),
    ];
    assert_eq!(check_sources(&files, &["machine"]), Ok(()));
}

#[test]
fn each_program_is_a_crate_of_its_own() {
    let files = [
        ("lib.rs", "mod a;"),
        ("a.rs", ""),
        ("bin/one.rs", "mod b; use b::B; fn main() {}"),
        ("bin/b.rs", "use crate::Shared;"),
        ("bin/two/main.rs", "mod c;"),
        ("bin/two/c.rs", "use crate::missing::Name;"),
    ];
    let problems = problems(&files, &["a", "b", "c"]);
    assert!(problems.contains("bin/b.rs:1: `crate::Shared` of bin/one.rs"), "{problems}");
    assert!(!problems.contains("lib.rs"), "{problems}");
}

#[test]
fn order_and_modules_must_be_the_same() {
    let files = [("lib.rs", "mod a; mod b;"), ("a.rs", ""), ("b.rs", "")];
    let problems = problems(&files, &["a", "c"]);
    assert!(problems.contains("lib.rs: the order lacks `b`"), "{problems}");
    assert!(problems.contains("the order names `c`"), "{problems}");
}

#[test]
fn file_that_is_missing_or_no_rust_is_a_problem() {
    assert!(problems(&[("lib.rs", "mod a;")], &["a"]).contains("a/mod.rs: there is no such file"));
    let broken = [("lib.rs", "mod a;"), ("a.rs", "\nfn f( {}")];
    assert!(problems(&broken, &["a"]).contains("a.rs:2: "));
    assert!(problems(&[], &[]).contains("there is no crate"));
}
