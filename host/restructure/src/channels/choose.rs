//! Groups, and which of their channels go.

use super::follow::{Layer, Network};
use super::{Group, Protected};
use crate::{Error, graph};
use std::collections::BTreeMap;

/// From here on what stays is a multiple of [`STEP`].
const MANY: usize = 64;
/// The channels that a kernel computes at once.
const STEP: usize = 8;

pub(super) struct Choice {
    /// By class.
    pub removed: Vec<bool>,
    pub groups: Vec<Group>,
    pub channels_before: usize,
    pub channels_after: usize,
    pub protected: Vec<Protected>,
}

pub(super) fn choose(network: &mut Network, fraction: f64) -> Result<Choice, Error> {
    let classes: Vec<usize> = (0..network.classes.len()).map(|id| network.classes.of(id)).collect();
    let mut reasons: Vec<Option<&str>> = vec![None; classes.len()];
    for (ids, reason) in &network.protected {
        for &id in ids.iter() {
            reasons[classes[id]].get_or_insert(reason);
        }
    }
    let importance = importance(&network.layers, &classes);
    let name = |layer: &Layer| graph::name(&network.index.graph.node[layer.node]).to_owned();
    let sources: Vec<&Layer> = network.layers.iter().filter(|layer| layer.is_source).collect();
    let mut removed = vec![false; classes.len()];
    let mut groups = Vec::new();
    for (makers, members) in gather(&sources, &classes) {
        let mut members: Vec<usize> = members.into_iter().filter(|&class| reasons[class].is_none()).collect();
        if members.len() < 2 {
            continue;
        }
        let is_member = |id: &&usize| members.binary_search(&classes[**id]).is_ok();
        let before = sources[makers[0]].ids.iter().filter(is_member).count();
        let each = before / members.len();
        let kept = kept(members.len(), each, fraction);
        members.sort_by(|&a, &b| importance[a].total_cmp(&importance[b]).then(a.cmp(&b)));
        let gone = members.len() - kept;
        members[..gone].iter().for_each(|&class| removed[class] = true);
        let after = sources[makers[0]].ids.iter().filter(|&&id| members[gone..].contains(&classes[id])).count();
        groups.push(Group { layers: makers.iter().map(|&maker| name(sources[maker])).collect(), before, after });
    }
    let protected: Vec<Protected> = sources
        .iter()
        .filter_map(|layer| {
            let reason = layer.ids.iter().find_map(|&id| reasons[classes[id]])?;
            Some(Protected { layer: name(layer), reason: reason.into() })
        })
        .collect();
    if groups.is_empty() {
        let why = match &protected[..] {
            [] => "it has no convolution or dense layer with constant weights whose channels could be followed".into(),
            [Protected { layer, reason }, ..] => {
                format!("the channels of all {} layers are needed, those of {layer:?} for: {reason}", protected.len())
            }
        };
        return Err(Error::Nothing { change: "pruned", why });
    }
    let made = || sources.iter().flat_map(|layer| layer.ids.iter());
    let channels_after = made().filter(|&&id| !removed[classes[id]]).count();
    Ok(Choice { channels_before: made().count(), channels_after, removed, groups, protected })
}

/// The classes by the layers that make them, in the order of the network; ascending in each.
fn gather(sources: &[&Layer], classes: &[usize]) -> BTreeMap<Vec<usize>, Vec<usize>> {
    let mut makers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (maker, layer) in sources.iter().enumerate() {
        for &id in layer.ids.iter() {
            let makers = makers.entry(classes[id]).or_default();
            if makers.last() != Some(&maker) {
                makers.push(maker);
            }
        }
    }
    let mut groups: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for (class, makers) in makers {
        groups.entry(makers).or_default().push(class);
    }
    groups
}

/// The sum of the norms that a class's channels have in each layer, as multiples of the layer's mean.
fn importance(layers: &[Layer], classes: &[usize]) -> Vec<f64> {
    let mut importance = vec![0.0; classes.len()];
    for layer in layers {
        let mean = layer.norms.iter().sum::<f64>() / layer.norms.len().max(1) as f64;
        for (&id, norm) in layer.ids.iter().zip(&layer.norms) {
            importance[classes[id]] += if mean > 0.0 { norm / mean } else { 0.0 };
        }
    }
    importance
}

/// How many of a group's classes stay, if each has so many channels.
fn kept(classes: usize, each: usize, fraction: f64) -> usize {
    // What a product such as 0.1 · 30 has too much is no channel.
    const ROUNDING: f64 = 1e-9;
    let removed = (fraction * classes as f64 - ROUNDING).ceil().max(0.0) as usize;
    let kept = classes.saturating_sub(removed).max(1);
    if removed == 0 || classes * each < MANY {
        return kept;
    }
    (1..=kept).rev().find(|kept| (kept * each).is_multiple_of(STEP)).unwrap_or(kept)
}

#[cfg(test)]
mod tests {
    use super::kept;

    #[test]
    fn at_least_the_fraction_goes_and_one_stays() {
        assert_eq!(kept(10, 1, 0.3), 7);
        assert_eq!(kept(30, 1, 0.1), 27);
        assert_eq!(kept(31, 1, 0.1), 27);
        assert_eq!(kept(3, 1, 0.99), 1);
        assert_eq!(kept(100, 1, 0.999), 1);
    }

    #[test]
    fn of_many_channels_a_multiple_of_eight_stays() {
        assert_eq!(kept(64, 1, 0.3), 40);
        assert_eq!(kept(256, 1, 0.3), 176);
        assert_eq!(kept(63, 1, 0.3), 44);
        assert_eq!(kept(32, 4, 0.1), 28);
        assert_eq!(kept(65, 1, 0.0), 65);
    }
}
