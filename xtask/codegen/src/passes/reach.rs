//! Which models requests and responses consist of.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{FnArg, Ident, ImplItem, Item, Path, ReturnType, Signature};

use super::{implementor, models_of, name_of};

/// Where models are used.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Direction {
    /// In bodies and parameters: the arguments of the client's methods.
    Request,
    /// In successes: what the methods return.
    Response,
}

/// The names of all models in one direction, and of the models in them.
pub(super) fn reached(file: &syn::File, direction: Direction) -> BTreeSet<Ident> {
    let models: BTreeMap<_, _> = models_of(file).filter_map(|item| Some((name_of(item)?, item))).collect();
    let mut pending = of_methods(file, direction);
    let mut reached = BTreeSet::new();
    while let Some(name) = pending.pop_last() {
        if let Some(item) = models.get(&name)
            && reached.insert(name)
        {
            let mut named = Mentioned::default();
            named.visit_item(item);
            pending.extend(named.0);
        }
    }
    reached
}

fn of_methods(file: &syn::File, direction: Direction) -> BTreeSet<Ident> {
    let mut names = Mentioned::default();
    for item in &file.items {
        let Item::Impl(block) = item else { continue };
        if block.trait_.is_some() || implementor(block).is_none_or(|name| name != "Client") {
            continue;
        }
        for item in &block.items {
            if let ImplItem::Fn(function) = item {
                names.visit_direction(&function.sig, direction);
            }
        }
    }
    names.0
}

/// The last segment of every path of a type.
#[derive(Default)]
struct Mentioned(BTreeSet<Ident>);

impl Mentioned {
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

impl<'a> Visit<'a> for Mentioned {
    fn visit_path(&mut self, path: &'a Path) {
        self.0.extend(path.segments.last().map(|segment| segment.ident.clone()));
        visit::visit_path(self, path);
    }
}
