//! `zt-risk behaviors export`.

use std::path::{Path, PathBuf};

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;
use zt_risk_scoring::{BehaviorMap, DesiredState};

use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::fleet;
use crate::options::Output;
use crate::records::{Cell, Column, Record, print_text};
use crate::session::{Account, Session};
use crate::text;

#[derive(Args)]
#[command(after_help = "\
Examples:
  zt-risk behaviors export --simulate
  zt-risk behaviors export --output json --simulate
  zt-risk behaviors export --accounts-file accounts.csv --dir exported --simulate

The file is TOML, or JSON or YAML with --output.")]
pub(crate) struct ExportArguments {
    /// Write a file per account into this folder, which is made if it does not exist
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// A file that was written.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct ExportedFile {
    /// The path of the file.
    path: String,
    /// How many behaviors it has.
    behaviors: usize,
}

impl Record for ExportedFile {
    const COLUMNS: &'static [Column] = &[Column::new("path", "FILE"), Column::new("behaviors", "BEHAVIORS")];

    fn cells(&self) -> Vec<Cell> {
        vec![self.path.as_str().into(), self.behaviors.to_string().into()]
    }
}

/// A format of exported files.
#[derive(Clone, Copy)]
enum Format {
    Toml,
    Json,
    Yaml,
}

impl Format {
    fn new(output: Output) -> Result<Self, Failure> {
        match output {
            Output::Table => Ok(Self::Toml),
            Output::Json => Ok(Self::Json),
            Output::Yaml => Ok(Self::Yaml),
            _ => Err(Failure::usage(
                "an export is a file in TOML, JSON or YAML",
                "leave --output out for TOML, or use --output json or yaml; `behaviors list` prints the other formats",
            )),
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Toml => "toml",
            Self::Json => "json",
            Self::Yaml => "yaml",
        }
    }

    /// The file, without characters that a terminal executes: all formats but YAML's plain strings escape them.
    fn write(self, behaviors: &BehaviorMap) -> Result<String, Failure> {
        let desired = DesiredState::from(behaviors);
        let text = match self {
            Self::Toml => text::toml(&desired),
            Self::Json => text::json_pretty(&desired).map_err(std::io::Error::from),
            Self::Yaml => text::yaml(&desired),
        };
        text.map_err(Failure::Output)
    }
}

pub(super) async fn run(arguments: &ExportArguments, session: &Session) -> Result<ExitStatus, Failure> {
    let format = Format::new(session.printer.output)?;
    if session.accounts()?.len() > 1 && arguments.dir.is_none() {
        return Err(Failure::usage("several accounts are several files", "give a folder for them with --dir"));
    }
    let readings = fleet::read(session, "reading behaviors", |client| client.behaviors().get()).await?;
    let Some(dir) = &arguments.dir else {
        for (_, behaviors) in readings.0 {
            print_text(&format.write(&behaviors?)?)?;
        }
        return Ok(ExitStatus::Done);
    };
    let written = readings.and_then(|account, behaviors| write_file(dir, account, &behaviors, format))?;
    written.print(&session.printer, |_, file| vec![file])
}

fn write_file(dir: &Path, account: &Account, behaviors: &BehaviorMap, format: Format) -> Result<ExportedFile, Failure> {
    let path = dir.join(format!("{}.{}", account.id, format.ending()));
    let text = format.write(behaviors)?;
    let written = std::fs::create_dir_all(dir).and_then(|()| std::fs::write(&path, text));
    written.map_err(|error| Failure::output_file(&path, &error))?;
    Ok(ExportedFile { path: path.display().to_string(), behaviors: behaviors.len() })
}
