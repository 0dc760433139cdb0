//! `maasm recognize`

use anyhow::{Context, Result};
use maasm_engine::{Engine, EngineOptions, Model, Recognition};
use maasm_protocol::recognition::Answer;
use serde_json::json;
use std::io::Read;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Recognise files with a component, without a server.
///
/// Ends with 1 if any file could not be recognised; the others are.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm recognize my-cnn.wasm cat.jpg
  maasm recognize my-cnn.wasm photos/*.jpg --top-k 1 --json
  cat cat.jpg | maasm recognize my-cnn.wasm -")]
pub struct Arguments {
    /// The component, made by `maasm package`
    component: PathBuf,
    /// Pictures; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How many of the likeliest classes to tell
    #[arg(long, value_name = "N", default_value = "5")]
    top_k: NonZeroU32,
    /// One JSON object for each file, each on its line
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<ExitCode> {
    let model = Engine::new(EngineOptions::default())?.load(&arguments.component)?;
    let mut exit = ExitCode::SUCCESS;
    for file in &arguments.files {
        match recognize(&model, file, arguments.top_k.get()) {
            Ok(recognition) if arguments.json => println!("{}", line(&model, file, &recognition)),
            Ok(recognition) => print!("{}", table(file, &recognition)),
            Err(error) => {
                exit = ExitCode::FAILURE;
                eprintln!("error: {}: {}", file.display(), super::one_line(&error));
            }
        }
    }
    Ok(exit)
}

fn recognize(model: &Model, file: &Path, top_k: u32) -> Result<Recognition> {
    let mut data = Vec::new();
    match file.to_str() {
        Some("-") => std::io::stdin().lock().read_to_end(&mut data).context("cannot read standard input")?,
        _ => std::fs::File::open(file).and_then(|mut file| file.read_to_end(&mut data)).context("cannot be read")?,
    };
    Ok(model.recognize(&data, top_k)?)
}

/// As the server answers, and which file it is about.
fn line(model: &Model, file: &Path, recognition: &Recognition) -> serde_json::Value {
    let mut line = json!(Answer::new(model.description(), recognition));
    line["file"] = json!(file.to_string_lossy());
    line
}

fn table(file: &Path, recognition: &Recognition) -> String {
    let Recognition { classifications, media, timings } = recognition;
    let mut text = format!("{}: {}, {} × {}\n", file.display(), media.media_type, media.width, media.height);
    let widest = classifications.iter().map(|class| class.label.chars().count()).max().unwrap_or(0);
    for (rank, class) in classifications.iter().enumerate() {
        let percent = class.score * 100.0;
        text += &format!("{:>4}  {:<widest$}  {percent:>6.2} %\n", rank + 1, class.label);
    }
    let ms = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
    text + &format!(
        "      {:.2} ms: instance {:.2}, decode {:.2}, preprocess {:.2}, inference {:.2}\n",
        ms(timings.total),
        ms(timings.instance),
        ms(timings.decode),
        ms(timings.preprocess),
        ms(timings.inference)
    )
}
