//! Runs the property `coding` of limpid-properties.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| limpid_properties::coding(data));
