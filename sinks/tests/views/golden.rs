//! Files that other programs have accepted, which the views must still write.

use std::fs;
use std::path::Path;

use limpid_core::trace::Capture;
use limpid_sinks::views::View;

use crate::sample;

/// Compares a view of the sample with a file in `tests/data/views`, or writes that with `LIMPID_BLESS=1`. Run
/// `.ci/wide views` then, so that the readers see it.
pub(crate) fn assert_written(view: View, capture: Capture, name: &str) {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/views")).join(name);
    let mut written = Vec::new();
    view.write(&sample::model(capture), &mut written).unwrap();
    let written = String::from_utf8(written).unwrap();
    if std::env::var_os("LIMPID_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &written).unwrap();
    }
    let accepted = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let differs = written.lines().zip(accepted.lines()).find(|(new, old)| new != old);
    assert!(differs.is_none(), "{name} differs: {differs:?}; LIMPID_BLESS=1 writes it");
    assert_eq!(written.lines().count(), accepted.lines().count(), "{name}");
}
