//! Which version answers a request.

use super::{Error, Service};
use maasm_engine::{LoadError, Model};
use maasm_registry::{self as registry, Execution, Record, Reference, Selector, Traffic, sticky_point};
use semver::Version;
use std::io::ErrorKind;

/// The version that answers a request.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The version.
    pub record: Record,
    /// Whether it was chosen because it is deployed, not because the request names it.
    pub live: bool,
    /// The version that is asked the same, for comparison.
    pub shadow: Option<Version>,
    /// What computes it.
    pub execution: Execution,
    /// The deployment's revision.
    pub revision: u64,
}

impl Service {
    /// Chooses a version of this model, or of the only one. `sticky` looks up the value of a header, and `point` is any
    /// number, evenly distributed over requests.
    ///
    /// # Errors
    /// If there is no such model or version, or the live one is asked for and none is deployed.
    pub fn choose(
        &self,
        model: Option<&str>,
        selector: &Selector,
        sticky: impl FnOnce(&str) -> Option<Vec<u8>>,
        point: u64,
    ) -> Result<Choice, Error> {
        let name = match model {
            Some(name) => name.to_owned(),
            None => self.registry.only_model()?,
        };
        if *selector == Selector::Live
            && let Some(live) = self.registry.live(&name)?
        {
            let value = live.traffic.sticky.as_deref().and_then(sticky);
            let point = value.map_or(point, |value| sticky_point(&name, &value));
            let version = live.traffic.choose(point).clone();
            let record = self.registry.find(&Reference { name, selector: Selector::Exact(version) })?;
            let Traffic { shadow, execution, .. } = live.traffic;
            return Ok(Choice { record, live: true, shadow, execution, revision: live.revision });
        }
        let record = self.registry.find(&Reference { name, selector: selector.clone() })?;
        let execution = self.execution(&record)?;
        Ok(Choice { record, live: false, shadow: None, execution, revision: 0 })
    }

    /// The model of a choice, loaded if need be. Blocks while it is. Where a live version cannot be loaded, the
    /// deployment goes back to the state before, which answers.
    ///
    /// # Errors
    /// If it cannot be loaded, and nothing before it can.
    pub fn open(&self, choice: &Choice) -> Result<Model, Error> {
        let (mut record, mut execution) = (choice.record.clone(), choice.execution);
        loop {
            let error = match self.load_for(&record, execution) {
                Ok(model) => return Ok(model),
                // Nothing is wrong with the version: this host cannot compute it so.
                Err(error @ Error::Execution { .. }) => return Err(error),
                Err(error) => error,
            };
            let (name, version) = (&record.facts.name, &record.facts.version);
            let retreat = match choice.live {
                true => self.registry.retreat(name, version, &error.told())?,
                false => None,
            };
            let live = match retreat {
                Some(live) => live,
                // Somebody else was quicker, or there is nowhere to go.
                None => match self.registry.live(name)?.filter(|_| choice.live) {
                    Some(live) if live.traffic.versions.iter().all(|share| share.version != *version) => live,
                    _ => return Err(error),
                },
            };
            tracing::error!(model = name, version = %version, revision = live.revision, %error, "went back");
            let version = live.traffic.choose(0).clone();
            execution = live.traffic.execution;
            record = self.registry.find(&Reference { name: name.clone(), selector: Selector::Exact(version) })?;
        }
    }

    /// A version's model, loaded if need be. Blocks while it is. What cannot be loaded is put in quarantine.
    ///
    /// # Errors
    /// If it cannot be loaded.
    pub fn load(&self, record: &Record) -> Result<Model, Error> {
        let (name, version) = (record.facts.name.clone(), record.facts.version.clone());
        if let Some(reason) = record.quarantined.clone() {
            return Err(registry::Error::Quarantined { name, version, reason }.into());
        }
        let file = self.component(&record.component)?;
        let loaded = self.loaded.get(&self.engine, &record.component, &file);
        let error = match loaded {
            Ok(model) if model.loading().digest == record.facts.digest => return Ok(model),
            Ok(_) => {
                self.loaded.forget(&record.component);
                let reason = "its bytes are not those that were published".into();
                LoadError::Damaged { path: file, reason }.into()
            }
            Err(error) => error,
        };
        if is_lasting(&error) {
            tracing::error!(model = name, version = %version, %error, "put in quarantine");
            self.registry.quarantine(&name, &version, Some(&error.told("its component")))?;
        }
        Err(Error::Load { name, version, error })
    }
}

/// Whether loading fails again however often it is tried: not for want of memory or of open files.
fn is_lasting(error: &LoadError) -> bool {
    match error {
        LoadError::Read { error, .. } => error.kind() == ErrorKind::NotFound,
        LoadError::System { .. } => false,
        LoadError::Describe { error, .. } => !matches!(**error, maasm_engine::CallError::Saturated { .. }),
        _ => true,
    }
}
