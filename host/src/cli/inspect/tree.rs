//! Layers grouped by the paths of their names.

use super::layers::Layer;

/// What layers add up to.
#[derive(Clone, Copy, Default)]
pub(super) struct Totals {
    pub layers: usize,
    pub parameters: u64,
    pub multiply_accumulates: u64,
    pub bytes: u64,
    pub milliseconds: Option<f64>,
    pub time_share: Option<f64>,
    pub unsupported: usize,
}

/// One line of the tree.
pub(super) struct Row<'a> {
    /// How many groups are around it.
    pub depth: usize,
    /// For each group around it, and then for itself, whether it is the last one in there.
    pub last: Vec<bool>,
    pub label: String,
    pub totals: Totals,
    /// The layer and its place among all, unless this is a group.
    pub layer: Option<(usize, &'a Layer)>,
}

/// All lines from the top, groups before what is in them; groups at `depth` are not opened.
pub(super) fn rows(layers: &[Layer], depth: Option<usize>) -> Vec<Row<'_>> {
    let mut root = Group::default();
    for (index, layer) in layers.iter().enumerate() {
        root.add(index, layer, &layer.path);
    }
    let mut rows = Vec::new();
    root.write(depth.unwrap_or(usize::MAX), &mut Vec::new(), &mut rows);
    rows
}

/// The sum of all layers.
pub(super) fn total(layers: &[Layer]) -> Totals {
    layers.iter().fold(Totals::default(), |totals, layer| totals.plus(&Totals::of(layer)))
}

impl Totals {
    fn of(layer: &Layer) -> Self {
        Self {
            layers: 1,
            parameters: layer.parameters,
            multiply_accumulates: layer.multiply_accumulates,
            bytes: layer.bytes,
            milliseconds: layer.milliseconds,
            time_share: layer.time_share,
            unsupported: usize::from(layer.unsupported.is_some()),
        }
    }

    fn plus(self, other: &Self) -> Self {
        let sum = |a: Option<f64>, b: Option<f64>| a.map_or(b, |a| Some(a + b.unwrap_or(0.0)));
        Self {
            layers: self.layers + other.layers,
            parameters: self.parameters + other.parameters,
            multiply_accumulates: self.multiply_accumulates + other.multiply_accumulates,
            bytes: self.bytes + other.bytes,
            milliseconds: sum(self.milliseconds, other.milliseconds),
            time_share: sum(self.time_share, other.time_share),
            unsupported: self.unsupported + other.unsupported,
        }
    }
}

/// Layers and groups of one path, in the order in which they first appear.
#[derive(Default)]
struct Group<'a> {
    entries: Vec<(&'a str, Entry<'a>)>,
    /// Where in `entries` a group is, so that wide models take no longer than deep ones.
    groups: std::collections::HashMap<&'a str, usize>,
    totals: Totals,
}

enum Entry<'a> {
    Layer(usize, &'a Layer),
    Group(Group<'a>),
}

impl<'a> Group<'a> {
    fn add(&mut self, index: usize, layer: &'a Layer, path: &'a [String]) {
        self.totals = self.totals.plus(&Totals::of(layer));
        let [first, rest @ ..] = path else { return };
        if rest.is_empty() {
            self.entries.push((first, Entry::Layer(index, layer)));
            return;
        }
        let group = *self.groups.entry(first).or_insert_with(|| {
            self.entries.push((first, Entry::Group(Group::default())));
            self.entries.len() - 1
        });
        if let Entry::Group(group) = &mut self.entries[group].1 {
            group.add(index, layer, rest);
        }
    }

    fn write(&self, depth: usize, last: &mut Vec<bool>, rows: &mut Vec<Row<'a>>) {
        for (index, (name, entry)) in self.entries.iter().enumerate() {
            last.push(index + 1 == self.entries.len());
            // A group of one needs no line of its own.
            let (mut label, mut entry) = (name.to_string(), entry);
            while let Entry::Group(group) = entry
                && let [(name, only)] = &group.entries[..]
            {
                label = format!("{label}/{name}");
                entry = only;
            }
            let (totals, layer) = match entry {
                Entry::Layer(index, layer) => (Totals::of(layer), Some((*index, *layer))),
                Entry::Group(group) => (group.totals, None),
            };
            rows.push(Row { depth: last.len() - 1, last: last.clone(), label, totals, layer });
            if let Entry::Group(group) = entry
                && last.len() < depth
            {
                group.write(depth, last, rows);
            }
            last.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(paths: &[&str]) -> Vec<Layer> {
        let path = |path: &&str| path.split('/').map(String::from).collect();
        paths.iter().map(|p| Layer { path: path(p), parameters: 1, ..Layer::default() }).collect()
    }

    fn shown(layers: &[Layer], depth: Option<usize>) -> Vec<String> {
        let row = |row: Row| format!("{}{} {}", "  ".repeat(row.depth), row.label, row.totals.parameters);
        rows(layers, depth).into_iter().map(row).collect()
    }

    #[test]
    fn layers_stand_below_their_modules_with_subtotals() {
        let layers = layers(&["stem/conv", "body/0/a", "body/0/b", "body/1/a", "stem/pool", "head"]);
        let wanted = ["stem 2", "  conv 1", "  pool 1", "body 3", "  0 2", "    a 1", "    b 1", "  1/a 1", "head 1"];
        assert_eq!(shown(&layers, None), wanted);
        assert_eq!(shown(&layers, Some(2)), ["stem 2", "  conv 1", "  pool 1", "body 3", "  0 2", "  1/a 1", "head 1"]);
        assert_eq!(shown(&layers, Some(1)), ["stem 2", "body 3", "head 1"]);
    }

    #[test]
    fn a_module_that_is_a_layer_too_stands_beside_its_group() {
        assert_eq!(shown(&layers(&["a", "a/x", "a/y", "a"]), None), ["a 1", "a 2", "  x 1", "  y 1", "a 1"]);
    }
}
