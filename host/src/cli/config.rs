//! `maasm.toml`: what need not be said on every command line.
//!
//! ```toml
//! data-dir = "/var/lib/maasm"
//!
//! [serve]
//! listen = "127.0.0.1:8080"
//! max-loaded = "4GiB"
//! allow-host = ["models.example.org", "models"]
//! ```
//!
//! What may be repeated on the command line may be a list here.
//!
//! `data-dir`, `server` and `key` count for every command that has them, a table for the command that it is named after.
//! The command line counts before the environment, and that before the file. The file is the one that `--config` or
//! `MAASM_CONFIG` names, else `maasm.toml` in the user's own folder of settings. It is never looked for where one happens
//! to be: a stranger's folder must not say which server gets the user's key.

use anyhow::{Context, Result, bail};
use clap::{ArgAction, Command};
use etcetera::BaseStrategy;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// What counts for every command that has it.
const EVERYWHERE: [&str; 3] = ["data-dir", "server", "key"];
const NAME: &str = "maasm.toml";

/// The command line, with the defaults that the file gives.
///
/// # Errors
/// If there is a file that cannot be read or says what no command understands.
pub fn apply(command: Command, arguments: &[OsString]) -> Result<Command> {
    let Some(path) = file(arguments)? else { return Ok(command) };
    let called = path.display();
    let text = maasm_files::text::read(&path)?;
    let table: Table = text.parse().with_context(|| format!("{called} is not in the form of TOML"))?;
    with(command, table).with_context(|| called.to_string())
}

/// The file that counts, if there is one.
///
/// # Errors
/// None; whether it can be read, reading it tells.
pub(super) fn file(arguments: &[OsString]) -> Result<Option<PathBuf>> {
    let mut arguments = arguments.iter().take_while(|argument| *argument != "--");
    while let Some(argument) = arguments.next() {
        if argument == "--config" {
            return Ok(arguments.next().map(PathBuf::from));
        }
        if let Some(path) = argument.to_str().and_then(|argument| argument.strip_prefix("--config=")) {
            return Ok(Some(path.into()));
        }
    }
    if let Some(path) = std::env::var_os("MAASM_CONFIG") {
        return Ok(Some(path.into()));
    }
    let user = etcetera::choose_base_strategy().map(|user| user.config_dir().join("maasm").join(NAME));
    Ok(user.ok().filter(|path: &PathBuf| Path::exists(path)))
}

fn with(mut command: Command, table: Table) -> Result<Command> {
    let commands: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for (key, value) in table {
        match value {
            Value::Table(options) if commands.contains(&key) => {
                for (option, value) in options {
                    let subcommand = command.find_subcommand(&key).expect("it is one of its own");
                    if !has(subcommand, &option) {
                        bail!(
                            "[{key}] has {option:?}, which `maasm {key}` does not know; it knows {}",
                            known(subcommand)
                        );
                    }
                    command = default(command, &key, &option, &value)?;
                }
            }
            Value::Table(_) => bail!("[{key}] is no command of maasm; there are {}", commands.join(", ")),
            value if EVERYWHERE.contains(&key.as_str()) => {
                for name in &commands {
                    if has(command.find_subcommand(name).expect("it is one of its own"), &key) {
                        command = default(command, name, &key, &value)?;
                    }
                }
            }
            _ => bail!("{key:?} counts for no command; there are {}, and tables for commands", EVERYWHERE.join(", ")),
        }
    }
    Ok(command)
}

/// What is asked for about the program itself is no matter of files.
fn has(command: &Command, option: &str) -> bool {
    let matters = |option| !matches!(option, "help" | "version" | "config");
    matters(option) && command.get_arguments().any(|argument| argument.get_long() == Some(option))
}

fn known(command: &Command) -> String {
    let options = command.get_arguments().filter_map(|argument| argument.get_long());
    options.filter(|option| has(command, option)).collect::<Vec<_>>().join(", ")
}

