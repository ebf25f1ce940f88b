#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| npz_deflate::fuzzing::inflate(bytes));
