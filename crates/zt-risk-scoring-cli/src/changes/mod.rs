//! Changes of behaviors: what a file asks for, plans, their review, and how they are applied and recorded.

mod apply;
mod outcome;
mod plans;
mod record;
mod review;
mod saved;
mod source;

#[cfg(test)]
pub(crate) use outcome::AppliedRecord;
#[cfg(test)]
pub(crate) use plans::PlannedChange;

pub(crate) use apply::{ApplyOptions, apply, is_same_file};
pub(crate) use plans::{Notes, PlanOptions, Settings, plan, print_plans};
pub(crate) use saved::{SavedPlans, save};
pub(crate) use source::{Source, check_levels, read_desired_state, read_rollbacks, read_source};
