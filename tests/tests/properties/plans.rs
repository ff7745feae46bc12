//! Plans that are applied while requests fail and others write, under every assumption about the API.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use zt_risk_scoring::{
    ApplyErrorKind, BehaviorChange, BehaviorMap, Client, Credentials, DesiredState, OtherBehaviors, Plan, RiskLevel,
};
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::operations::{GET_BEHAVIORS, UPDATE_BEHAVIORS};
use zt_risk_scoring_mock::simulator::{
    ConcurrentUpdates, Fault, OmittedBehaviors, Response, UnknownBehaviors, UnknownLevels, Unknowns, UpdateResponse,
};

use crate::strategies::behavior;

const IDS: [&str; 4] = ["a", "b", "c", "d/ü"];

/// What goes wrong with one request.
#[derive(Clone, Debug)]
struct Failure {
    is_write: bool,
    /// How many requests pass before.
    skip: u64,
    effect: Effect,
}

#[derive(Clone, Copy, Debug)]
enum Effect {
    /// The connection is reset before or after the operation is carried out.
    Reset { is_carried_out: bool },
    /// A response of a status, before or after the operation is carried out.
    Status { status: u16, is_carried_out: bool },
    /// The body is cut off.
    Truncated,
    /// Another writer changes a behavior, before or after the operation is carried out.
    Writer { id: &'static str, enabled: bool, level: &'static str, is_carried_out: bool },
}

impl Effect {
    fn is_writer(self) -> bool {
        matches!(self, Self::Writer { .. })
    }
}

impl Failure {
    fn fault(&self) -> Fault {
        let (fault, is_carried_out) = match self.effect {
            Effect::Reset { is_carried_out } => (Fault::reset(), is_carried_out),
            Effect::Status { status, is_carried_out } => (Fault::respond(Response::of_status(status)), is_carried_out),
            Effect::Truncated => (Fault::truncate(10), true),
            Effect::Writer { id, enabled, level, is_carried_out } => {
                let writer = Fault::writer(move |account| {
                    if let Some(behavior) = account.behaviors_mut().get_mut(id) {
                        behavior.enabled = enabled;
                        behavior.risk_level = level.to_owned();
                    }
                });
                (writer, is_carried_out)
            }
        };
        let fault = if is_carried_out { fault.after_operation() } else { fault };
        fault.on(if self.is_write { UPDATE_BEHAVIORS } else { GET_BEHAVIORS }).skip(self.skip).once()
    }
}

fn failure() -> impl Strategy<Value = Failure> {
    let status = select(vec![400, 403, 409, 429, 500, 503, 520]);
    let level = select(vec!["low", "high", "critical"]);
    let effect = prop_oneof![
        any::<bool>().prop_map(|is_carried_out| Effect::Reset { is_carried_out }),
        (status, any::<bool>()).prop_map(|(status, is_carried_out)| Effect::Status { status, is_carried_out }),
        Just(Effect::Truncated),
        (select(IDS.to_vec()), any::<bool>(), level, any::<bool>())
            .prop_map(|(id, enabled, level, is_carried_out)| { Effect::Writer { id, enabled, level, is_carried_out } }),
    ];
    (any::<bool>(), 0..4_u64, effect).prop_map(|(is_write, skip, effect)| Failure { is_write, skip, effect })
}

fn unknowns() -> impl Strategy<Value = Unknowns> {
    let switches = (
        select(OmittedBehaviors::ALL),
        select(UnknownBehaviors::ALL),
        select(UnknownLevels::ALL),
        select(ConcurrentUpdates::ALL),
        select(UpdateResponse::ALL),
    );
    switches.prop_map(|(omitted, ids, levels, concurrent, response)| {
        let mut unknowns = Unknowns::default();
        unknowns.omitted_behaviors = omitted;
        unknowns.unknown_behaviors = ids;
        unknowns.unknown_levels = levels;
        unknowns.concurrent_updates = concurrent;
        unknowns.update_response = response;
        unknowns
    })
}

