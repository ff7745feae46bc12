//! Plans of one account or of many, and how they are printed.

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;
use zt_risk_scoring::{BehaviorId, BehaviorSettings, DesiredState, FleetPlan, Plan, PlanBehaviors, SettingsChange};

use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::fleet::{self, PendingReadings, Readings};
use crate::records::{Cell, Column, Record};
use crate::session::{Account, Session};
use crate::terminal::{Progress, print_message};
use crate::text;

/// What a plan may ignore.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct PlanOptions {
    /// Skip behaviors that an account does not have
    #[arg(long)]
    pub(crate) allow_missing: bool,

    /// Allow levels that this version does not know
    #[arg(long)]
    pub(crate) allow_unknown_levels: bool,
}

impl PlanOptions {
    fn configure(self, mut request: PlanBehaviors) -> PlanBehaviors {
        if self.allow_missing {
            request = request.allow_missing();
        }
        if self.allow_unknown_levels {
            request = request.allow_unknown_levels();
        }
        request
    }
}

/// Plans how the behaviors of every account become as they are desired. It reads them, and writes nothing.
///
/// # Errors
///
/// If there is one account, and no plan can be made for it.
pub(crate) async fn plan<'a>(
    session: &'a Session,
    desired: &DesiredState,
    options: PlanOptions,
) -> Result<Readings<'a, FleetPlan>, Failure> {
    let accounts = session.accounts()?;
    if let [account] = accounts {
        let request = session.client_of(account).behaviors().plan(desired).account_id(&account.id);
        let plan = options.configure(request).await?;
        return Ok(Readings(vec![(account, Ok(account.fleet_plan(plan)))]));
    }
    let progress = Progress::new("planning", accounts.len());
    let fleet = accounts.iter().map(Account::to_fleet);
    let behaviors = session.client.behaviors();
    let plans = behaviors.plan_many(fleet, desired).concurrency(session.concurrency());
    let mut plans = plans.each(move |request| options.configure(request));
    let mut readings = PendingReadings::new(accounts);
    while let Some((id, plan)) = fleet::next(&mut plans).await {
        progress.advance();
        readings.set(id, plan.map_err(Failure::from));
    }
    Ok(readings.into_readings())
}

/// The settings of a behavior.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Settings {
    /// Whether the behavior raises the risk scores of users.
    enabled: bool,
    /// The risk level of users who set it off.
    risk_level: String,
}

impl From<&BehaviorSettings> for Settings {
    fn from(settings: &BehaviorSettings) -> Self {
        Self { enabled: settings.enabled, risk_level: settings.risk_level.to_string() }
    }
}

/// A change that a plan makes.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct PlannedChange {
    /// The behavior's id.
    id: String,
    /// The behavior's name.
    name: String,
    /// What changes, in words.
    change: String,
    /// The settings now.
    before: Settings,
    /// The settings after the plan is applied.
    after: Settings,
}

impl Record for PlannedChange {
    const COLUMNS: &'static [Column] = &[
        Column::new("id", "ID"),
        Column::new("change", "CHANGE"),
        Column::new("name", "NAME"),
        Column::only_csv("enabled_before"),
        Column::only_csv("risk_level_before"),
        Column::only_csv("enabled_after"),
        Column::only_csv("risk_level_after"),
    ];

    fn cells(&self) -> Vec<Cell> {
        let settings = |settings: &Settings| [Cell::yes_or_no(settings.enabled), settings.risk_level.as_str().into()];
        let texts = [&self.id, &self.change, &self.name].map(|text| Cell::from(text.as_str()));
        texts.into_iter().chain(settings(&self.before)).chain(settings(&self.after)).collect()
    }
}

pub(super) fn planned_changes(plan: &Plan) -> Vec<PlannedChange> {
    let change = |(id, change): (&BehaviorId, &SettingsChange)| PlannedChange {
        id: id.to_string(),
        name: plan.seen().get(id).map(|behavior| behavior.name.clone()).unwrap_or_default(),
        change: change.to_string(),
        before: (&change.before).into(),
        after: (&change.after).into(),
    };
    plan.changes().iter().map(change).collect()
}

/// What is printed beside the changes of a plan.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Notes {
    /// What is skipped, and warnings.
    Important,
    /// Also what stays as it is.
    All,
}

/// Prints plans as the result of a command: the changes to standard output, and everything else that a reader should know to
/// standard error. The exit status says whether something changes.
///
/// # Errors
///
/// If standard output cannot be written.
pub(crate) fn print_plans(
    session: &Session,
    plans: Readings<'_, FleetPlan>,
    notes: Notes,
) -> Result<ExitStatus, Failure> {
    let mut changes = 0_usize;
    let status = plans.print(&session.printer, |account, plan| {
        let plan = plan.plan();
        for note in notes.of(plan) {
            print_message(&format!("account {}: {note}", account.id));
        }
        changes = changes.saturating_add(plan.changes().len());
        planned_changes(plan)
    })?;
    print_message(&match changes {
        0 => "no changes".to_owned(),
        changes => text::count(changes, "change"),
    });
    Ok(ExitStatus::worst([status, ExitStatus::findings(changes > 0)]))
}

impl Notes {
    fn of(self, plan: &Plan) -> Vec<String> {
        let list = |title: &str, ids: &[BehaviorId]| {
            let ids: Vec<_> = ids.iter().map(|id| text::printable(id.as_str())).collect();
            (!ids.is_empty()).then(|| format!("{title}: {}", ids.join(", ")))
        };
        let stays = [list("already so", plan.unchanged()), list("unmanaged, and left as they are", plan.unmanaged())];
        let stays = stays.into_iter().filter(|_| self == Self::All).flatten();
        let missing = list("not in the account, and skipped", plan.missing());
        let warnings = plan.warnings().into_iter().map(|warning| format!("warning: {warning}"));
        stays.chain(missing).chain(warnings).collect()
    }
}
