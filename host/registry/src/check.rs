//! Whether all is sound, and mending what is not.

use super::error::{Error, Result};
use super::versions;
use super::{Registry, oci};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Findings {
    /// How many versions were checked.
    pub versions: u64,
    /// How many bytes were read.
    pub bytes: u64,
    /// What is not as it should be.
    pub findings: Vec<Finding>,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// What it is about: `birds@1.0.0`, `index.json`, `the database`.
    pub subject: String,
    /// What is wrong.
    pub what: String,
    /// Whether it is mended now.
    pub mended: bool,
}

impl Findings {
    /// Whether nothing is wrong, or nothing any more.
    pub fn clean(&self) -> bool {
        self.findings.iter().all(|finding| finding.mended)
    }

    fn add(&mut self, subject: impl Into<String>, what: impl Into<String>, mended: bool) {
        self.findings.push(Finding { subject: subject.into(), what: what.into(), mended });
    }
}

impl Registry {
    /// Reads everything and compares it with its digests. With `repair`, what is damaged is put in quarantine, what
    /// is sound again is released, and the image layout's index is written anew.
    ///
    /// # Errors
    /// If the check itself cannot be done.
    pub fn check(&self, repair: bool) -> Result<Findings> {
        let _lock = self.blobs().lock().map_err(Error::file(self.folder()))?;
        let mut findings = Findings::default();
        self.check_database(&mut findings)?;
        let mut after = None;
        while let [name] = &self.models(after.as_deref(), 1)?[..] {
            let records = versions::records(&self.database().reading(), name)?;
            for record in &records {
                self.check_version(record, repair, &mut findings)?;
            }
            self.check_reached(name, &mut findings)?;
            after = Some(name.clone());
        }
        self.check_index(repair, &mut findings)?;
        Ok(findings)
    }

    fn check_database(&self, findings: &mut Findings) -> Result<()> {
        let connection = self.database().reading();
        let mut statement = connection.prepare("PRAGMA integrity_check")?;
        let lines = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        for line in lines.iter().filter(|line| *line != "ok") {
            findings.add("the database", line, false);
        }
        let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
        let tables = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        for table in tables {
            findings.add("the database", format!("a row of the table {table} refers to what is not there"), false);
        }
        Ok(())
    }

    fn check_version(&self, record: &super::Record, repair: bool, findings: &mut Findings) -> Result<()> {
        let (name, version) = (&record.facts.name, &record.facts.version);
        findings.versions += 1;
        findings.bytes += record.size;
        let wrong = [("component", &record.component), ("manifest", &record.manifest)].into_iter().find_map(
            |(what, digest)| match self.blobs().verify(digest) {
                Ok(true) => None,
                Ok(false) => Some(format!("the {what} is not what its digest {digest} says; pull or publish it again")),
                Err(error) => Some(format!("the {what} {digest} cannot be read ({error}); pull or publish it again")),
            },
        );
        let subject = format!("{name}@{version}");
        match (wrong, &record.quarantined) {
            (Some(wrong), Some(_)) => findings.add(subject, format!("{wrong} (it is in quarantine)"), true),
            (Some(wrong), None) => {
                if repair {
                    self.quarantine(name, version, Some(&wrong))?;
                }
                findings.add(subject, wrong, repair);
            }
            (None, Some(reason)) if repair => {
                self.quarantine(name, version, None)?;
                findings.add(subject, format!("it was in quarantine ({reason}), and its files are sound"), true);
            }
            (None, _) => {}
        }
        Ok(())
    }

    /// What is deployed must be there.
    fn check_reached(&self, name: &str, findings: &mut Findings) -> Result<()> {
        let Some(live) = self.live(name)? else { return Ok(()) };
        let numbers = versions::numbers(&self.database().reading(), name)?;
        for version in live.traffic.reaches().filter(|version| !numbers.contains(version)) {
            findings.add(name, format!("{version} is deployed and not there; deploy another version"), false);
        }
        Ok(())
    }

    /// The index must list what the database lists.
    fn check_index(&self, repair: bool, findings: &mut Findings) -> Result<()> {
        let wanted = self.expected_index()?;
        let what = match oci::index::read(self.blobs()) {
            Ok(found) => {
                let lost = found.iter().filter(|entry| !wanted.contains(entry)).count();
                let missing = wanted.iter().filter(|entry| !found.contains(entry)).count();
                match (lost, missing) {
                    (0, 0) => return Ok(()),
                    (lost, missing) => {
                        format!("it lists {lost} versions that the database does not, and lacks {missing} that it does")
                    }
                }
            }
            // Before the first version there is none.
            Err(_) if wanted.is_empty() => return Ok(()),
            Err(error) => error.to_string(),
        };
        if repair {
            self.rewrite_index()?;
        }
        findings.add("index.json", what, repair);
        Ok(())
    }
}
