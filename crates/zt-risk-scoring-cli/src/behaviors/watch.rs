//! `zt-risk behaviors watch`.

use std::io::Write;
use std::ops::ControlFlow;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};
use schemars::JsonSchema;
use serde::Serialize;
use zt_risk_scoring::{
    Behavior, BehaviorDifference, BehaviorId, BehaviorSettings, BehaviorsEvent, Error, ErrorKind, WatchBehaviors,
};

use crate::changes::Settings;
use crate::exit_status::ExitStatus;
use crate::failure::{ErrorRecord, Failure};
use crate::options::seconds;
use crate::records::{Cell, Column, Record, RowStream};
use crate::session::{Account, Session};
use crate::terminal::{CtrlC, ctrl_c, print_message};
use crate::text;

#[derive(Args)]
#[command(after_help = "\
Examples:
  zt-risk behaviors watch --for 1 --simulate
  zt-risk behaviors watch --interval 300 --output ndjson --for 1 --simulate
  zt-risk behaviors watch --until-change --for 1 --accounts-file accounts.csv --simulate

Each change is printed as it is noticed: at the next read. Changes that are undone between two reads are not noticed. \
A failure of reads is reported on standard error when it begins and when it ends, and reading goes on. The format json has a line per change, as ndjson has; \
yaml has a document per change.

Ctrl-C ends it with the exit status 0.")]
pub(crate) struct WatchArguments {
    /// How often each account is read, in seconds: at least 5, and up to a tenth less often
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = interval)]
    interval: Duration,

    /// End at the first change, with the exit status 3
    #[arg(long)]
    until_change: bool,

    /// End after this time; the exit status is 0 unless an account could not be read at last
    #[arg(long = "for", value_name = "SECONDS", value_parser = seconds)]
    duration: Option<Duration>,
}

/// Parses an interval. clap adds the option's name to the error.
fn interval(text: &str) -> Result<Duration, String> {
    match seconds(text)? {
        interval if interval < WatchBehaviors::MIN_INTERVAL => {
            Err(format!("must be at least {}", WatchBehaviors::MIN_INTERVAL.as_secs()))
        }
        interval => Ok(interval),
    }
}

/// A change of a behavior.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename = "BehaviorChange")]
pub(super) struct ChangeRecord {
    /// When the change was noticed, in UTC.
    #[schemars(extend("format" = "date-time"))]
    time: String,
    /// The behavior's id.
    id: String,
    /// What happened to the behavior.
    what: What,
    /// What changed, in words, or the settings of a behavior that is new or gone.
    change: String,
    /// The settings before the change. `null` for a new behavior.
    before: Option<Settings>,
    /// The settings after the change. `null` for a behavior that is gone.
    after: Option<Settings>,
}

/// What happened to a behavior.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum What {
    /// The account has it now.
    Added,
    /// The account does not have it any more.
    Removed,
    /// It has other values.
    Changed,
}

impl What {
    fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// How wide ids of behaviors usually are, at most. Documented ones have up to 12 characters.
const ID_WIDTH: usize = 20;

impl Record for ChangeRecord {
    const COLUMNS: &'static [Column] = &[
        Column::new("time", "TIME").at_least("2026-11-22T08:00:00Z".len()),
        Column::new("id", "ID").at_least(ID_WIDTH),
        Column::new("what", "WHAT").at_least("changed".len()),
        Column::new("change", "CHANGE"),
    ];

    fn cells(&self) -> Vec<Cell> {
        vec![self.time.as_str().into(), self.id.as_str().into(), self.what.as_str().into(), self.change.as_str().into()]
    }
}

impl ChangeRecord {
    fn new(time: String, id: &BehaviorId, difference: &BehaviorDifference) -> Self {
        let settings = |behavior: Option<&Behavior>| behavior.map(BehaviorSettings::from).as_ref().map(Settings::from);
        Self {
            time,
            id: id.to_string(),
            what: match difference {
                BehaviorDifference::Added(_) => What::Added,
                BehaviorDifference::Removed(_) => What::Removed,
                _ => What::Changed,
            },
            change: difference.to_string(),
            before: settings(difference.before()),
            after: settings(difference.after()),
        }
    }
}

