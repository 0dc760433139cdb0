//! `POST /api/v1/evaluate`: labelled samples in, figures out. Where `maasm serve` takes a job on, this answers at once, for
//! as many samples as a body holds.

use crate::answer::{self, Body};
use crate::asked::Asked;
use crate::model;
use bytes::Bytes;
use http::Response;
use http::request::Parts;
use maasm_metrics::{Figures, Outcome};
use maasm_protocol::evaluation::{Failure, Summary};
use maasm_protocol::labels::Labels;
use maasm_protocol::{Kind, Problem, form, query};
use std::collections::BTreeMap;
use std::io::Read;

/// A sample with the truth about it.
struct Sample {
    name: String,
    label: String,
    bytes: Bytes,
}

pub fn evaluate(parts: &Parts, body: Bytes) -> Result<Response<Body>, Problem> {
    let asked: Asked = query::parse(parts.uri.query().unwrap_or_default())?;
    let description = model::describe();
    asked.check(&description)?;
    let samples = samples(parts, body)?;
    let classes = classes(&description)?;
    let labels = Labels::new(&description.labels, classes);
    let find = |sample: &Sample| labels.find(&sample.label).map_err(|why| bad(format!("{}: {why}", sample.name)));
    // What makes no sense is told before anything is computed.
    let truths: Vec<u32> = samples.iter().map(find).collect::<Result<_, _>>()?;

    let mut figures = Figures::new(classes);
    let (mut confusions, mut failures) = (BTreeMap::new(), Vec::new());
    for (sample, truth) in samples.iter().zip(truths) {
        match scores(&sample.bytes, classes) {
            Ok(scores) => {
                let outcome = Outcome::of(&scores, truth);
                figures.add(&outcome);
                *confusions.entry((truth, outcome.predicted)).or_default() += 1;
            }
            Err(reason) => failures.push(Failure { sample: sample.name.clone(), reason }),
        }
    }
    Ok(answer::json(&Summary::new(&description, &figures, &confusions, |index| labels.name(index), failures)))
}

/// How many classes the model's first output has.
fn classes(model: &maasm_protocol::model::Description) -> Result<usize, Problem> {
    let shape = model.outputs.first().map_or(&[][..], |output| &output.shape);
    match shape.iter().filter(|&&extent| extent > 1).count() {
        0 | 1 if !shape.is_empty() => Ok(shape.iter().product::<u32>() as usize),
        _ => Err(Problem::new(Kind::UnsupportedOperation, "the model's first output is no list of classes")),
    }
}

/// The probability of each class.
fn scores(sample: &[u8], classes: usize) -> Result<Vec<f32>, String> {
    let recognition = model::recognize(sample, u32::MAX).map_err(|error| error.to_string())?;
    let mut scores = vec![0.0; classes];
    for class in recognition.classifications {
        if let Some(score) = scores.get_mut(class.index as usize) {
            *score = class.score;
        }
    }
    match maasm_metrics::not_finite(&scores) {
        None => Ok(scores),
        Some(class) => Err(maasm_metrics::no_number(class, scores[class])),
    }
}

/// Samples of a form, whose fields are called as their class; or of a tar archive of a folder for each class.
fn samples(parts: &Parts, body: Bytes) -> Result<Vec<Sample>, Problem> {
    let samples = if form::is_form(&parts.headers) { of_form(parts, body)? } else { of_archive(&body)? };
    match samples.is_empty() {
        true => Err(bad("there are no samples; send a tar archive of a folder for each class, or a form".into())),
        false => Ok(samples),
    }
}

fn of_form(parts: &Parts, body: Bytes) -> Result<Vec<Sample>, Problem> {
    let sample = |(index, field): (usize, form::Field)| Sample {
        name: field.file_name.unwrap_or_else(|| format!("part {}", index + 1)),
        label: field.name,
        bytes: field.bytes,
    };
    Ok(form::fields(&parts.headers, body)?.into_iter().enumerate().map(sample).collect())
}

fn of_archive(body: &Bytes) -> Result<Vec<Sample>, Problem> {
    if body.starts_with(&[0x1f, 0x8b]) || body.starts_with(b"PK") {
        return Err(bad("the archive is compressed; send a plain tar archive".into()));
    }
    let damaged = |error: std::io::Error| bad(format!("the tar archive is damaged: {error}"));
    let mut archive = tar::Archive::new(&body[..]);
    let mut samples = Vec::new();
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let name = path.trim_start_matches("./").to_owned();
        if !entry.header().entry_type().is_file() || name.split('/').any(|part| part.starts_with('.')) {
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(damaged)?;
        let mut folders = name.rsplit('/').skip(1);
        let Some(label) = folders.next().map(str::to_owned) else {
            return Err(bad(format!("{name} lies in no folder; each class has a folder that is called as it")));
        };
        samples.push(Sample { name, label, bytes: bytes.into() });
    }
    samples.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(samples)
}

fn bad(detail: String) -> Problem {
    Problem::new(Kind::BadData, detail)
}
