//! The loaded model and what it can be asked.

use crate::bindings::exports::maasm::model::inference::Classification;
use crate::bindings::exports::maasm::model::types::{Complaint, Description, Error, Limit, MediaInfo, Pixels, Tensor};
use crate::engine::Engine;
use crate::infer::{info, type_text};
use crate::input::physical_layout;
use crate::media;
use maasm_media::{MediaError, MediaType, Picture};
use maasm_plan::recipe::{ImageRecipe, Layout};
use maasm_plan::{Card, Package, Plan, Recipe, Scores};
use maasm_runtime::AlignedBytes;

/// A model with its memory, ready to be asked.
pub struct Model<E> {
    pub(crate) card: Card,
    pub(crate) engine: E,
    image: Option<ImageInput>,
    stage: Stage,
}

/// How pictures get in.
struct ImageInput {
    recipe: ImageRecipe,
    /// The order of the plan's input tensor.
    layout: Layout,
    /// Of which types they may be.
    accepts: Vec<MediaType>,
}

/// How far a recognition has come.
enum Stage {
    Idle,
    Decoded(Picture),
    Filled,
    Ran,
}

impl<E: Engine> Model<E> {
    /// A model of what the packager has put in.
    ///
    /// # Errors
    /// If its parts do not go together.
    pub fn new(package: Package, constants: AlignedBytes, arena: AlignedBytes) -> Result<Self, String> {
        let Package { card, recipe, plan } = package;
        let image = match recipe {
            None => None,
            Some(Recipe::Image(recipe)) => {
                let layout = physical_layout(&recipe, &plan)?;
                let accepts = media::types(&card.media)?;
                Some(ImageInput { recipe, layout, accepts })
            }
        };
        let engine = E::load(&card, plan, constants, arena)?;
        Ok(Self { card, engine, image, stage: Stage::Idle })
    }

    pub(crate) fn describe(&self) -> Description {
        let plan = self.engine.plan();
        let card = self.card.clone();
        Description {
            name: card.name,
            version: card.version,
            description: card.description,
            license: card.license,
            source: card.source,
            source_digest: card.source_digest,
            parameters: card.parameters,
            multiply_accumulates: card.multiply_accumulates,
            inputs: plan.inputs.iter().map(|port| info(plan, port)).collect(),
            outputs: plan.outputs.iter().map(|port| info(plan, port)).collect(),
            accepts: self.accepts().iter().map(|media_type| media_type.name().into()).collect(),
            labels: card.labels.iter().map(String::from).collect(),
        }
    }

    pub(crate) fn recognize(&mut self, data: &[u8], top_k: u32) -> Result<Vec<Classification>, Error> {
        check_top_k(top_k)?;
        let scores = self.scores(data)?;
        Ok(self.classifications(&scores, top_k))
    }

    /// All outputs for what the bytes show.
    pub(crate) fn infer_media(&mut self, data: &[u8]) -> Result<Vec<Tensor>, Error> {
        self.picture(data)?;
        self.preprocess()?;
        self.run()?;
        self.stage = Stage::Idle;
        Ok(self.outputs())
    }

    /// The score of every class.
    pub(crate) fn scores(&mut self, data: &[u8]) -> Result<Vec<f32>, Error> {
        self.decode(data)?;
        self.preprocess()?;
        self.run()?;
        self.stage = Stage::Idle;
        Ok(self.ranked())
    }

    /// The first stage of a recognition; a stage that was not finished before is given up. A model that knows no
    /// classes is told here, not after it has run.
    pub(crate) fn decode(&mut self, data: &[u8]) -> Result<MediaInfo, Error> {
        self.stage = Stage::Idle;
        self.classes()?;
        self.picture(data)
    }

    fn picture(&mut self, data: &[u8]) -> Result<MediaInfo, Error> {
        self.stage = Stage::Idle;
        let accepts = &self.image()?.accepts;
        let picture = media::decode(data, accepts).map_err(|error| self.media_error(error))?;
        let info = MediaInfo {
            media_type: picture.media_type().name().into(),
            width: picture.width(),
            height: picture.height(),
        };
        self.stage = Stage::Decoded(picture);
        Ok(info)
    }

    /// A small copy of what was decoded.
    pub(crate) fn thumbnail(&self, longest: u32) -> Result<Pixels, Error> {
        let Stage::Decoded(picture) = &self.stage else { return Err(out_of_order("thumbnail", "decode")) };
        let (width, height, data) = maasm_media::thumbnail(picture, longest);
        Ok(Pixels { width, height, data })
    }

