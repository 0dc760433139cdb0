//! Versions get a model's traffic, once they have shown that they can be loaded.

use super::{Error, Service};
use maasm_registry::{Deployment, Execution, Intent, Reference, Selector, Traffic};

impl Service {
    /// Gives all of a model's traffic to the version that a reference means; to the highest release, where it names
    /// none. What else the deployment says, such as the sticky header and what computes, is
    /// as before.
    ///
    /// # Errors
    /// If there is no such version or it cannot be loaded; the deployment is then as before.
    pub fn deploy(&self, intent: &Intent, reference: &Reference) -> Result<Deployment, Error> {
        self.deploy_to(intent, reference, None)
    }

    /// As [`Service::deploy`], and says what computes it.
    ///
    /// # Errors
    /// As there, or if it cannot be computed so.
    pub fn deploy_to(
        &self,
        intent: &Intent,
        reference: &Reference,
        execution: Option<Execution>,
    ) -> Result<Deployment, Error> {
        let selector = match &reference.selector {
            Selector::Live => Selector::Latest,
            selector => selector.clone(),
        };
        let record = self.registry.find(&Reference { name: reference.name.clone(), selector })?;
        let all = Traffic::all_to(record.facts.version);
        let traffic = match self.registry.live(&reference.name)?.map(|live| live.traffic) {
            Some(live) => Traffic { sticky: live.sticky, execution: live.execution, ..all },
            None => all,
        };
        let traffic = Traffic { execution: execution.unwrap_or(traffic.execution), ..traffic };
        self.split(intent, &reference.name, &traffic, None, "deploy")
    }

    /// Shares a model's traffic among versions.
    ///
    /// # Errors
    /// If the shares make no whole, a version is not there or cannot be loaded, or another revision is live than the
    /// caller expects; the deployment is then as before.
    pub fn split(
        &self,
        intent: &Intent,
        model: &str,
        traffic: &Traffic,
        expected: Option<u64>,
        reason: &str,
    ) -> Result<Deployment, Error> {
        traffic.check()?;
        for version in traffic.reaches() {
            let selector = Selector::Exact(version.clone());
            let record = self.registry.find(&Reference { name: model.into(), selector })?;
            self.load_for(&record, traffic.execution)?;
        }
        Ok(self.registry.deploy(intent, model, traffic, expected, reason)?)
    }
}
