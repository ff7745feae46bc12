//! The speed of an import and a comparison, beside that of parsing and writing the same document with serde_json.
//!
//! Run `cargo bench -p xtask`, and compare bytes per second within one run. The distance from serde_json shows the work
//! on the parsed document. The numbers for other sizes show whether the time grows in proportion to the document.
//!
//! `DOCUMENTS=a.json:b.json` also measures vendors' documents, from the import to the generated crates of every tag.
//! Each is then compiled once.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "a benchmark may panic if it cannot be set up"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::env;
use std::fs;
use std::process::Command;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use serde_json::Value;

use xtask::groups::By;
use xtask::survey::{Options, Survey};
use xtask::workspace::Workspace;
use xtask_codegen::GeneratorProcess;

const MB: usize = 1_000_000;

fn import(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("document");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_secs(2));
    for megabytes in [2, 8, 32] {
        let (text, resources) = support::text(megabytes * MB);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vendor.json");
        fs::write(&file, &text).unwrap();
        let (old, slice) = (serde_json::from_str(&text).unwrap(), support::slice_of(resources / 2));
        let new = support::changed(&old, resources, 100);
        group.throughput(Throughput::Bytes(text.len().try_into().unwrap()));

        group.bench_function(BenchmarkId::new("floor: parse", megabytes), |bencher| {
            bencher.iter(|| serde_json::from_slice::<Value>(&fs::read(&file).unwrap()).unwrap());
        });
        group.bench_function(BenchmarkId::new("import a slice", megabytes), |bencher| {
            bencher.iter(|| support::sdk(&slice).import(&file, "2026-01-02").unwrap());
        });
        group.bench_function(BenchmarkId::new("floor: parse and write", megabytes), |bencher| {
            bencher.iter(|| {
                let document: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
                serde_json::to_string_pretty(&document).unwrap()
            });
        });
        // Importing the largest document as a whole takes too long for a quick run.
        if megabytes < 32 {
            group.bench_function(BenchmarkId::new("import the whole", megabytes), |bencher| {
                bencher.iter(|| support::sdk(support::WHOLE).import(&file, "2026-01-02").unwrap());
            });
        }
        group.bench_function(BenchmarkId::new("compare", megabytes), |bencher| {
            bencher.iter(|| xtask_diff::compare(&old, &new));
        });
    }
    group.finish();
}

fn vendors(criterion: &mut Criterion) {
    let documents = env::var_os("DOCUMENTS").unwrap_or_default();
    let process = GeneratorProcess::of(env!("CARGO_BIN_EXE_xtask"), 2048);
    for document in env::split_paths(&documents).filter(|path| !path.as_os_str().is_empty()) {
        let survey = || {
            let folder = tempfile::tempdir().unwrap();
            let out = folder.path().join("out");
            let options = Options { has_sdk: false, by: By::Tag, is_checked: false, sample: None };
            let survey = Survey::make(&Workspace::current().unwrap(), &process, &document, &out, &options).unwrap();
            assert!(survey.check().is_ok(), "{survey}");
            (folder, out)
        };
        let (_folder, out) = survey();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["check", "--offline", "--workspace", "--lib", "--quiet"]).current_dir(out);
        assert!(cargo.env("CARGO_TARGET_DIR", env!("CARGO_TARGET_TMPDIR")).status().unwrap().success());

        let mut group = criterion.benchmark_group("vendor's document");
        group.sample_size(10).sampling_mode(SamplingMode::Flat).measurement_time(Duration::from_secs(2));
        group.bench_function(BenchmarkId::new("to crates", document.file_name().unwrap().display()), |bencher| {
            bencher.iter(survey)
        });
        group.finish();
    }
}

criterion_group!(benches, import, vendors);
criterion_main!(benches);
