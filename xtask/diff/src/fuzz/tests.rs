use super::*;
use crate::tests::base;

/// Enough to find each fault that this test was written for.
const MUTANTS: u64 = 150;

fn verify(document: &Value) {
    let subject = Subject::new(document).unwrap();
    let mut tally = Tally::default();
    (0..MUTANTS).for_each(|seed| tally.add(subject.try_mutant(seed)));
    assert!(tally.findings.is_empty(), "{:#?}", tally.findings);
    let skipped: u64 = tally.skipped.values().sum();
    assert!(tally.tried() == MUTANTS && skipped < MUTANTS / 4, "{tally:#?}");
}

#[test]
fn no_mutant_of_the_table_is_classified_below_its_effect() {
    verify(&base());
}

#[test]
fn same_seed_makes_the_same_mutant() {
    let subject = Subject::new(&base()).unwrap();
    assert_eq!(subject.mutant(7), subject.mutant(7));
    assert_ne!(subject.mutant(7), subject.mutant(8));
}
