//! What the manifest of every package says about the package.

use crate::workspace::packages;

#[test]
fn every_package_states_description_license_and_rust_version() {
    for package in packages() {
        let name = &package.name;
        assert!(package.description.is_some_and(|text| !text.trim().is_empty()), "{name} has no description");
        assert!(package.license.is_some(), "{name} has no license");
        assert!(package.rust_version.is_some(), "{name} has no rust-version");
    }
}

#[test]
fn every_crate_states_keywords_and_categories_that_registries_accept() {
    for package in packages().into_iter().filter(|package| package.folder().starts_with("crates")) {
        let (name, keywords, categories) = (&package.name, &package.keywords, &package.categories);
        assert!((1..=5).contains(&keywords.len()), "{name} needs one to five keywords, has {keywords:?}");
        assert!((1..=5).contains(&categories.len()), "{name} needs one to five categories, has {categories:?}");
        for keyword in keywords {
            let is_valid = keyword.len() <= 20
                && keyword.starts_with(|first: char| first.is_ascii_alphabetic())
                && keyword.chars().all(|char| char.is_ascii_alphanumeric() || "-_+".contains(char));
            assert!(is_valid, "{name} has the keyword {keyword:?}, which crates.io would reject");
        }
    }
}

#[test]
fn readme_of_a_package_exists() {
    for package in packages() {
        if let Some(readme) = &package.readme {
            let path = package.manifest_path.with_file_name("").join(readme);
            assert!(path.is_file(), "{} names the readme {}, which does not exist", package.name, path.display());
        }
    }
}
