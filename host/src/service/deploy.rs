//! Versions get a model's traffic, once they have shown that they can be loaded.

use super::{Error, Service};
use crate::registry::{Deployment, Intent, Reference, Selector, Traffic};

impl Service {
    /// Gives all of a model's traffic to the version that a reference means; to the highest release, where it names
    /// none. What else the deployment says, such as the sticky header, is as before.
    ///
    /// # Errors
    /// If there is no such version or it cannot be loaded; the deployment is then as before.
    pub fn deploy(&self, intent: &Intent, reference: &Reference) -> Result<Deployment, Error> {
        let selector = match &reference.selector {
            Selector::Live => Selector::Latest,
            selector => selector.clone(),
        };
        let record = self.registry.find(&Reference { name: reference.name.clone(), selector })?;
        let sticky = self.registry.live(&reference.name)?.and_then(|live| live.traffic.sticky);
        let traffic = Traffic { sticky, ..Traffic::all_to(record.facts.version) };
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
            self.load(&self.registry.find(&Reference { name: model.into(), selector })?)?;
        }
        Ok(self.registry.deploy(intent, model, traffic, expected, reason)?)
    }
}
