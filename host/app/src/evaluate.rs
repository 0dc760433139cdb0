//! The truth about a version.

use super::score::{self, ModelScorers};
use super::{Error, Service};
use maasm_engine::Model;
use maasm_evaluation::Report;
use maasm_evaluation::data::{Dataset, Labels};
use maasm_evaluation::report::{Host, Search, Subject, Task};
use maasm_evaluation::run::{self, Answers, Effort, Options, Progress, Scorer, Scorers};
use maasm_evaluation::summary::{self, Answered, Method};
use maasm_plan::Scores;
use maasm_registry::digest::Digest;
use maasm_registry::{self as registry, Evaluation, Intent, Record, Reference};
use maasm_scores as scores;
use std::path::PathBuf;
use std::time::SystemTime;

/// What is to be evaluated, and how.
pub struct Evaluate<'a> {
    /// The version.
    pub version: &'a Reference,
    /// Another version that it is compared with.
    pub against: Option<&'a Reference>,
    /// The data.
    pub data: &'a Dataset,
    /// How figures are computed, and with how many threads samples are answered.
    pub method: Method,
    /// How the version was found among others; it becomes part of the report.
    pub search: Option<&'a Search>,
    /// Is told what is being done, and how far it is.
    pub progress: &'a (dyn Fn(&str, Progress) + Sync),
    /// Whether to stop.
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
}

/// How long the longer side of a small picture is, in pixels.
const THUMBNAIL: u32 = 160;

impl Service {
    /// Evaluates a version, and attaches the report to it. What was answered before the process was killed is not asked
    /// again.
    ///
    /// # Errors
    /// If there is no such version, it cannot be run, or the data does not suit it.
    pub fn evaluate(&self, intent: &Intent, wanted: &Evaluate) -> Result<(Evaluation, Report), Error> {
        self.evaluate_beside(self, intent, wanted)
    }

    /// As [`Service::evaluate`], where the other version is one of another service: two components may give themselves
    /// the same name and number.
    ///
    /// # Errors
    /// As [`Service::evaluate`].
    pub fn evaluate_beside(
        &self,
        elsewhere: &Self,
        intent: &Intent,
        wanted: &Evaluate,
    ) -> Result<(Evaluation, Report), Error> {
        let record = self.registry().find(wanted.version)?;
        let baseline = wanted.against.map(|against| elsewhere.registry().find(against)).transpose()?;
        if baseline.as_ref().is_some_and(|baseline| baseline.component == record.component) {
            return Err(Error::Evaluation("a version is not compared with itself; name another one".into()));
        }
        let own = self.answers(&record, wanted)?;
        let other = baseline.as_ref().map(|record| elsewhere.answers(record, wanted)).transpose()?;

        let model = &own.model;
        let mut scorer = None;
        let thumbnail = |sample: &[u8]| {
            if scorer.is_none() {
                let (model, task, scores) = (model.clone(), Task::Classification, Scores::default());
                scorer = ModelScorers { model, task, width: 0, scores }.scorer().ok();
            }
            scorer.as_mut()?.thumbnail(sample, THUMBNAIL)
        };
        let answered = own.answered();
        let against = other.as_ref().map(Side::answered);
        let mut report = summary::summarize(wanted.data, &answered, against.as_ref(), &wanted.method, thumbnail)?;
        let ended = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
        report.run = Some(summary::describe_run(&own.answers, &own.effort, host(&own.computed), ended)?);
        report.search = wanted.search.cloned();
        let lock = self.lock()?;
        let evaluation = self.registry().attach_evaluation(intent, &record, &report, &lock)?;
        own.answers.discard();
        if let Some(other) = other {
            other.answers.discard();
        }
        Ok((evaluation, report))
    }

    /// A version's answers.
    fn answers(&self, record: &Record, wanted: &Evaluate) -> Result<Side, Error> {
        let execution = self.execution(record)?;
        let model = self.load_for(record, execution)?;
        let computed = self.computed_by(execution);
        let labels = labels(&model);
        let data = wanted.data;
        let refused = |reason: String| Error::Evaluation(reason);
        let width = match summary::width_of(data) {
            Some(width) => width,
            None => {
                if labels.classes() == 0 {
                    let name = &record.facts.name;
                    return Err(refused(format!(
                        "{name} is no classifier, so labels say nothing of it; give its truth as numbers (`target`)"
                    )));
                }
                // Unknown labels are told before anything is computed.
                data.classes(&labels)?;
                labels.classes()
            }
        };
        let scores = score::scores(&self.component(&record.component)?, &model);
        let subject = subject(record);
        let checkpoint = self.checkpoint(&subject, data, &computed)?;
        let named = format!("{} {}", subject.name, subject.version);
        let progress = |progress: Progress| (wanted.progress)(&named, progress);
        let options = Options {
            threads: wanted.method.threads,
            width,
            checkpoint: checkpoint.as_deref(),
            identity: &format!("{} {}", subject.digest, scores::spoken(scores).name()),
            progress: &progress,
            cancelled: wanted.cancelled,
        };
        let scorers = ModelScorers { model: model.clone(), task: data.task(), width, scores };
        let (answers, effort) = run::run(data, &scorers, &options)?;
        let scores = (data.task() == Task::Classification).then(|| scores::spoken(scores));
        Ok(Side { model, labels, scores, subject, computed, answers, effort })
    }

    /// Where answers are kept until there is a report; none for a registry that goes away.
    fn checkpoint(
        &self,
        subject: &Subject,
        data: &Dataset,
        computed: &str,
    ) -> Result<Option<PathBuf>, registry::Error> {
        if self.registry().is_temporary() {
            return Ok(None);
        }
        let folder = self.registry().answers_folder();
        self.registry().make_folder(&folder)?;
        let identity = [subject.digest.as_bytes(), &data.fingerprint(), computed.as_bytes()].concat();
        Ok(Some(folder.join(Digest::of(&identity).hex())))
    }
}

/// A version and its answers.
struct Side {
    model: Model,
    labels: Labels,
    /// The kind of its outputs, where answers are classes.
    scores: Option<maasm_evaluation::report::Scores>,
    subject: Subject,
    /// By what, in words; empty for the sandbox.
    computed: String,
    answers: Answers,
    effort: Effort,
}

impl Side {
    fn answered(&self) -> Answered<'_> {
        let Self { labels, scores, answers, .. } = self;
        Answered { subject: self.subject.clone(), labels, scores: *scores, answers }
    }
}

/// The names of a model's classes; there are none if its first output is no list of scores.
fn labels(model: &Model) -> Labels {
    let description = model.description();
    let output = description.outputs.first();
    let classes = output.filter(|output| output.shape.iter().filter(|&&extent| extent != 1).count() <= 1);
    let classes = classes.map_or(0, |output| output.shape.iter().map(|&extent| extent as usize).product());
    Labels::new(&description.labels, classes)
}

fn subject(record: &Record) -> Subject {
    Subject {
        name: record.facts.name.clone(),
        version: record.facts.version.to_string(),
        digest: record.component.to_string(),
        source_digest: record.facts.source_digest.clone(),
        size: record.size,
        parameters: record.facts.parameters,
    }
}

fn host(computed: &str) -> Host {
    Host {
        maasm: format!("{}{computed}", env!("CARGO_PKG_VERSION")),
        system: std::env::consts::OS.into(),
        architecture: std::env::consts::ARCH.into(),
        processors: std::thread::available_parallelism().map_or(1, |count| count.get() as u32),
    }
}