    pub(crate) fn preprocess(&mut self) -> Result<(), Error> {
        let Stage::Decoded(picture) = std::mem::replace(&mut self.stage, Stage::Idle) else {
            return Err(out_of_order("preprocess", "decode"));
        };
        let Some(image) = &self.image else { return Err(no_recipe()) };
        media::preprocess(&picture, &image.recipe, image.layout, self.engine.input_mut(0));
        self.stage = Stage::Filled;
        Ok(())
    }

    pub(crate) fn run(&mut self) -> Result<(), Error> {
        let Stage::Filled = std::mem::replace(&mut self.stage, Stage::Idle) else {
            return Err(out_of_order("run", "preprocess"));
        };
        self.execute()?;
        self.stage = Stage::Ran;
        Ok(())
    }

    pub(crate) fn rank(&mut self, top_k: u32) -> Result<Vec<Classification>, Error> {
        let Stage::Ran = self.stage else { return Err(out_of_order("rank", "run")) };
        check_top_k(top_k)?;
        self.stage = Stage::Idle;
        Ok(self.classifications(&self.ranked(), top_k))
    }

    /// How many classes there are, of a model that has a recipe.
    pub(crate) fn classes(&self) -> Result<usize, Error> {
        self.image()?;
        let plan = self.engine.plan();
        plan.classes().map(|classes| classes as usize).ok_or_else(|| no_classes(plan))
    }

    /// Gives up a recognition whose memory is about to be used for something else.
    pub(crate) fn interrupt(&mut self) {
        self.stage = Stage::Idle;
    }

    /// Of which types pictures may be.
    fn accepts(&self) -> &[MediaType] {
        self.image.as_ref().map_or(&[], |image| &image.accepts)
    }

    fn media_error(&self, error: MediaError) -> Error {
        match error {
            MediaError::Empty => Error::EmptyInput,
            MediaError::Unsupported(looks_like) if self.accepts().len() < MediaType::ALL.len() => {
                let names: Vec<&str> = self.accepts().iter().map(|media_type| media_type.name()).collect();
                Error::UnsupportedMedia(format!("{looks_like}; send {}", names.join(" or ")))
            }
            MediaError::Unsupported(_) => Error::UnsupportedMedia(error.to_string()),
            MediaError::Malformed(reason) => Error::MalformedMedia(reason),
            MediaError::TooLarge { what, value, maximum } => {
                Error::TooLarge(Limit { what: what.into(), value, maximum })
            }
        }
    }

    fn image(&self) -> Result<&ImageInput, Error> {
        self.image.as_ref().ok_or_else(no_recipe)
    }

    /// The classes' scores after a run.
    fn ranked(&self) -> Vec<f32> {
        let output = self.engine.output_f32(0);
        match self.card.scores {
            Scores::Logits => maasm_metrics::softmax(output),
            Scores::Probabilities | Scores::Sigmoid => output.to_vec(),
        }
    }

    fn classifications(&self, scores: &[f32], top_k: u32) -> Vec<Classification> {
        let label = |index: usize| self.card.labels.get(index).map_or_else(|| index.to_string(), String::from);
        maasm_metrics::top(scores, top_k as usize)
            .into_iter()
            .map(|index| Classification { label: label(index), index: index as u32, score: scores[index] })
            .collect()
    }
}

fn check_top_k(top_k: u32) -> Result<(), Error> {
    match top_k {
        0 => Err(Error::InvalidArgument(Complaint {
            name: "top-k".into(),
            reason: "is 0; ask for at least 1 class".into(),
        })),
        _ => Ok(()),
    }
}

fn no_recipe() -> Error {
    Error::UnsupportedOperation(
        "this model has no recipe that turns a picture into its input; call infer with tensors, or package it with \
         a recipe"
            .into(),
    )
}

fn no_classes(plan: &Plan) -> Error {
    let output = match plan.outputs.first() {
        None => "it has no output".into(),
        Some(port) => {
            let info = info(plan, port);
            format!("its first output {} is {}", info.name, type_text(info.element_type, &info.shape))
        }
    };
    Error::UnsupportedOperation(format!(
        "this model is no classifier: {output}, which is no list of classes; call infer, which gives all outputs as \
         tensors"
    ))
}

fn out_of_order(stage: &str, before: &str) -> Error {
    Error::UnsupportedOperation(format!("{stage} follows {before}, which has not been called"))
}