/// The number of an account, and what a read of it found. `None` once the account is not read any more.
type Event = (usize, Option<Result<BehaviorsEvent, Error>>);

/// Why watching ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ending {
    /// Something changed.
    Changed,
    /// Nobody reads what is printed.
    ClosedPipe,
    /// No account is read any more: every later read would fail alike.
    NoReads,
    TimeIsUp,
    /// Ctrl-C was pressed.
    Interrupted,
}

/// How the last read of an account ended.
#[derive(Clone, Copy)]
struct LastRead {
    status: ExitStatus,
    /// The kind of the failure, if the read failed.
    failure: Option<ErrorKind>,
}

/// How the last read of each account ended. An account that was not read yet counts as failed.
struct LastReads(Vec<LastRead>);

impl LastReads {
    fn new(accounts: usize) -> Self {
        Self(vec![LastRead { status: ExitStatus::Failed, failure: None }; accounts])
    }

    /// Keeps that a read failed. Returns the message, unless the read before it failed alike: a lasting failure is one message.
    fn fail(&mut self, account: usize, error: Error) -> Option<String> {
        let last = self.0.get_mut(account)?;
        let kind = error.kind();
        let failure = Failure::from(error);
        last.status = failure.exit_status();
        let before = last.failure.replace(kind);
        (before != Some(kind)).then(|| with_hint(&failure))
    }

    /// Keeps that a read succeeded. Returns the message, if the read before it failed.
    fn succeed(&mut self, account: usize, event: &BehaviorsEvent) -> Option<&'static str> {
        let last = self.0.get_mut(account)?;
        last.status = ExitStatus::Done;
        last.failure.take()?;
        Some(match event {
            BehaviorsEvent::State(_) => "the first read succeeded; changes are noticed from now on",
            BehaviorsEvent::Changed { .. } => "reads succeed again; behaviors have changed meanwhile",
            _ => "reads succeed again; nothing changed",
        })
    }

    fn exit_status(&self) -> ExitStatus {
        match self.0.as_slice() {
            [last] => last.status,
            all => ExitStatus::worst(all.iter().map(|last| last.status.among_several())),
        }
    }
}

pub(super) async fn run(arguments: &WatchArguments, session: &Session) -> Result<ExitStatus, Failure> {
    let accounts = session.accounts()?;
    let mut rows = session.printer.stream(accounts.len() > 1);
    if rows.print_headings()?.is_break() {
        return Ok(ExitStatus::Done);
    }
    let interrupt = ctrl_c();
    print_message(&introduction(accounts.len(), arguments.interval));
    let mut reads = LastReads::new(accounts.len());
    let events = watch(session, accounts, arguments.interval);
    let ending = tokio::select! {
        ending = print_changes(accounts, events, &mut rows, &mut reads, arguments.until_change, print_message) => ending?,
        ending = end(arguments.duration, interrupt) => ending,
    };
    Ok(match ending {
        Ending::Changed => ExitStatus::Findings,
        Ending::ClosedPipe | Ending::Interrupted => ExitStatus::Done,
        Ending::NoReads | Ending::TimeIsUp => reads.exit_status(),
    })
}

/// Ends after a time, if there is one, and at Ctrl-C.
async fn end(duration: Option<Duration>, interrupt: CtrlC) -> Ending {
    let interrupted = async {
        // An error means that the signal cannot be received; then it ends the program, as it does by default.
        match interrupt.await {
            Ok(()) => Ending::Interrupted,
            Err(_) => std::future::pending().await,
        }
    };
    match duration {
        Some(duration) => tokio::time::timeout(duration, interrupted).await.unwrap_or(Ending::TimeIsUp),
        None => interrupted.await,
    }
}

