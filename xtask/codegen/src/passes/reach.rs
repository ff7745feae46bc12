//! The models that requests and responses use.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Ident, Path};

use crate::syntax::{client_methods, models_of, name_of};

/// The names of the models in the arguments of the client's methods, and of all models in these.
pub(super) fn sent(file: &syn::File) -> BTreeSet<Ident> {
    let mut used = PathNames::default();
    client_methods(file).flat_map(|method| &method.sig.inputs).for_each(|input| used.visit_fn_arg(input));
    reached(file, used)
}

/// The names of the models in the return types of the client's methods, and of all models in these.
pub(super) fn received(file: &syn::File) -> BTreeSet<Ident> {
    let mut used = PathNames::default();
    client_methods(file).for_each(|method| used.visit_return_type(&method.sig.output));
    reached(file, used)
}

fn reached(file: &syn::File, used: PathNames) -> BTreeSet<Ident> {
    let models: BTreeMap<_, _> = models_of(file).filter_map(|item| Some((name_of(item)?, item))).collect();
    let mut pending = used.0;
    let mut reached = BTreeSet::new();
    while let Some(name) = pending.pop_last() {
        if let Some(item) = models.get(&name)
            && reached.insert(name)
        {
            let mut names = PathNames::default();
            names.visit_item(item);
            pending.extend(names.0);
        }
    }
    reached
}

/// The last segment of every visited path.
#[derive(Default)]
struct PathNames(BTreeSet<Ident>);

impl<'a> Visit<'a> for PathNames {
    fn visit_path(&mut self, path: &'a Path) {
        self.0.extend(path.segments.last().map(|segment| segment.ident.clone()));
        visit::visit_path(self, path);
    }
}
