//! `cargo xtask sdk new`: creates the crates and the folder of a new SDK.
//!
//! The templates in `xtask/templates/` contain the initial files of every SDK: its `sdk.toml`, and its api, mock and
//! SDK crates. Until its first import, which sets the current revision, the SDK has no operations, so that the
//! workspace builds at every step. Generated files are overwritten from then on; the other files are edited by hand.
//!
//! Generated clients share `api-runtime`, and SDK crates share `cloudflare-client`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use toml_edit::{Array, DocumentMut, InlineTable, Value};

use crate::generate::{self, write_file};
use crate::sdk::NO_REVISION;
use crate::workspace::Workspace;
use xtask_codegen::packages::{Packages, crate_path};
use xtask_codegen::{GeneratorProcess, markdown};
use xtask_document::naming::{is_identifier, pascal};
use xtask_import::Slice;

/// The first version of the crates of a new SDK.
const FIRST_VERSION: &str = "0.1.0";

/// The crates that come with the compiler.
const BUILT_IN: [&str; 5] = ["alloc", "core", "proc-macro", "std", "test"];

/// A new SDK before it is written.
pub struct Scaffold {
    name: String,
    title: String,
    description: String,
    slice: Slice,
    /// Whether it has an SDK crate beside the low-level client and the mocks.
    has_sdk: bool,
}

impl Scaffold {
    /// An SDK with a name. The names of its folder and its crates are derived from that; title and description as well,
    /// unless given.
    ///
    /// # Errors
    ///
    /// If the name does not consist of lower-case words with hyphens between them, or cannot be the name of a crate.
    pub fn new(name: &str, title: Option<String>, description: Option<String>, slice: Slice) -> Result<Self> {
        let is_word = |word: &str| {
            word.starts_with(|first: char| first.is_ascii_lowercase())
                && word.chars().all(|char| char.is_ascii_lowercase() || char.is_ascii_digit())
        };
        ensure!(
            name.split('-').all(is_word),
            "{name:?} is no name for an SDK; use lower-case words with hyphens between them, such as risk-scoring"
        );
        ensure!(
            !BUILT_IN.contains(&name) && is_identifier(&name.replace('-', "_")),
            "{name:?} is a keyword or a crate of Rust, so it is no name for an SDK; use another one"
        );
        let title = title.unwrap_or_else(|| name.split('-').map(pascal).collect::<Vec<_>>().join(" "));
        let description = description.unwrap_or_else(|| format!("{title}."));
        Ok(Self { name: name.to_owned(), title, description, slice, has_sdk: true })
    }

    /// This SDK without an SDK crate: only the low-level client and the mocks.
    pub fn without_sdk(self) -> Self {
        Self { has_sdk: false, ..self }
    }

    fn packages(&self) -> Packages {
        let Self { name, has_sdk, .. } = self;
        Packages { api: format!("{name}-api"), mock: format!("{name}-mock"), sdk: has_sdk.then(|| name.clone()) }
    }

    /// Writes the folder, the crates, their lines in the workspace's manifest, and the generated code. On failure,
    /// everything is removed again. Returns the paths of the written files, relative to the workspace.
    ///
    /// # Errors
    ///
    /// If an SDK or a package of that name exists, or a file cannot be written.
    pub fn write(&self, workspace: &Workspace, process: &GeneratorProcess) -> Result<Vec<PathBuf>> {
        let root = workspace.root();
        let packages = self.packages();
        let spec = Path::new("spec").join(&self.name);
        let crates = packages.all().map(|package| Path::new("crates").join(package));
        let folders: Vec<_> = [spec.clone()].into_iter().chain(crates).collect();
        for folder in &folders {
            ensure!(!root.join(folder).exists(), "{} already exists", folder.display());
        }
        let others = packages_at_root(root)?;
        for package in packages.all() {
            ensure!(!others.contains(package), "the workspace has a package {package:?}; use another name for the SDK");
        }
        if root.join("spec").exists() {
            workspace.sdks().context("an existing SDK is not valid; correct it first")?;
        }
        let root_manifest = Path::new("Cargo.toml");
        let before = fs::read_to_string(root.join(root_manifest)).context("cannot read Cargo.toml")?;
        let mut files = vec![(spec.join("sdk.toml"), self.manifest(&packages))];
        files.extend(crate_files(&self.title, &packages, FIRST_VERSION));
        files.push((root_manifest.to_owned(), with_dependencies(&before, packages.all())?));

        let written = self.write_all(workspace, process, files);
        if written.is_err() {
            // An error of the removal would hide the cause.
            for folder in &folders {
                let _ = fs::remove_dir_all(root.join(folder));
            }
            let _ = fs::write(root.join(root_manifest), before);
        }
        written
    }