fn default(command: Command, name: &str, option: &str, value: &Value) -> Result<Command> {
    let options = command.find_subcommand(name).into_iter().flat_map(Command::get_arguments);
    let argument = options.into_iter().find(|argument| argument.get_long() == Some(option)).expect("it has it");
    let (id, repeats) = (argument.get_id().clone(), matches!(argument.get_action(), ArgAction::Append));
    let values = match value {
        Value::Array(values) if repeats => {
            values.iter().map(|value| text(option, value)).collect::<Result<Vec<_>>>()?
        }
        value => vec![text(option, value)?],
    };
    Ok(command.mut_subcommand(name, |subcommand| subcommand.mut_arg(id, |argument| argument.default_values(values))))
}

fn text(option: &str, value: &Value) -> Result<&'static str> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(truth) => truth.to_string(),
        other => bail!("{option:?} is {}; write a text, a number or true", other.type_str()),
    };
    // The command line is described once in a process, for as long as it lasts.
    Ok(text.leak())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Arguments;
    use clap::CommandFactory;

    fn read(text: &str, line: &[&str]) -> Result<clap::ArgMatches> {
        Ok(with(Arguments::command(), text.parse()?)?.try_get_matches_from(line)?)
    }

    fn listens(text: &str, line: &[&str]) -> String {
        let matches = read(text, line).unwrap();
        let (_, serve) = matches.subcommand().unwrap();
        serve.get_one::<crate::cli::listen::Listen>("listen").unwrap().to_string()
    }

    #[test]
    fn the_file_counts_where_the_command_line_says_nothing() {
        let file = "[serve]\nlisten = \"127.0.0.1:8080\"\nmax-waiting = 5";
        assert_eq!(listens(file, &["maasm", "serve"]), "127.0.0.1:8080");
        assert_eq!(listens(file, &["maasm", "serve", "--listen", "127.0.0.1:9000"]), "127.0.0.1:9000");
        assert_eq!(listens("", &["maasm", "serve"]), "127.0.0.1:3000");
    }

    #[test]
    fn what_may_be_repeated_may_be_a_list_and_the_command_line_replaces_it() {
        let hosts = |file: &str, line: &[&str]| -> Vec<maasm_server::Host> {
            let matches = read(file, line).unwrap();
            let hosts = matches.subcommand().unwrap().1.get_many("allow_host");
            hosts.into_iter().flatten().cloned().collect()
        };
        let named = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect::<Vec<_>>();
        let file = "[serve]\nallow-host = [\"a.example\", \"b.example\"]";
        assert_eq!(hosts(file, &["maasm", "serve"]), named(&["a.example", "b.example"]));
        assert_eq!(hosts(file, &["maasm", "serve", "--allow-host", "c.example"]), named(&["c.example"]));
        assert_eq!(hosts("[serve]\nallow-host = \"a.example\"", &["maasm", "serve"]), named(&["a.example"]));
        let wrong = read("[serve]\nallow-host = [[1]]", &["maasm", "serve"]).unwrap_err().to_string();
        assert!(wrong.contains("\"allow-host\" is array"), "{wrong}");
    }

    #[test]
    fn what_counts_everywhere_reaches_every_command_that_has_it() {
        let file = "data-dir = \"/models\"";
        for command in [&["maasm", "list"][..], &["maasm", "serve"], &["maasm", "gc"]] {
            let matches = read(file, command).unwrap();
            let folder = matches.subcommand().unwrap().1.get_one::<PathBuf>("data_dir");
            assert_eq!(folder.unwrap(), Path::new("/models"), "{command:?}");
        }
    }

    #[test]
    fn what_no_command_knows_is_told_with_what_there_is() {
        for (file, told) in [
            ("lsten = 1", "\"lsten\" counts for no command"),
            ("[server]\nlisten = \"x\"", "[server] is no command of maasm"),
            ("[serve]\nlsten = \"x\"", "[serve] has \"lsten\""),
            ("[serve]\nlisten = [1]", "\"listen\" is array"),
            ("[serve]\nhelp = true", "[serve] has \"help\""),
        ] {
            let error = read(file, &["maasm", "serve"]).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
