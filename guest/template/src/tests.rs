//! Given a model whose answer everybody can tell, each export says what `wit/model.wit` promises.

use crate::bindings::exports::maasm::model::inference::{Failure, LabelledSample};
use crate::bindings::exports::maasm::model::types::{ElementType as WitElementType, Error, Tensor as WitTensor};
use maasm_plan::op::{Op, Reduce, ReduceKind, Unary};
use maasm_plan::recipe::{Channels, Filter, ImageRecipe, Layout, Resize};
use maasm_plan::{Card, ElementType, Package, Place, Plan, Port, Recipe, Scores, Step, Tensor};
use maasm_runtime::{AlignedBytes, Executor};

type Model = crate::Model<Executor<AlignedBytes>>;

/// Bytes of the arena: the input and the output, each at a multiple of 64.
const ARENA: usize = 128;

/// The mean of each colour in a picture of 2×2 pixels, channels first outside and last inside: which is the
/// strongest?
fn strongest_colour() -> Package {
    let tensor = |offset, shape: &[u32]| Tensor {
        element_type: ElementType::F32,
        shape: shape.into(),
        place: Place::Arena(offset),
    };
    let plan = Plan {
        inputs: vec![Port {
            name: "picture".into(),
            shape: vec![1, 3, 2, 2],
            tensor: 0,
            axes: vec![0, 2, 3, 1],
            count: None,
        }],
        outputs: vec![Port { name: "means".into(), shape: vec![1, 3], tensor: 1, axes: vec![], count: None }],
        tensors: vec![tensor(0, &[1, 2, 2, 3]), tensor(64, &[1, 3])],
        steps: vec![Step {
            name: "mean".into(),
            op: Op::Reduce(Reduce { kind: ReduceKind::Mean, outer: 1, extent: 4, inner: 3 }),
            inputs: vec![0],
            outputs: vec![1],
            scratch: None,
        }],
        arena_len: ARENA as u64,
        constants_len: 0,
    };
    let recipe = ImageRecipe {
        width: 2,
        height: 2,
        resize: Resize::Stretch,
        filter: Filter::Bilinear,
        channels: Channels::Rgb,
        layout: Layout::ChannelsFirst,
        mean: vec![0.0; 3],
        scale: vec![1.0 / 255.0; 3],
    };
    let card = Card { labels: ["red", "green"].into(), ..Card::default() };
    Package { card, recipe: Some(Recipe::Image(recipe)), plan }
}

fn load(package: Package) -> Result<Model, String> {
    Model::new(package, AlignedBytes::zeroed(0), AlignedBytes::zeroed(ARENA))
}

fn model() -> Model {
    load(strongest_colour()).unwrap()
}

/// A bitmap of one pixel. Layout: Microsoft's BITMAPFILEHEADER and BITMAPINFOHEADER.
fn pixel([red, green, blue]: [u8; 3]) -> Vec<u8> {
    let mut bytes = b"BM".to_vec();
    let header: [u32; 13] = [58, 0, 54, 40, 1, 1, 1 | 24 << 16, 0, 4, 0, 0, 0, 0];
    bytes.extend(header.iter().flat_map(|number| number.to_le_bytes()));
    bytes.extend([blue, green, red, 0]);
    bytes
}

const RED: [u8; 3] = [255, 51, 0];
const BLUE: [u8; 3] = [0, 51, 255];

#[test]
fn recognize_ranks_the_classes_and_names_them_by_index_where_there_is_no_label() {
    let answers = model().recognize(&pixel(BLUE), 9).unwrap();
    let percent = |score: f32| (score * 100.0).round();
    let answers: Vec<_> = answers.iter().map(|a| (a.label.as_str(), a.index, percent(a.score))).collect();
    assert_eq!(answers, [("2", 2, 100.0), ("green", 1, 20.0), ("red", 0, 0.0)]);
}

#[test]
fn logits_become_probabilities() {
    let mut package = strongest_colour();
    package.card.scores = Scores::Logits;
    let answers = load(package).unwrap().recognize(&pixel(RED), 1).unwrap();
    // scipy.special.softmax([1, 0.2, 0])[0]
    assert!((answers[0].score - 0.550_294_6).abs() < 1e-6, "{}", answers[0].score);
}

#[test]
fn no_classes_asked_for_is_an_invalid_argument() {
    assert!(matches!(model().recognize(&pixel(RED), 0), Err(Error::InvalidArgument(c)) if c.name == "top-k"));
}

