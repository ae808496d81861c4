//! Runs the property `head_cache` of limpid-properties.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| limpid_properties::head_cache(data));