fn start() -> impl Strategy<Value = BehaviorMap> {
    vec(behavior(), IDS.len()).prop_map(|behaviors| IDS.into_iter().zip(behaviors).collect())
}

fn desired() -> impl Strategy<Value = DesiredState> {
    let level = proptest::option::of(select(RiskLevel::KNOWN.to_vec()));
    let change = (proptest::option::of(any::<bool>()), level).prop_map(|(enabled, risk_level)| {
        let mut change = BehaviorChange::default();
        change.enabled = enabled;
        change.risk_level = risk_level;
        change
    });
    let others = select(vec![OtherBehaviors::Leave, OtherBehaviors::Disable, OtherBehaviors::Enable]);
    (btree_map(select(IDS.to_vec()), change, 0..=4), others)
        .prop_map(|(changes, others)| DesiredState::new(changes.into_iter().collect()).others(others))
}

fn client(simulator: &Simulator) -> Client {
    Client::builder()
        .credentials(Credentials::api_token(simulator.api_token()).unwrap())
        .account_id(simulator.account_id())
        .base_url(simulator.base_url())
        .build()
        .unwrap()
}

/// An account in a simulator, and a client of it.
struct Account {
    simulator: Simulator,
    client: Client,
}

impl Account {
    async fn new(start: &BehaviorMap, unknowns: Unknowns) -> Self {
        let simulator = Simulator::start().await;
        simulator.set_behaviors(start).unwrap();
        simulator.set_unknowns(unknowns);
        Self { client: client(&simulator), simulator }
    }

    fn behaviors(&self) -> BehaviorMap {
        let account = self.simulator.account(self.simulator.account_id()).unwrap();
        serde_json::from_value(serde_json::to_value(account.behaviors()).unwrap()).unwrap()
    }

    /// The bodies of the PUTs so far.
    fn writes(&self) -> Vec<BTreeMap<String, BehaviorChange>> {
        let requests = self.simulator.requests();
        let writes = requests.iter().filter(|request| request.method() == "PUT");
        writes.map(|request| serde_json::from_value(request.json().unwrap()["behaviors"].clone()).unwrap()).collect()
    }

    /// Plans and applies until nothing changes. Nobody else writes meanwhile, and no request fails.
    async fn converge(&self, desired: &DesiredState) {
        for _ in 0..3 {
            let plan = self.client.behaviors().plan(desired).await.unwrap();
            if plan.is_empty() {
                return;
            }
            // It fails if the PUT changed behaviors that are not managed, and says so.
            let _ = self.client.behaviors().apply(&plan).await;
        }
        panic!("{:?} is not reached: {}", desired, self.behaviors());
    }
}

/// Checks the PUTs of one plan: what is written is what the plan covers, as it means it to be. The first one has only changes.
fn check_writes(plan: &Plan, writes: &[BTreeMap<String, BehaviorChange>]) {
    let covered: BTreeSet<_> = plan.changes().keys().chain(plan.unchanged()).map(|id| id.as_str()).collect();
    let meant = plan.meant();
    for (number, write) in writes.iter().enumerate() {
        assert!(!write.is_empty());
        for (id, change) in write {
            assert!(covered.contains(id.as_str()), "{id} is not covered by {plan}");
            assert!(number > 0 || plan.changes().contains_key(id.as_str()), "{id} does not change: {plan}");
            assert_eq!(change.settings_after(meant.get(id).unwrap()), *meant.get(id).unwrap());
            assert!(change.enabled.is_some() && change.risk_level.is_some());
        }
    }
}

