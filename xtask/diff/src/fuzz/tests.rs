use std::fs;
use std::path::Path;

use super::*;
use crate::tests::base;

/// Tries mutants without findings. Fewer than a quarter may be skipped.
fn verify(document: &Value, mutants: u64) {
    let subject = Subject::new(document).unwrap();
    let mut tally = Tally::default();
    (0..mutants).for_each(|seed| tally.add(subject.try_mutant(seed)));
    assert!(tally.findings.is_empty(), "{:#?}", tally.findings);
    let skipped: u64 = tally.skipped.values().sum();
    assert!(tally.tried() == mutants && skipped < mutants / 4, "{tally:#?}");
}

#[test]
fn no_mutant_of_the_table_is_classified_below_its_effect() {
    verify(&base(), 150);
}

#[test]
fn no_mutant_of_a_released_document_is_classified_below_its_effect() {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec");
    let folders = fs::read_dir(spec).unwrap().map(|folder| folder.unwrap().path()).filter(|path| path.is_dir());
    for folder in folders {
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let newest = files.filter(|file| file.extension().is_some_and(|extension| extension == "json")).max().unwrap();
        verify(&serde_json::from_slice(&fs::read(newest).unwrap()).unwrap(), 75);
    }
}

#[test]
fn same_seed_makes_the_same_mutant() {
    let subject = Subject::new(&base()).unwrap();
    assert_eq!(subject.mutant(7), subject.mutant(7));
    assert_ne!(subject.mutant(7), subject.mutant(8));
}

#[test]
fn difference_that_is_not_reported_is_a_finding() {
    // The surface of the subject has a type that no mutant has.
    let mut subject = Subject::new(&base()).unwrap();
    subject.surface.add("other", &Surface::from_lines(["struct types::Gone"]));
    let outcomes = (0..20).map(|seed| subject.try_mutant(seed));
    let findings: Vec<_> =
        outcomes.filter_map(|outcome| if let Outcome::Fails(it) = outcome { Some(it) } else { None }).collect();
    assert!(!findings.is_empty());
    assert!(findings.iter().all(|finding| finding.surface[0].contains("struct types::Gone")), "{findings:#?}");
}
