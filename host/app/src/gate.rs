//! Conditions under which a version may be deployed.

use super::{Error, Service};
use maasm_evaluation::Report;
use maasm_evaluation::gate::{Evidence, Gate};
use maasm_registry::{Record, Reference, Selector};
use semver::Version;

impl Service {
    /// Checks that a version meets a condition, by its newest report; and by that of the version with the most traffic on
    /// the same data, where the condition is about a difference.
    ///
    /// # Errors
    /// If it does not, or there is no report to tell.
    pub fn check_gate(&self, model: &str, version: &Version, gate: &Gate) -> Result<(), Error> {
        let find = |selector| self.registry().find(&Reference { name: model.into(), selector });
        let record = find(Selector::Exact(version.clone()))?;
        let refuse = |reason: String| {
            Err(Error::Gate { name: model.into(), version: version.clone(), gate: gate.to_string(), reason })
        };
        let evaluations = self.registry().evaluations(&record)?;
        if evaluations.is_empty() {
            return refuse("it has no report; evaluate it first".into());
        }
        if !gate.needs_baseline() {
            let report = self.registry().evaluation(&record, "latest")?;
            return self.hold(&record, gate, &report, None);
        }
        if self.registry().live(model)?.is_none() {
            return refuse(
                "no version is deployed that it could be compared with; leave `_drop` and `_rise` out".into(),
            );
        }
        let live = find(Selector::Live)?;
        let others = self.registry().evaluations(&live)?;
        // The newest report whose data the live version has seen, too.
        let pair = evaluations.iter().find_map(|own| {
            let other = others.iter().find(|other| other.data_digest == own.data_digest)?;
            Some((own, other))
        });
        let Some((own, other)) = pair else {
            let data = &evaluations[0].data;
            let live = &live.facts.version;
            return refuse(format!(
                "{live}, which is deployed, has no report on the same data ({data}); evaluate it there first"
            ));
        };
        let report = self.registry().evaluation(&record, &own.id)?;
        let baseline = self.registry().evaluation(&live, &other.id)?;
        self.hold(&record, gate, &report, Some(&baseline))
    }

    fn hold(&self, record: &Record, gate: &Gate, report: &Report, baseline: Option<&Report>) -> Result<(), Error> {
        let verdict = gate.check(&Evidence { report, baseline });
        if verdict.holds {
            return Ok(());
        }
        let against = baseline.map(|baseline| format!(", against {}", baseline.model.version)).unwrap_or_default();
        Err(Error::Gate {
            name: record.facts.name.clone(),
            version: record.facts.version.clone(),
            gate: gate.to_string(),
            reason: format!("{} (on {}{against})", verdict.reasons.join("; "), report.data.name),
        })
    }
}
