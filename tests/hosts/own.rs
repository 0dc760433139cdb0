//! A model, a picture, and what this project's own host makes of them.

use maasm_engine::{Engine, EngineOptions};
use maasm_package::Simd;
use maasm_tests::answers::Answers;
use maasm_trials::models;
use std::path::PathBuf;
use tempfile::TempDir;

/// How many classes the examples ask for.
pub const TOP: u32 = 3;

const PICTURE: &str = "picture.jpg";

/// A component and a picture as files.
pub struct Sample {
    pub folder: TempDir,
    pub component: PathBuf,
    pub picture: PathBuf,
}

impl Sample {
    /// The component of a small network and a picture that it takes.
    pub fn new(simd: Simd) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [component, picture] = ["small.wasm", PICTURE].map(|name| folder.path().join(name));
        std::fs::write(&component, models::network_with("small", "1.0.0", simd).unwrap()).unwrap();
        std::fs::write(&picture, models::picture().unwrap()).unwrap();
        Self { folder, component, picture }
    }

    /// What this project's host answers.
    pub fn own_answers(&self) -> Answers {
        // What `maasm export` compiled before lies beside the component.
        let model = Engine::new(EngineOptions::default()).unwrap().load(&self.component).unwrap();
        let picture = std::fs::read(self.folder.path().join(PICTURE)).unwrap();
        let ranked = model.recognize(&picture, TOP).unwrap().classifications;
        let ranked = ranked.into_iter().map(|answer| (answer.score, answer.label)).collect();
        let values = |data: &[u8]| {
            data.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().expect("four bytes"))).collect()
        };
        let outputs = model.infer_media(&picture).unwrap();
        let outputs = outputs.into_iter().map(|tensor| (tensor.name, values(&tensor.data))).collect();
        Answers { ranked, outputs }
    }
}
