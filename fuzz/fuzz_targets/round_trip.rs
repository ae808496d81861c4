//! Runs the property `round_trip` of limpid-properties.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| limpid_properties::round_trip(data));