    fn write_all(
        &self,
        workspace: &Workspace,
        process: &GeneratorProcess,
        files: Vec<(PathBuf, String)>,
    ) -> Result<Vec<PathBuf>> {
        let root = workspace.root();
        let mut written = Vec::new();
        for (path, content) in files {
            write_file(&root.join(&path), &content)?;
            written.push(path);
        }
        written.extend(generate::write_to(workspace, process, &self.name, None, root)?);
        Ok(written)
    }

    fn manifest(&self, packages: &Packages) -> String {
        let sdk = packages.sdk.as_ref().map(|sdk| {
            let why = "# Its `generated.rs` has one method per operation; the rest is hand-written.";
            format!("{why}\nsdk = {}\n", text(sdk))
        });
        let list = |chosen: &BTreeSet<String>| Array::from_iter(chosen).to_string();
        fill(
            include_str!("../templates/sdk.toml"),
            &[
                ("title", &text(&self.title)),
                ("description", &text(&self.description)),
                ("current", &text(NO_REVISION)),
                ("paths", &list(&self.slice.paths)),
                ("tags", &list(&self.slice.tags)),
                ("operations", &list(&self.slice.operations)),
                ("api", &text(&packages.api)),
                ("mock", &text(&packages.mock)),
                ("sdk_line", &sdk.unwrap_or_default()),
            ],
        )
    }
}

/// The initial hand-written files of the crates of an SDK. Those of the low-level client are not edited later.
fn crate_files(title: &str, packages: &Packages, version: &str) -> Vec<(PathBuf, String)> {
    // A line break would end the comment around it.
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let (name, Packages { api, mock, sdk }) = (markdown::paragraph(&title), packages);
    let sdk_name = sdk.as_deref().unwrap_or_default();
    let places = [
        ("name", name.as_str()),
        ("api", &text(api)),
        ("api_key", api),
        ("api_path", &crate_path(api)),
        ("api_description", &text(&format!("Generated low-level client of {title}"))),
        ("mock", &text(mock)),
        ("mock_key", mock),
        ("mock_description", &text(&format!("Typed mocks of {title}"))),
        ("sdk", &text(sdk_name)),
        ("sdk_path", &crate_path(sdk_name)),
        ("sdk_description", &text(&format!("SDK for {title}"))),
        ("version", &text(version)),
    ];
    let mut templates = vec![
        (api, "Cargo.toml", include_str!("../templates/api/Cargo.toml")),
        (api, "src/lib.rs", include_str!("../templates/api/lib.rs")),
        (mock, "Cargo.toml", include_str!("../templates/mock/Cargo.toml")),
        (mock, "src/lib.rs", include_str!("../templates/mock/lib.rs")),
    ];
    templates.extend(sdk.iter().flat_map(|sdk| {
        [
            (sdk, "Cargo.toml", include_str!("../templates/sdk/Cargo.toml")),
            (sdk, "src/lib.rs", include_str!("../templates/sdk/lib.rs")),
            (sdk, "src/client.rs", include_str!("../templates/sdk/client.rs")),
        ]
    }));
    let file = |(package, file, template): (&String, &str, &str)| {
        (Path::new("crates").join(package).join(file), fill(template, &places))
    };
    templates.into_iter().map(file).collect()
}

