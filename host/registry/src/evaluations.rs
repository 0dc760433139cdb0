//! Reports about versions, attached to them: they go where the version goes.

use super::blobs::{Lock, Stored};
use super::database::{Intent, now};
use super::digest::Digest;
use super::error::{Error, Result};
use super::oci::manifest::Annotations;
use super::oci::{attachment, media_type};
use super::{Record, Registry};
use maasm_evaluation::Report;
use maasm_evaluation::report::{Estimate, SCHEMA};
use rusqlite::{Transaction, params};
use semver::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A report about a version, in brief.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Evaluation {
    /// What it is known by: the digest of its OCI manifest.
    pub id: String,
    /// The model.
    pub model: String,
    /// The version.
    #[schema(value_type = String, example = "1.0.0")]
    pub version: Version,
    /// What the data is called.
    pub data: String,
    /// What tells the data apart.
    pub data_digest: String,
    /// How many samples were evaluated.
    pub evaluated: u64,
    /// How many could not be.
    pub failed: u64,
    /// Figures by name.
    pub metrics: BTreeMap<String, Estimate>,
    /// The version that it was compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared_with: Option<String>,
    /// When it was made, or came here.
    pub created: String,
}

/// What is told of a report where it is attached.
const CREATED: &str = "org.opencontainers.image.created";
const DATA: &str = "dev.maasm.evaluation.data";
const DATA_DIGEST: &str = "dev.maasm.evaluation.data-digest";

impl Registry {
    /// Attaches a report to a version.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn attach_evaluation(
        &self,
        intent: &Intent,
        record: &Record,
        report: &Report,
        _nothing_is_removed: &Lock,
    ) -> Result<Evaluation> {
        let created = now();
        let annotations: Annotations =
            [(CREATED, created.clone()), (DATA, report.data.name.clone()), (DATA_DIGEST, report.data.digest.clone())]
                .map(|(name, value)| (name.to_owned(), value))
                .into();
        let failed = || Error::file(self.folder());
        let size = self.blobs().size(&record.manifest).unwrap_or_default();
        let subject = Stored { digest: record.manifest, size };
        let bytes = serde_json::to_vec(report)?;
        let manifest = attachment::write(self.blobs(), subject, media_type::EVALUATION, &bytes, annotations);
        let evaluation = brief(manifest.map_err(failed())?.digest, record, report, created);
        let subject = format!("{}@{}", evaluation.model, evaluation.version);
        self.database().write(intent, "evaluate", &subject, &evaluation.id.clone(), |transaction| {
            insert(transaction, &evaluation)?;
            Ok(evaluation)
        })
    }

    /// Takes up the reports among what came with a version. What is none, or about something else, is left.
    ///
    /// # Errors
    /// If they cannot be written down.
    pub fn adopt(&self, record: &Record, attachments: &[Stored]) -> Result<()> {
        for attached in attachments {
            let Some(report) = self
                .report_of(&attached.digest)
                .filter(|report| report.schema == SCHEMA && report.model.digest == record.component.to_string())
            else {
                continue;
            };
            let evaluation = brief(attached.digest, record, &report, now());
            self.database().note(|transaction| insert(transaction, &evaluation))?;
        }
        Ok(())
    }

    /// The reports about a version, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn evaluations(&self, record: &Record) -> Result<Vec<Evaluation>> {
        let connection = self.database().reading();
        let query = "SELECT summary FROM evaluation WHERE model = ?1 AND version = ?2 ORDER BY created DESC, manifest";
        let mut statement = connection.prepare_cached(query)?;
        let values = params![record.facts.name, record.facts.version.to_string()];
        let summaries = statement.query_map(values, |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        summaries.iter().map(|summary| Ok(serde_json::from_str(summary)?)).collect()
    }

    /// The report with this id about a version; the newest, if the id is `latest`.
    ///
    /// # Errors
    /// If there is none.
    pub fn evaluation(&self, record: &Record, id: &str) -> Result<Report> {
        let there = self.evaluations(record)?;
        let found = there.iter().find(|evaluation| id == "latest" || evaluation.id == id);
        let missing = || Error::NoSuchEvaluation {
            name: record.facts.name.clone(),
            version: record.facts.version.clone(),
            id: id.into(),
            there: there.iter().map(|evaluation| evaluation.id.clone()).collect(),
        };
        let manifest: Digest = found.and_then(|found| found.id.parse().ok()).ok_or_else(missing)?;
        self.report_of(&manifest).ok_or_else(missing)
    }

    /// The manifests of what is attached to a version.
    ///
    /// # Errors
    /// If the database fails.
    pub fn attachments(&self, record: &Record) -> Result<Vec<Digest>> {
        let ids = self.evaluations(record)?.into_iter().map(|evaluation| evaluation.id);
        Ok(ids.filter_map(|id| id.parse().ok()).filter(|digest| self.blobs().size(digest).is_some()).collect())
    }

    /// The report that this manifest has.
    fn report_of(&self, manifest: &Digest) -> Option<Report> {
        let manifest = attachment::read(self.blobs(), manifest).ok()?;
        let [layer] = &manifest.layers[..] else { return None };
        if layer.media_type != media_type::EVALUATION {
            return None;
        }
        serde_json::from_slice(&self.blobs().read(&layer.digest).ok()?).ok()
    }
}

/// Forgets the reports about a version that goes.
pub(super) fn forget(transaction: &Transaction, model: &str, version: &Version) -> Result<()> {
    let delete = "DELETE FROM evaluation WHERE model = ?1 AND version = ?2";
    transaction.execute(delete, params![model, version.to_string()])?;
    Ok(())
}

fn insert(transaction: &Transaction, evaluation: &Evaluation) -> Result<()> {
    let insert =
        "INSERT OR IGNORE INTO evaluation (manifest, model, version, summary, created) VALUES (?1, ?2, ?3, ?4, ?5)";
    let Evaluation { id, model, version, created, .. } = evaluation;
    let summary = serde_json::to_string(evaluation)?;
    transaction.execute(insert, params![id, model, version.to_string(), summary, created])?;
    Ok(())
}

fn brief(manifest: Digest, record: &Record, report: &Report, created: String) -> Evaluation {
    Evaluation {
        id: manifest.to_string(),
        model: record.facts.name.clone(),
        version: record.facts.version.clone(),
        data: report.data.name.clone(),
        data_digest: report.data.digest.clone(),
        evaluated: report.evaluated,
        failed: report.failed,
        metrics: report.metrics.clone(),
        compared_with: report.comparison.as_ref().map(|comparison| comparison.baseline.version.clone()),
        created,
    }
}
