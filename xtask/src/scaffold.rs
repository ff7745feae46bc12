//! `cargo xtask sdk new`: makes the crates and the folder of a new SDK.
//!
//! The templates in `xtask/templates/` contain the initial files of every SDK: its `sdk.toml`, and its api, mock and
//! SDK crates. Until its first import, which sets the current revision, the SDK has no operations. So the workspace
//! builds at every step. Generated files are overwritten from then on; the other files are edited by hand.
//!
//! What generated clients share at run time is in `api-runtime`, and what SDK crates share is in `cloudflare-client`.

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
use xtask_document::naming::pascal;
use xtask_import::Slice;

/// What the crates of a new SDK begin with.
const FIRST_VERSION: &str = "0.1.0";

/// An SDK that is to be made.
pub struct Scaffold {
    name: String,
    title: String,
    description: String,
    slice: Slice,
    /// Whether it has an SDK crate, or the low-level client and the mocks only.
    has_sdk: bool,
}

impl Scaffold {
    /// An SDK with a name, of which the names of its folder and its crates are made; title and description are made of
    /// the name unless given.
    ///
    /// # Errors
    ///
    /// If the name is not of lower-case words with hyphens between them.
    pub fn new(name: &str, title: Option<String>, description: Option<String>, slice: Slice) -> Result<Self> {
        let is_word = |word: &str| {
            word.starts_with(|first: char| first.is_ascii_lowercase())
                && word.chars().all(|char| char.is_ascii_lowercase() || char.is_ascii_digit())
        };
        ensure!(
            name.split('-').all(is_word),
            "{name:?} is no name for an SDK; it is lower-case words with hyphens between them, such as risk-scoring"
        );
        let title = title.unwrap_or_else(|| name.split('-').map(pascal).collect::<Vec<_>>().join(" "));
        let description = description.unwrap_or_else(|| format!("{title}."));
        Ok(Self { name: name.to_owned(), title, description, slice, has_sdk: true })
    }

    /// The same without an SDK crate: the low-level client and the mocks only.
    pub fn without_sdk(self) -> Self {
        Self { has_sdk: false, ..self }
    }

    fn packages(&self) -> Packages {
        let Self { name, has_sdk, .. } = self;
        Packages { api: format!("{name}-api"), mock: format!("{name}-mock"), sdk: has_sdk.then(|| name.clone()) }
    }

    /// Makes the folder, the crates, their place in the workspace, and the generated code: all of it, or nothing. The
    /// result is what was written, relative to the workspace.
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
        if root.join("spec").exists() {
            workspace.sdks().context("the existing SDKs must be valid first")?;
        }
        let root_manifest = Path::new("Cargo.toml");
        let before = fs::read_to_string(root.join(root_manifest)).context("cannot read Cargo.toml")?;
        let mut files = vec![(spec.join("sdk.toml"), self.manifest(&packages))];
        files.extend(crate_files(&self.title, &packages, FIRST_VERSION));
        files.push((root_manifest.to_owned(), with_dependencies(&before, packages.all())?));

        let written = self.write_all(workspace, process, files);
        if written.is_err() {
            // What failed is the better error than what is left of it.
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

/// The hand-written files that the crates of an SDK begin with. Those of the low-level client stay as they are.
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

/// A template with every `{{place}}` filled in. What is filled in is not a template.
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

/// A string as TOML writes it.
fn text(string: &str) -> String {
    Value::from(string).to_string()
}

/// The workspace's manifest with packages among its dependencies, so that others can name them. They follow the first
/// dependencies that have a path.
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
    fn a_name_is_of_lower_case_words() {
        let new = |name: &str| Scaffold::new(name, None, None, Slice::default());
        for name in ["things", "access-groups", "d1", "a-b2-c"] {
            new(name).unwrap();
        }
        for name in ["", "Things", "-things", "things-", "a--b", "1st", "a_b", "../things", "a b", "dinge\u{301}"] {
            assert!(new(name).err().unwrap().to_string().contains("is no name"), "{name}");
        }
        assert_eq!(new("access-groups").unwrap().title, "Access Groups");
    }

    #[test]
    fn what_a_title_holds_stays_a_title() {
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
    fn the_client_of_this_checkout_is_as_a_new_one() {
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
    fn others_can_name_the_new_packages() {
        let manifest = "[workspace.dependencies]\n# The first.\na = { path = \"crates/a\" }\n\n# Another.\nb = \"1\"\n";
        let text = with_dependencies(manifest, ["things-api"]).unwrap();
        let expected = "[workspace.dependencies]\n# The first.\na = { path = \"crates/a\" }\nthings-api = { path = \"crates/things-api\" }\n\n# Another.\nb = \"1\"\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_name_that_is_a_dependencys_is_rejected() {
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
    fn what_cannot_be_made_leaves_nothing() {
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
        assert!(error.contains("must be valid first") && error.contains("spec/empty"), "{error}");
        assert!(!folder.path().join("crates/things-mock").exists());
    }
}