#[test]
fn bad_bytes_are_told_apart_and_harm_nothing() {
    let mut model = model();
    assert!(matches!(model.recognize(b"", 1), Err(Error::EmptyInput)));
    assert!(matches!(model.recognize(b"hello", 1), Err(Error::UnsupportedMedia(_))));
    assert!(matches!(model.recognize(&pixel(RED)[..40], 1), Err(Error::MalformedMedia(_))));
    assert_eq!(model.recognize(&pixel(RED), 1).unwrap()[0].label, "red");
}

#[test]
fn a_model_for_some_media_types_says_so_and_takes_no_others() {
    let of = |media: &[&str]| {
        let mut package = strongest_colour();
        package.card.media = media.iter().map(|&name| name.into()).collect();
        load(package)
    };
    let mut model = of(&["image/jpeg", "image/png"]).unwrap();
    assert_eq!(model.describe().accepts, ["image/jpeg", "image/png"]);
    for (bytes, looks_like) in [(pixel(RED), "this is image/bmp"), (b"hello".to_vec(), "this looks like text")] {
        let Err(Error::UnsupportedMedia(reason)) = model.recognize(&bytes, 1) else { panic!("{looks_like}: taken") };
        assert_eq!(reason, format!("{looks_like}; send image/jpeg or image/png"));
    }
    assert_eq!(of(&["image/bmp"]).unwrap().recognize(&pixel(RED), 1).unwrap()[0].label, "red");
    assert!(of(&["image/tiff"]).is_err());
}

#[test]
fn a_model_without_recipe_only_infers() {
    let mut model = load(Package { recipe: None, ..strongest_colour() }).unwrap();
    assert!(matches!(model.recognize(&pixel(RED), 1), Err(Error::UnsupportedOperation(_))));
    assert!(matches!(model.evaluate(&[]), Err(Error::UnsupportedOperation(_))));
    assert!(model.describe().accepts.is_empty());
    assert!(model.infer(&[picture()]).is_ok());
}

#[test]
fn the_stages_in_order_give_what_recognize_gives() {
    let mut model = model();
    let media = model.decode(&pixel(RED)).unwrap();
    assert_eq!((media.media_type.as_str(), media.width, media.height), ("image/bmp", 1, 1));
    model.preprocess().unwrap();
    model.run().unwrap();
    let answers = model.rank(1).unwrap();
    assert_eq!((answers[0].label.as_str(), answers[0].score), ("red", 1.0));
}

#[test]
fn a_stage_out_of_order_is_refused() {
    let mut model = model();
    let refused = |result: Result<(), Error>| assert!(matches!(result, Err(Error::UnsupportedOperation(_))));
    refused(model.preprocess());
    refused(model.run());
    refused(model.rank(1).map(drop));
    model.decode(&pixel(RED)).unwrap();
    refused(model.run());
    refused(model.preprocess());
}

#[test]
fn evaluate_counts_samples_and_reports_those_that_cannot_be_decoded() {
    let sample = |data, label| LabelledSample { data, label };
    let samples = [sample(pixel(RED), 0), sample(b"hello".to_vec(), 1), sample(pixel(RED), 1), sample(pixel(BLUE), 2)];
    let report = model().evaluate(&samples).unwrap();
    assert_eq!(report.samples, 3);
    assert_eq!(report.ranks, [2, 1, 0]);
    let confusions: Vec<(u32, u32, u64)> =
        report.confusions.iter().map(|cell| (cell.expected, cell.predicted, cell.count)).collect();
    assert_eq!(confusions, [(0, 0, 1), (1, 0, 1), (2, 2, 1)]);
    assert_eq!(report.calibration.len(), 15);
    assert!(matches!(&report.failures[..], [Failure { sample: 1, error: Error::UnsupportedMedia(_) }]));
    assert!(report.latency.is_none());
}

#[test]
fn a_sample_whose_scores_are_no_numbers_is_a_failure() {
    // The logarithm of no red at all is −∞.
    let mut package = strongest_colour();
    let step = |op| Step { name: "log".into(), op, inputs: vec![1], outputs: vec![1], scratch: None };
    package.plan.steps.push(step(Op::Unary(Unary::Log)));
    let samples = [RED, BLUE, [255, 255, 255]].map(|colour| LabelledSample { data: pixel(colour), label: 0 });
    let report = load(package).unwrap().evaluate(&samples).unwrap();
    assert_eq!((report.samples, report.ranks.iter().sum::<u64>()), (1, 1));
    let failed: Vec<u32> = report.failures.iter().map(|failure| failure.sample).collect();
    assert_eq!(failed, [0, 1]);
    let Error::InvalidTensor(complaint) = &report.failures[0].error else { panic!("another error") };
    assert!(complaint.reason.contains("-inf"), "{}", complaint.reason);
}

