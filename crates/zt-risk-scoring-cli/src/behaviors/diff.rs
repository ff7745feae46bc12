//! `zt-risk behaviors diff`.

use std::path::Path;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;
use zt_risk_scoring::{AccountId, Behavior, BehaviorDifference, BehaviorId, BehaviorMap, BehaviorSettings, Plan};

use crate::changes::{self, PlanOptions, Settings};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::fleet::{self, Readings};
use crate::records::{Cell, Column, Record};
use crate::session::Session;
use crate::terminal::print_message;
use crate::text;

#[derive(Args)]
#[command(after_help = "\
Examples:
  zt-risk behaviors diff desired.toml --simulate
  zt-risk behaviors diff 023e105f4ecef8ad9ca31a8372d0c353 --accounts-file accounts.csv --simulate

The exit status is 3 if something differs. Behaviors that the file does not list are no difference, unless its `others` covers them.")]
pub(crate) struct DiffArguments {
    /// File that says what the behaviors are to be, or the id of another account
    #[arg(value_name = "FILE|ACCOUNT")]
    other: String,
}

/// A behavior that differs.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct DifferenceRecord {
    /// The behavior's id.
    id: String,
    /// How it differs.
    difference: Difference,
    /// What differs, in words: from the account to the other.
    change: String,
    /// The settings in the account.
    account: Option<Settings>,
    /// The settings in the file or in the other account.
    other: Option<Settings>,
}

/// How a behavior differs.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Difference {
    /// Both have it, with other values.
    Changed,
    /// The file or the other account does not have it.
    OnlyInAccount,
    /// The account does not have it.
    OnlyInOther,
}

impl Difference {
    fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::OnlyInAccount => "only in account",
            Self::OnlyInOther => "only in other",
        }
    }
}

impl Record for DifferenceRecord {
    const COLUMNS: &'static [Column] =
        &[Column::new("id", "ID"), Column::new("difference", "DIFFERENCE"), Column::new("change", "CHANGE")];

    fn cells(&self) -> Vec<Cell> {
        vec![self.id.as_str().into(), self.difference.as_str().into(), self.change.as_str().into()]
    }
}

impl DifferenceRecord {
    fn between((id, difference): (&BehaviorId, &BehaviorDifference)) -> Self {
        let settings = |behavior: Option<&Behavior>| behavior.map(BehaviorSettings::from).as_ref().map(Settings::from);
        Self {
            id: id.to_string(),
            difference: match difference {
                BehaviorDifference::Added(_) => Difference::OnlyInOther,
                BehaviorDifference::Removed(_) => Difference::OnlyInAccount,
                _ => Difference::Changed,
            },
            change: difference.to_string(),
            account: settings(difference.before()),
            other: settings(difference.after()),
        }
    }

    fn of_plan(plan: &Plan) -> Vec<Self> {
        let changed = plan.changes().iter().map(|(id, change)| Self {
            id: id.to_string(),
            difference: Difference::Changed,
            change: change.to_string(),
            account: Some((&change.before).into()),
            other: Some((&change.after).into()),
        });
        let missing = plan.missing().iter().map(|id| Self {
            id: id.to_string(),
            difference: Difference::OnlyInOther,
            change: "the account does not have it".to_owned(),
            account: None,
            other: None,
        });
        changed.chain(missing).collect()
    }
}

pub(super) async fn run(arguments: &DiffArguments, session: &Session) -> Result<ExitStatus, Failure> {
    match AccountId::new(&arguments.other) {
        Ok(other) => print(session, with_account(session, &other).await?),
        Err(_) if is_like_account_id(&arguments.other) => Err(Failure::usage(
            format!("there is no file {}, and an account id has 32 hexadecimal digits", arguments.other),
            format!("correct the account id, which has {}", text::count(arguments.other.len(), "digit")),
        )),
        Err(_) => print(session, with_file(session, Path::new(&arguments.other)).await?),
    }
}

/// Whether a text is an account id with too few or too many digits, and not the name of a file.
fn is_like_account_id(text: &str) -> bool {
    let is_hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hexadecimal && (20..=40).contains(&text.len()) && !Path::new(text).exists()
}

async fn with_file<'a>(session: &'a Session, path: &Path) -> Result<Readings<'a, Vec<DifferenceRecord>>, Failure> {
    session.check_file(path)?;
    let desired = changes::read_desired_state(path)?;
    let options = PlanOptions { allow_missing: true, allow_unknown_levels: true };
    let plans = changes::plan(session, &desired, options).await?;
    plans.and_then(|_, plan| Ok(DifferenceRecord::of_plan(plan.plan())))
}

async fn with_account<'a>(
    session: &'a Session,
    other: &AccountId,
) -> Result<Readings<'a, Vec<DifferenceRecord>>, Failure> {
    let account = session.account(other)?;
    let other: BehaviorMap = session.client_of(&account).behaviors().get().account_id(other).await?;
    let readings = fleet::read(session, "reading behaviors", |client| client.behaviors().get()).await?;
    readings.and_then(|_, behaviors| Ok(behaviors.diff(&other).iter().map(DifferenceRecord::between).collect()))
}

fn print(session: &Session, readings: Readings<'_, Vec<DifferenceRecord>>) -> Result<ExitStatus, Failure> {
    let mut differences = 0_usize;
    let status = readings.print(&session.printer, |_, records| {
        differences = differences.saturating_add(records.len());
        records
    })?;
    print_message(&match differences {
        0 => "no differences".to_owned(),
        differences => text::count(differences, "difference"),
    });
    Ok(ExitStatus::worst([status, ExitStatus::findings(differences > 0)]))
}
