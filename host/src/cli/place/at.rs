//! The options that name the place, and whether it answers to people or programs.

use super::{Document, Local, Place, Remote, Side};
use crate::cli::data::DataFolder;
use crate::cli::output::{self, Inputs, Output};
use anyhow::Result;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, FromArgMatches};
use maasm_registry::own_files;
use reqwest::Url;
use serde::de::DeserializeOwned;

/// Where models are.
#[derive(Clone, Debug)]
pub struct At {
    options: Options,
    /// Whether a server is named, and nothing nearer than it names a folder.
    remote: bool,
}

#[derive(clap::Args, Clone, Debug)]
struct Options {
    #[command(flatten)]
    data: DataFolder,
    /// Instead of a folder: the address of a server, such as https://models.example.org
    #[arg(long, value_name = "URL", env = "MAASM_SERVER", global = true, value_parser = server)]
    server: Option<Url>,
    /// The key for the server
    #[arg(long, env = "MAASM_KEY", hide_env_values = true, global = true)]
    key: Option<String>,
    /// Print the answer as JSON, as the server's routes give it
    #[arg(long, global = true)]
    json: bool,
}

fn server(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}; write it as https://HOST or http://HOST:PORT"))?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        _ => Err("write it as https://HOST or http://HOST:PORT".into()),
    }
}

impl At {
    /// Opens it.
    ///
    /// # Errors
    /// If the folder cannot be used.
    pub fn place(&self) -> Result<Place> {
        Place::new(match &self.options.server {
            Some(server) if self.remote => Side::Remote(Remote::new(server.clone(), self.options.key.clone())?),
            _ => Side::Local(Local::open(self.options.data.open()?)?),
        })
    }

    /// Prints an answer: as it is, or as `text` tells it to people.
    ///
    /// # Errors
    /// If it is not what was asked for.
    pub fn tell<T: DeserializeOwned>(&self, document: &Document, text: impl FnOnce(T) -> Result<String>) -> Result<()> {
        self.tell_beside(&[], document, text)
    }

    /// As [`At::tell`], on standard error if one of these goes to standard output.
    ///
    /// # Errors
    /// As [`At::tell`].
    pub fn tell_beside<T: DeserializeOwned>(
        &self,
        outputs: &[Output],
        document: &Document,
        text: impl FnOnce(T) -> Result<String>,
    ) -> Result<()> {
        let text = match self.options.json {
            true => format!("{}\n", document.as_str()),
            false => text(document.read()?)?,
        };
        output::print(outputs, &text)
    }

    /// What is read there: the registry's own files, if it is a folder.
    pub fn inputs(&self) -> Inputs {
        let folder = self.options.data.folder().ok().filter(|_| !self.remote);
        Inputs::default().data(folder.iter().flat_map(|folder| own_files(folder)))
    }
}

impl clap::Args for At {
    fn augment_args(command: Command) -> Command {
        Options::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Options::augment_args_for_update(command)
    }
}

impl FromArgMatches for At {
    /// What the command line names counts before what the environment names, and that before `maasm.toml`. Of a server
    /// and a folder that the same one names, the server counts; on the command line both are a contradiction.
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let rank = |option: &str| match matches.value_source(option) {
            Some(ValueSource::CommandLine) => 3,
            Some(ValueSource::EnvVariable) => 2,
            Some(_) => 1,
            None => 0,
        };
        let (server, folder) = (rank("server"), rank("data_dir"));
        if (server, folder) == (3, 3) {
            let message = "give either --server or --data-dir\n";
            return Err(clap::Error::raw(ErrorKind::ArgumentConflict, message));
        }
        Ok(Self { options: Options::from_arg_matches(matches)?, remote: server > 0 && server >= folder })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