/// A template with a value for every `{{place}}`. Places in values are not filled in.
fn fill(template: &str, places: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut parts = template.split("{{");
    filled.extend(parts.next());
    for part in parts {
        let place = part.split_once("}}");
        match place.and_then(|(place, rest)| Some((places.iter().find(|(name, _)| *name == place)?.1, rest))) {
            Some((value, rest)) => filled.extend([value, rest]),
            None => filled.extend(["{{", part]),
        }
    }
    filled
}

/// A string in the notation of TOML.
fn text(string: &str) -> String {
    Value::from(string).to_string()
}

/// The names of the packages in folders of the root. Those in `crates/` are dependencies of the workspace.
fn packages_at_root(root: &Path) -> Result<BTreeSet<String>> {
    let mut packages = BTreeSet::new();
    for entry in fs::read_dir(root).with_context(|| format!("cannot list {}", root.display()))? {
        let path = entry?.path().join("Cargo.toml");
        if !path.is_file() {
            continue;
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let manifest: DocumentMut = text.parse().with_context(|| format!("{} is no TOML", path.display()))?;
        let name = manifest.get("package").and_then(|package| package.get("name")?.as_str());
        packages.extend(name.map(str::to_owned));
    }
    Ok(packages)
}

/// The workspace's manifest with packages as further dependencies. They are inserted below the first dependencies with
/// a path.
fn with_dependencies<'a>(manifest: &str, packages: impl IntoIterator<Item = &'a str>) -> Result<String> {
    let mut document: DocumentMut = manifest.parse().context("Cargo.toml is no TOML")?;
    let dependencies = document.get_mut("workspace").and_then(|workspace| workspace.get_mut("dependencies"));
    let dependencies = dependencies
        .and_then(|dependencies| dependencies.as_table_mut())
        .context("Cargo.toml has no [workspace.dependencies]")?;
    let others = dependencies.iter().skip_while(|(_, dependency)| dependency.get("path").is_some());
    let others: BTreeSet<_> = others.map(|(name, _)| name.to_owned()).collect();
    for package in packages {
        ensure!(
            !dependencies.contains_key(package),
            "[workspace.dependencies] has a package {package:?} already, so an SDK cannot have that name"
        );
        let path = format!("crates/{package}");
        dependencies.insert(package, toml_edit::value(InlineTable::from_iter([("path", path)])));
    }
    // The sort is stable.
    dependencies.sort_values_by(|one, _, other, _| others.contains(one.get()).cmp(&others.contains(other.get())));
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_that_is_not_of_lower_case_words_is_rejected() {
        let new = |name: &str| Scaffold::new(name, None, None, Slice::default());
        for name in ["things", "access-groups", "d1", "a-b2-c"] {
            new(name).unwrap();
        }
        for name in ["", "Things", "-things", "things-", "a--b", "1st", "a_b", "../things", "a b", "dinge\u{301}"] {
            assert!(new(name).err().unwrap().to_string().contains("is no name"), "{name}");
        }
        for name in ["self", "type", "gen", "std", "proc-macro"] {
            assert!(new(name).err().unwrap().to_string().contains("a keyword or a crate of Rust"), "{name}");
        }
        assert_eq!(new("access-groups").unwrap().title, "Access Groups");
    }

    #[test]
    fn title_with_quotes_and_placeholders_is_escaped() {
        let title = "Things \"quoted\" \\ and\nmore }}, {{description}} and {{mock}}";
        let slice = Slice { paths: ["/a\"b".to_owned()].into(), ..Slice::default() };
        let scaffold = Scaffold::new("things", Some(title.to_owned()), None, slice).unwrap();
        let packages = scaffold.packages();
        let manifest: crate::sdk::Manifest = toml::from_str(&scaffold.manifest(&packages)).unwrap();
        assert_eq!(manifest.title, title);
        assert_eq!(manifest.crates.all().collect::<Vec<_>>(), ["things-api", "things-mock", "things"]);
        assert_eq!(manifest.slice.paths, ["/a\"b".to_owned()].into());
        for (path, content) in crate_files(title, &packages, FIRST_VERSION) {
            if path.ends_with("Cargo.toml") {
                content.parse::<DocumentMut>().unwrap();
            } else {
                syn::parse_file(&content).unwrap();
            }
            assert!(content.contains("{{mock}}"), "{content}");
        }
    }

    #[test]
    fn low_level_clients_of_this_checkout_match_the_templates() {
        let workspace = Workspace::current().unwrap();
        for sdk in workspace.sdks().unwrap() {
            let crates = &sdk.manifest.crates;
            let packages = crates.generated();
            let api = Path::new("crates").join(&crates.api);
            let present = fs::read_to_string(workspace.root().join(api.join("Cargo.toml"))).unwrap();
            let version = present.parse::<DocumentMut>().unwrap()["package"]["version"].as_str().unwrap().to_owned();
            for (path, content) in crate_files(&sdk.manifest.title, &packages, &version) {
                if path.starts_with(&api) {
                    assert_eq!(fs::read_to_string(workspace.root().join(path)).unwrap(), content);
                }
            }
        }
    }

    #[test]
    fn new_packages_become_dependencies_of_the_workspace() {
        let manifest = "[workspace.dependencies]\n# The first.\na = { path = \"crates/a\" }\n\n# Another.\nb = \"1\"\n";
        let text = with_dependencies(manifest, ["things-api"]).unwrap();
        let expected = "[workspace.dependencies]\n# The first.\na = { path = \"crates/a\" }\nthings-api = { path = \"crates/things-api\" }\n\n# Another.\nb = \"1\"\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn name_of_a_dependency_is_rejected() {
        let error = with_dependencies("[workspace.dependencies]\nthings-mock = \"1\"\n", ["things-api", "things-mock"]);
        assert!(error.unwrap_err().to_string().contains("a package \"things-mock\" already"));
    }

    /// A workspace without SDKs, and its manifest.
    fn empty_workspace() -> (tempfile::TempDir, &'static str) {
        let folder = tempfile::tempdir().unwrap();
        let manifest = "[workspace.dependencies]\n";
        fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        (folder, manifest)
    }

    #[test]
    fn name_of_a_package_in_a_folder_of_the_root_is_rejected() {
        let (folder, manifest) = empty_workspace();
        let write = |name: &str| {
            let scaffold = Scaffold::new(name, None, None, Slice::default()).unwrap();
            let process = GeneratorProcess::of("no/such/program", 1);
            format!("{:#}", scaffold.write(&Workspace::at(folder.path()), &process).unwrap_err())
        };
        for (place, package) in [("things", "things"), ("tests", "others-mock")] {
            fs::create_dir(folder.path().join(place)).unwrap();
            fs::write(folder.path().join(place).join("Cargo.toml"), format!("package.name = '{package}'")).unwrap();
        }
        for (name, package) in [("things", "things"), ("others", "others-mock")] {
            let expected = format!("the workspace has a package {package:?}; use another name for the SDK");
            assert_eq!(write(name), expected);
            assert_eq!(fs::read_to_string(folder.path().join("Cargo.toml")).unwrap(), manifest);
            assert!(!folder.path().join("spec").exists() && !folder.path().join("crates").exists());
        }
        let error = write("tests");
        assert!(error.contains("cannot run no/such/program"), "{error}");
    }

    #[test]
    fn failed_scaffold_leaves_no_files() {
        let (folder, manifest) = empty_workspace();
        let scaffold = Scaffold::new("things", None, None, Slice::default()).unwrap();
        let write =
            || scaffold.write(&Workspace::at(folder.path()), &GeneratorProcess::of("no/such/program", 1)).unwrap_err();
        for _ in 0..2 {
            let error = format!("{:#}", write());
            assert!(error.contains("cannot run no/such/program"), "{error}");
            assert!(!folder.path().join("spec/things").exists() && !folder.path().join("crates/things-api").exists());
            assert_eq!(fs::read_to_string(folder.path().join("Cargo.toml")).unwrap(), manifest);
        }
        fs::create_dir_all(folder.path().join("spec/empty")).unwrap();
        let error = format!("{:#}", write());
        assert!(error.contains("an existing SDK is not valid") && error.contains("spec/empty"), "{error}");
        assert!(!folder.path().join("crates/things-mock").exists());
    }
}
