//! Runs the property `line_sink` of limpid-properties.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| limpid_properties::line_sink(data));