async fn apply_with_failures(start: &BehaviorMap, desired: &DesiredState, unknowns: Unknowns, failures: &[Failure]) {
    let account = Account::new(start, unknowns).await;
    for failure in failures {
        account.simulator.inject(failure.fault());
    }
    let is_alone = !failures.iter().any(|failure| failure.effect.is_writer());
    if let Ok(plan) = account.client.behaviors().plan(desired).await {
        match account.client.behaviors().apply(&plan).await {
            Ok(applied) => {
                assert_eq!(applied.has_written(), !account.writes().is_empty());
                let after = applied.record().after.clone();
                assert!(plan.is_empty() || covered(&plan, after.as_ref().unwrap()) == covered(&plan, &plan.meant()));
                assert!(!is_alone || plan.is_empty() || after == Some(account.behaviors()));
            }
            Err(error) => {
                assert!(error.may_have_written() || account.writes().is_empty(), "{error}");
                let is_unwritten = matches!(error.kind(), ApplyErrorKind::Read | ApplyErrorKind::TooOld);
                assert!(!is_unwritten || !error.may_have_written(), "{error}");
                assert_eq!(error.rollback().is_some(), error.may_have_written());
                assert!(!is_alone || error.may_have_written() || account.behaviors() == *start, "{error}");
            }
        }
        check_writes(&plan, &account.writes());
    }
    account.simulator.clear_faults();
    // The gate of the client may still be closed after a 429.
    Account { client: client(&account.simulator), ..account }.converge(desired).await;
}

/// The behaviors that a plan covers.
fn covered(plan: &Plan, behaviors: &BehaviorMap) -> BehaviorMap {
    let is_covered = |id: &str| plan.unmanaged().iter().all(|unmanaged| unmanaged.as_str() != id);
    behaviors.clone().into_iter().filter(|(id, _)| is_covered(id.as_str())).collect()
}

/// Applies a plan, interrupts it at a request, and applies it again.
async fn interrupted(
    start: &BehaviorMap,
    plan: &Plan,
    desired: &DesiredState,
    unknowns: Unknowns,
    at: (u64, bool),
) -> BehaviorMap {
    let account = Account::new(start, unknowns).await;
    // The plan was made for the same account in another simulator.
    let saved = serde_json::to_string(plan).unwrap().replace(&plan.target().base_url, &account.simulator.base_url());
    let plan: Plan = serde_json::from_str(&saved).unwrap();
    let (skip, is_carried_out) = at;
    let hang = Fault::delay(Duration::from_secs(3600)).skip(skip).once();
    account.simulator.inject(if is_carried_out { hang.after_operation() } else { hang });
    // Less than the timeout of a call, which would try again.
    let apply = account.client.behaviors().apply(&plan).into_future();
    let _ = tokio::time::timeout(Duration::from_secs(5), apply).await;
    account.simulator.clear_faults();
    if let Err(error) = account.client.behaviors().apply(&plan).await {
        assert!(matches!(error.kind(), ApplyErrorKind::Outdated | ApplyErrorKind::Mismatch), "{error}");
    }
    // If a PUT resets what it omits, what the desired state does not name is lost with the interrupted run.
    account.converge(desired).await;
    account.behaviors()
}

fn run(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.unwrap().block_on(future);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn plan_is_applied_or_fails_with_an_error_and_ends_in_the_desired_state_when_others_stop(
        start in start(),
        desired in desired(),
        unknowns in unknowns(),
        failures in vec(failure(), 0..4),
    ) {
        run(apply_with_failures(&start, &desired, unknowns, &failures));
    }

    #[test]
    fn interrupted_plan_that_is_applied_again_ends_in_the_same_state(
        start in start(),
        desired in desired(),
        unknowns in unknowns(),
        at in (0..5_u64, any::<bool>()),
    ) {
        run(async {
            let account = Account::new(&start, unknowns).await;
            let plan = account.client.behaviors().plan(&desired).await.unwrap();
            let _ = account.client.behaviors().apply(&plan).await;
            let expected = account.behaviors();
            let end = interrupted(&start, &plan, &desired, unknowns, at).await;
            if unknowns.omitted_behaviors == OmittedBehaviors::Kept {
                assert_eq!(end, expected);
            }
        });
    }
}