/// How many requests the API allows a token in [`QUOTA_WINDOW`].
const QUOTA: usize = 1_200;
const QUOTA_WINDOW: Duration = Duration::from_secs(5 * 60);

fn introduction(accounts: usize, interval: Duration) -> String {
    let every = interval.as_secs();
    let watching = format!("watching {}, every {every} s; Ctrl-C ends it", text::count(accounts, "account"));
    let window = usize::try_from(QUOTA_WINDOW.as_secs()).unwrap_or(usize::MAX);
    let least = accounts.saturating_mul(window).div_ceil(QUOTA);
    if usize::try_from(every).is_ok_and(|every| every < least) {
        let quota = "the API allows a token 1,200 requests in five minutes";
        return format!("{watching}\nwarning: {quota}; if the accounts share one, use --interval {least} or more");
    }
    watching
}

/// The time between the first reads of two accounts.
const SPREAD: Duration = Duration::from_millis(50);

/// What the reads of all accounts find. The accounts are not read at once.
fn watch<'a>(session: &'a Session, accounts: &'a [Account], interval: Duration) -> impl Stream<Item = Event> + Unpin {
    let share = u32::try_from(accounts.len()).ok().and_then(|accounts| interval.checked_div(accounts));
    let spread = share.unwrap_or_default().min(SPREAD);
    let streams = accounts.iter().enumerate().zip(0_u32..).map(move |((number, account), position)| {
        let offset = spread.saturating_mul(position);
        let events = session.client_of(account).behaviors().watch(interval).account_id(&account.id);
        let events = stream::once(async move {
            tokio::time::sleep(offset).await;
            events
        });
        with_end(number, events.flatten()).boxed()
    });
    stream::select_all(streams.collect::<Vec<BoxStream<'static, Event>>>())
}

/// The events of an account, and one that says that there are no more.
fn with_end(number: usize, reads: impl Stream<Item = Result<BehaviorsEvent, Error>>) -> impl Stream<Item = Event> {
    reads.map(Some).chain(stream::iter([None])).map(move |event| (number, event))
}

/// Prints each change, until no account is read any more, or nobody reads what is printed.
async fn print_changes<W: Write>(
    accounts: &[Account],
    mut events: impl Stream<Item = Event> + Unpin,
    rows: &mut RowStream<ChangeRecord, W>,
    reads: &mut LastReads,
    until_change: bool,
    print_message: impl Fn(&str),
) -> Result<Ending, Failure> {
    while let Some((number, event)) = events.next().await {
        let Some(account) = accounts.get(number) else { continue };
        let (id, label) = (account.id.as_str(), account.label.as_deref());
        let event = match event {
            Some(Ok(event)) => event,
            Some(Err(error)) => {
                if let Some(message) = reads.fail(number, error) {
                    print_message(&format!("{id}: {message}"));
                }
                continue;
            }
            None => {
                print_message(&format!("{id}: the account is no longer watched: every read would fail alike"));
                continue;
            }
        };
        if let Some(message) = reads.succeed(number, &event) {
            print_message(&format!("{id}: {message}"));
        }
        let BehaviorsEvent::Changed { diff, .. } = event else { continue };
        let time = now();
        for (behavior, difference) in &diff {
            let record = ChangeRecord::new(time.clone(), behavior, difference);
            if let ControlFlow::Break(()) = rows.print(id, label, record)? {
                return Ok(Ending::ClosedPipe);
            }
        }
        if until_change {
            return Ok(Ending::Changed);
        }
    }
    Ok(Ending::NoReads)
}

fn now() -> String {
    DateTime::<Utc>::from(SystemTime::now()).to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn with_hint(failure: &Failure) -> String {
    let ErrorRecord { message, hint, .. } = failure.into();
    if hint.is_empty() { message } else { format!("{message}; hint: {hint}") }
}

#[cfg(test)]
mod tests;
