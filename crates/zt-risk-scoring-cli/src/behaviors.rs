//! The commands of `zt-risk behaviors`.

use crate::arguments::BehaviorsCommand;
use crate::connection::Connection;
use crate::failure::Failure;
use crate::options::Output;

/// Runs a command, and prints its result.
pub(crate) async fn run(command: BehaviorsCommand, connection: &Connection, _output: Output) -> Result<(), Failure> {
    match command {
        BehaviorsCommand::List => drop(connection.client.behaviors().get().await?),
    }
    Ok(())
}
