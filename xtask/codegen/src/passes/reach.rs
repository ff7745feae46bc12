//! The models that requests and responses use.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{FnArg, Ident, Path, ReturnType, Signature};

use super::{client_methods, models_of, name_of};

/// The direction in which models are used.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Direction {
    /// In bodies and parameters: the arguments of the client's methods.
    Request,
    /// In successes: the return types of the methods.
    Response,
}

/// The names of all models in one direction, and of the models in them.
pub(super) fn reached(file: &syn::File, direction: Direction) -> BTreeSet<Ident> {
    let models: BTreeMap<_, _> = models_of(file).filter_map(|item| Some((name_of(item)?, item))).collect();
    let mut used = PathNames::default();
    client_methods(file).for_each(|method| used.visit_direction(&method.sig, direction));
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

impl PathNames {
    fn visit_direction(&mut self, signature: &Signature, direction: Direction) {
        match (direction, &signature.output) {
            (Direction::Request, _) => {
                let typed = signature.inputs.iter().filter(|input| matches!(input, FnArg::Typed(_)));
                typed.for_each(|input| self.visit_fn_arg(input));
            }
            (Direction::Response, ReturnType::Type(_, of)) => self.visit_type(of),
            (Direction::Response, ReturnType::Default) => {}
        }
    }
}

impl<'a> Visit<'a> for PathNames {
    fn visit_path(&mut self, path: &'a Path) {
        self.0.extend(path.segments.last().map(|segment| segment.ident.clone()));
        visit::visit_path(self, path);
    }
}
