#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| genmux_fuzz_targets::payload(data));