#[test]
fn a_label_that_the_model_does_not_have_is_an_invalid_argument() {
    let samples = [LabelledSample { data: pixel(RED), label: 3 }];
    assert!(matches!(model().evaluate(&samples), Err(Error::InvalidArgument(_))));
}

/// The input tensor, channels first: red is 1, green is 2, blue is 3 everywhere.
fn picture() -> WitTensor {
    let elements = [1.0f32, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 3.0];
    WitTensor {
        name: "picture".into(),
        element_type: WitElementType::F32,
        shape: vec![1, 3, 2, 2],
        data: elements.iter().flat_map(|x| x.to_le_bytes()).collect(),
    }
}

#[test]
fn infer_takes_and_gives_tensors_in_the_outside_order() {
    let outputs = model().infer(&[picture()]).unwrap();
    let [means] = &outputs[..] else { panic!("there is one output") };
    assert_eq!((means.name.as_str(), &means.shape[..]), ("means", &[1, 3][..]));
    assert_eq!(means.data, [1.0f32, 2.0, 3.0].map(f32::to_le_bytes).concat());
}

#[test]
fn infer_media_prepares_the_picture_and_gives_all_outputs() {
    let outputs = model().infer_media(&pixel(RED)).unwrap();
    let [means] = &outputs[..] else { panic!("there is one output") };
    let found: Vec<f32> =
        means.data.as_chunks().0.iter().map(|&bytes| (f32::from_le_bytes(bytes) * 255.0).round()).collect();
    assert_eq!(found, [255.0, 51.0, 0.0]);
    assert!(matches!(model().infer_media(b"hello"), Err(Error::UnsupportedMedia(_))));
    let mut without_recipe = load(Package { recipe: None, ..strongest_colour() }).unwrap();
    assert!(matches!(without_recipe.infer_media(&pixel(RED)), Err(Error::UnsupportedOperation(_))));
}

/// The same with a second axis, as if each colour were somewhere.
fn no_classifier() -> Model {
    let mut package = strongest_colour();
    package.plan.outputs[0].shape = vec![1, 3, 1, 2];
    package.plan.outputs.truncate(1);
    package.plan.tensors[1].shape = vec![1, 3, 1, 2];
    package.plan.steps[0].op = Op::Reduce(Reduce { kind: ReduceKind::Mean, outer: 1, extent: 2, inner: 6 });
    load(package).unwrap()
}

#[test]
fn a_model_that_is_no_classifier_is_not_asked_for_classes_but_for_tensors() {
    let refused = |result: Result<(), Error>| match result {
        Err(Error::UnsupportedOperation(reason)) => assert!(reason.contains("[1, 3, 1, 2]"), "{reason}"),
        _ => panic!("not refused"),
    };
    refused(no_classifier().recognize(&pixel(RED), 1).map(drop));
    refused(no_classifier().decode(&pixel(RED)).map(drop));
    refused(no_classifier().evaluate(&[]).map(drop));
    assert_eq!(no_classifier().infer_media(&pixel(RED)).unwrap()[0].shape, [1, 3, 1, 2]);
}

#[test]
fn wrong_tensors_are_named_with_what_would_be_right() {
    let wrong = |change: fn(&mut WitTensor)| {
        let mut tensor = picture();
        change(&mut tensor);
        vec![tensor]
    };
    let cases = [
        (vec![], "is missing"),
        (vec![picture(), picture()], "more than once"),
        (wrong(|t| t.name = "photo".into()), "the inputs are picture"),
        (wrong(|t| t.shape = vec![1, 2, 2, 3]), "[1, 3, 2, 2]"),
        (wrong(|t| t.element_type = WitElementType::U8), "must be f32 of shape"),
        (wrong(|t| t.data.truncate(47)), "48"),
    ];
    let mut model = model();
    for (tensors, reason) in cases {
        match model.infer(&tensors) {
            Err(Error::InvalidTensor(complaint)) => {
                assert!(complaint.reason.contains(reason), "{reason}: {}", complaint.reason);
            }
            _ => panic!("{reason}: not refused"),
        }
    }
}

#[test]
fn a_recipe_that_does_not_fit_the_input_is_refused() {
    let refused = |change: fn(&mut ImageRecipe), reason: &str| {
        let mut package = strongest_colour();
        let Some(Recipe::Image(recipe)) = &mut package.recipe else { unreachable!() };
        change(recipe);
        let message = load(package).err().expect("the recipe does not fit");
        assert!(message.contains(reason), "{reason}: {message}");
    };
    refused(|r| r.width = 3, "takes 12");
    refused(|r| r.layout = Layout::ChannelsLast, "axes");
    refused(|r| r.mean.truncate(2), "mean must be 3");
}
