//! Runs the property `split_invariance` of limpid-properties.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| limpid_properties::split_invariance(data));
