//! Random graphs of all operators stay valid, and models that something happened to are refused or changed, but nothing
//! panics.

use crate::support::compare;
use maasm_restructure::low_rank::Keep;
use maasm_restructure::{channels, equalize, fold, head, low_rank, magnitude};
use maasm_tests::mutation::mutate;
use maasm_tests::random::Random;
use maasm_tests::{graph, onnx};
use tract_onnx::pb::{ModelProto, NodeProto};

/// A random graph with a convolution before and behind it where that fits, so that it has channels that may go.
fn network(seed: u64) -> (ModelProto, graph::Graph) {
    let mut random = Random::new(seed);
    let mut graph = graph::random(seed);
    let input = graph.inputs[0].0.clone();
    if input.shape.len() == 4 {
        let channels = input.shape[1];
        let weights = |name: &str, random: &mut Random| {
            let mut tensor = onnx::weights(name, &[channels as i64, channels as i64, 1, 1]);
            let values = (0..channels * channels).flat_map(|_| random.float(-1.0, 1.0).to_le_bytes());
            tensor.raw_data = values.collect();
            tensor
        };
        graph.constants.extend([weights("first", &mut random), weights("last", &mut random)]);
        let rename = |node: &mut NodeProto| {
            node.input.iter_mut().filter(|name| **name == input.name).for_each(|name| *name = "made".into());
        };
        graph.nodes.iter_mut().for_each(rename);
        graph.nodes.insert(0, onnx::node("Conv", &[&input.name, "first"], &["made"], vec![]));
        graph.values.push(graph::Value { name: "made".into(), ..input.clone() });
        let fits =
            |value: &&graph::Value| value.shape.len() == 4 && value.shape[1] == channels && value.kind == input.kind;
        if let Some(end) = graph.leaves().iter().find(fits) {
            graph.nodes.push(onnx::node("Conv", &[&end.name, "last"], &["end"], vec![]));
            graph.values.push(graph::Value { name: "end".into(), ..end.clone() });
            let end = graph.values.last().cloned().unwrap();
            return (graph.model(&[end]), graph);
        }
    }
    (graph.model(&graph.leaves()), graph)
}

#[test]
fn pruned_random_graphs_are_valid_and_give_results_of_the_same_shape() {
    let mut models = vec![];
    for seed in 0..400 {
        let (model, graph) = network(seed);
        let shape = |name: &str| graph.values.iter().find(|value| value.name == name).map(|value| value.shape.clone());
        if let Ok((after, _)) = channels::prune(&model, &shape, 0.5) {
            models.push((seed, model, after));
        }
    }
    println!("{} of 400 were pruned", models.len());
    assert!(models.len() > 20);
    let pairs: Vec<_> = models.iter().map(|(_, before, after)| (before, after)).collect();
    for (comparison, (seed, ..)) in compare(&pairs).into_iter().flatten().zip(&models) {
        assert!(comparison.difference.is_some(), "seed {seed}");
    }
}

#[test]
fn folded_equalised_and_factorised_random_graphs_compute_the_same() {
    let mut models = vec![];
    for seed in 0..60 {
        let (model, _) = network(seed);
        let factorised = low_rank::factorize(&model, Keep::Energy(1.0)).unwrap().0;
        let equalised = equalize::equalize(&factorised).unwrap().0;
        models.push((model, equalised));
    }
    let pairs: Vec<_> = models.iter().map(|(before, after)| (before, after)).collect();
    for (seed, comparison) in compare(&pairs).into_iter().flatten().enumerate() {
        let limit = 1e-3 * comparison.magnitude.max(1.0);
        assert!(comparison.difference.is_some_and(|difference| difference <= limit), "seed {seed}: {comparison:?}");
    }
}

#[test]
fn models_that_something_happened_to_cause_no_panic() {
    let mut random = Random::new(1);
    for seed in 0..1500 {
        let (mut model, graph) = if seed % 3 == 0 { (onnx::small_network(), graph::random(1)) } else { network(seed) };
        mutate(&mut model, &network(seed + 1).0, &mut random);
        let shape = |name: &str| graph.values.iter().find(|value| value.name == name).map(|value| value.shape.clone());
        let _ = channels::prune(&model, &shape, 0.5);
        let _ = channels::prune(&model, &|_| Some(vec![1, 4, 1, 1]), 0.5);
        let _ = magnitude::prune(&model, 0.5);
        let _ = low_rank::factorize(&model, Keep::Rank(1));
        let _ = fold::fold(&model);
        let _ = equalize::equalize(&model);
        let _ = head::features(&model);
        let _ = head::replace(&model, &[0.5; 8], &[0.0; 2]);
        let _ = head::scale(&model, 2.0);
    }
}
