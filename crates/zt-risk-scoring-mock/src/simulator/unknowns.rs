//! A switch for everything that is not known about the API.

use serde::{Deserialize, Serialize};

use super::Simulator;

/// Defines a switch: an enum, its default, and the list of its values.
macro_rules! switch {
    (
        $(#[$attribute:meta])*
        $name:ident { $(#[$first_attribute:meta])* $first:ident, $($(#[$value_attribute:meta])* $value:ident),+ $(,)? }
    ) => {
        $(#[$attribute])*
        ///
        /// ```
        #[doc = concat!("use zt_risk_scoring_mock::simulator::", stringify!($name), ";")]
        ///
        #[doc = concat!("assert_eq!(", stringify!($name), "::ALL[0], ", stringify!($name), "::default());")]
        #[doc = concat!("assert_eq!(", stringify!($name), "::default(), ", stringify!($name), "::", stringify!($first), ");")]
        /// ```
        #[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $name {
            $(#[$first_attribute])*
            #[default]
            $first,
            $($(#[$value_attribute])* $value),+
        }

        impl $name {
            /// Every value, the default first.
            pub const ALL: &[Self] = &[Self::$first, $(Self::$value),+];
        }
    };
}

switch! {
    /// What a PUT of behaviors does to those that its body omits.
    OmittedBehaviors {
        /// They keep their values.
        Kept,
        /// They are disabled, with the level that they had at first.
        Reset,
    }
}

switch! {
    /// What a PUT of behaviors does if its body has an id that the account does not have.
    UnknownBehaviors {
        /// The request fails with 400 and changes nothing.
        Rejected,
        /// The id is ignored; the other ids are changed.
        Ignored,
        /// The account gets a behavior with that id.
        Created,
    }
}

switch! {
    /// What a PUT of behaviors does if its body has a level other than `low`, `medium` and `high`. A level that the
    /// account already has is always accepted.
    UnknownLevels {
        /// The request fails with 400 and changes nothing.
        Rejected,
        /// The level is stored.
        Accepted,
    }
}

switch! {
    /// What a PUT of behaviors does if they are changed while it runs, by another PUT or by an edit of the test. A PUT
    /// runs from when its body is received until it is carried out; a [`Fault`](super::Fault) can delay that.
    ConcurrentUpdates {
        /// Each PUT changes the ids of its own body. The last one wins where both have an id.
        Merged,
        /// Each PUT stores all behaviors as they were when it began, with its own changes. Other changes are lost.
        LastWins,
        /// The PUT that is carried out second fails with 409.
        Rejected,
    }
}

switch! {
    /// What the response to a PUT of behaviors contains.
    UpdateResponse {
        /// `enabled` and `risk_level`, as documented.
        Documented,
        /// `name` and `description` as well, as has been seen.
        WithNames,
    }
}

switch! {
    /// What an update of an integration does if its body omits `reference_id`.
    OmittedReferenceId {
        /// The integration keeps its reference id.
        Kept,
        /// The integration has no reference id any more.
        Cleared,
    }
}

switch! {
    /// What happens if a second integration would get the reference id of another one.
    DuplicateReferenceIds {
        /// The request fails with 409.
        Rejected,
        /// Both have it. A lookup returns the older one.
        Allowed,
    }
}

switch! {
    /// How the API writes a URL in an integration.
    UrlForm {
        /// With scheme and host.
        Absolute,
        /// Without the scheme, or without scheme and host.
        Relative,
    }
}

switch! {
    /// The result of an operation that has none: `DELETE` and reset.
    EmptyResult {
        /// `null`.
        Null,
        /// An empty object.
        Object,
    }
}

/// How the simulator does what is not known about the API.
///
/// The default is what is documented or assumed. Where nothing is, it is the value that a comment says. A service is
/// safe if its tests pass under every value, so tests should try them all: each switch has a constant `ALL`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use zt_risk_scoring_mock::simulator::{OmittedBehaviors, Simulator, Unknowns};
///
/// let simulator = Simulator::start().await;
/// for omitted_behaviors in OmittedBehaviors::ALL {
///     let mut unknowns = Unknowns::default();
///     unknowns.omitted_behaviors = *omitted_behaviors;
///     simulator.set_unknowns(unknowns);
///     // The test of the service.
/// }
/// assert_eq!(simulator.unknowns().omitted_behaviors, OmittedBehaviors::Reset);
/// # }
/// ```
///
/// A file can have them as well: the values are written in snake case, and a missing one is the default.
///
/// ```
/// # use zt_risk_scoring_mock::simulator::{ConcurrentUpdates, Unknowns};
/// let unknowns: Unknowns = serde_json::from_str(r#"{"concurrent_updates": "last_wins"}"#)?;
/// assert_eq!(unknowns.concurrent_updates, ConcurrentUpdates::LastWins);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Unknowns {
    /// What a PUT of behaviors does to those that its body omits. It is assumed that they keep their values.
    pub omitted_behaviors: OmittedBehaviors,
    /// What a PUT of behaviors does with an unknown id. Rejecting it is the arbitrary default.
    pub unknown_behaviors: UnknownBehaviors,
    /// What a PUT of behaviors does with an unknown level. The document lists the levels, so the default rejects others.
    pub unknown_levels: UnknownLevels,
    /// What concurrent PUTs of behaviors do. The default follows from omitted behaviors keeping their values.
    pub concurrent_updates: ConcurrentUpdates,
    /// What the response to a PUT of behaviors contains.
    pub update_response: UpdateResponse,
    /// What an update does to a reference id that its body omits. Keeping it is the arbitrary default.
    pub omitted_reference_id: OmittedReferenceId,
    /// Whether two integrations can have one reference id. The API looks integrations up by it, so the default is no.
    pub duplicate_reference_ids: DuplicateReferenceIds,
    /// How `tenant_url` is written in responses. Absolute is how it is sent.
    pub tenant_url: UrlForm,
    /// How `well_known_url` is written. It is documented as relative, and has been seen absolute.
    pub well_known_url: UrlForm,
    /// The result of operations that have none. Both values are documented.
    pub empty_result: EmptyResult,
    /// Whether accounts have the five behaviors whose ids are not known, under made-up ids. It applies to accounts
    /// whose behaviors were not changed. The default is `false`.
    pub unlisted_behaviors: bool,
}

impl Simulator {
    /// Sets how the simulator does what is not known about the API. It applies to requests that are carried out from
    /// now on.
    pub fn set_unknowns(&self, unknowns: Unknowns) {
        self.state().set_unknowns(unknowns);
    }

    /// How the simulator does what is not known about the API.
    pub fn unknowns(&self) -> Unknowns {
        self.state().unknowns
    }
}
