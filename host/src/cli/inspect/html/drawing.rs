//! The source graph as a drawing: a box for each node, constants left out, shapes beside the edges.

use super::layout::{self, HEIGHT, Layout, Point};
use super::memory::pixels;
use super::{end_of, family};
use crate::cli::inspect::figures::grouped;
use crate::cli::inspect::layers::Layer;
use crate::cli::inspect::report::{self, Report};
use maasm_compile::Shapes;
use maasm_graph::index::{Network, NodeId, inner_graphs, name, operator};
use maud::{Markup, html};
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use tract_onnx::pb::NodeProto;

/// Letters of a node's name that are shown.
const SHOWN: usize = 24;

/// A box or, for inputs and outputs, a pill.
struct Vertex {
    title: String,
    subtitle: String,
    class: &'static str,
    /// Everything that is known, shown when pointed at.
    details: String,
    /// Where in the table it is computed.
    layer: Option<usize>,
}

impl Vertex {
    fn width(&self) -> f64 {
        let letters = self.title.chars().count().max(self.subtitle.chars().count());
        (letters as f64 * 7.0 + 20.0).clamp(70.0, 200.0)
    }
}

/// A value on its way from who makes it to one who reads it.
struct Edge<'a> {
    ends: (usize, usize),
    value: &'a str,
}

/// The drawing with its legend, or why there is none.
pub(super) fn draw(network: &Network, report: &Report, shapes: &Shapes) -> Result<(Markup, Markup), &'static str> {
    let known = Known::new(network, report, shapes);
    let (vertices, edges) = graph(network, &known);
    // A value's shape stands to the right of the way down, and gets room there.
    let mut widths: Vec<f64> = vertices.iter().map(Vertex::width).collect();
    for Edge { ends: (maker, _), value } in &edges {
        let letters = known.shape(value).map_or(0, |shape| shape.chars().count());
        widths[*maker] = widths[*maker].max(letters as f64 * 13.0 + 12.0);
    }
    let ends: Vec<(usize, usize)> = edges.iter().map(|edge| edge.ends).collect();
    let layout = layout::place(&widths, &ends).ok_or("The graph is too large to be drawn, or empty.")?;
    let legend = html! {
        @for (class, name) in family::FAMILIES.iter().filter(|(class, _)| vertices.iter().any(|v| v.class == *class)) {
            span class=(class) { (name) } " "
        }
    };
    let drawing = html! {
        svg.graph width=(pixels(layout.width)) height=(pixels(layout.height))
            viewBox=(format!("0 0 {} {}", pixels(layout.width), pixels(layout.height))) {
            defs {
                marker #arrow viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto" {
                    path d="M0 0L8 4L0 8z" {}
                }
            }
            (paths(&edges, &layout, &known))
            @for (vertex, &middle) in vertices.iter().zip(&layout.vertices) { (shape(vertex, middle)) }
        }
    };
    Ok((legend, drawing))
}

/// What the drawing tells besides the graph itself.
struct Known<'a> {
    shapes: &'a Shapes,
    /// As the file declares them, where nothing is inferred.
    declared: HashMap<&'a str, String>,
    layers: &'a [Layer],
    layer_of: HashMap<&'a str, usize>,
    reasons: HashMap<NodeId, String>,
}

impl<'a> Known<'a> {
    fn new(network: &Network<'a>, report: &'a Report, shapes: &'a Shapes) -> Self {
        let graph = network.graph;
        let declared = graph.value_info.iter().chain(&graph.input).chain(&graph.output);
        let layers = report.layers.iter().enumerate();
        let reason = |found: &crate::cli::inspect::unsupported::Unsupported| {
            Some((found.id?, format!("cannot be compiled: {}\nwhat to do: {}", found.reason, found.remedy)))
        };
        Self {
            shapes,
            declared: declared.map(|value| (value.name.as_str(), report::port(value).shape.join("×"))).collect(),
            layers: &report.layers,
            layer_of: layers.flat_map(|(index, layer)| layer.nodes.iter().map(move |n| (n.as_str(), index))).collect(),
            reasons: report.unsupported.iter().filter_map(reason).collect(),
        }
    }

    fn shape(&self, value: &str) -> Option<String> {
        let times = |shape: &Vec<usize>| shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×");
        let inferred = self.shapes.get(value).map(times);
        inferred.or_else(|| self.declared.get(value).cloned()).filter(|shape| !shape.is_empty())
    }
}

/// Inputs, then nodes in the order of evaluation, then outputs.
fn graph<'a>(network: &Network<'a>, known: &Known) -> (Vec<Vertex>, Vec<Edge<'a>>) {
    let mut vertices = Vec::new();
    let mut edges = Vec::new();
    let mut made_by: HashMap<&str, usize> = HashMap::new();
    for input in network.graph.input.iter().filter(|input| !network.tensors.contains_key(input.name.as_str())) {
        made_by.insert(&input.name, vertices.len());
        vertices.push(port("input", &input.name, known));
    }
    for &id in network.order.iter().filter(|&&id| !network.is_constant(id)) {
        let index = vertices.len();
        let read: HashSet<&str> = network.computed_inputs(id).collect();
        let mut read: Vec<_> = read.into_iter().filter_map(|value| Some((*made_by.get(value)?, value))).collect();
        read.sort_unstable();
        edges.extend(read.into_iter().map(|(maker, value)| Edge { ends: (maker, index), value }));
        made_by.extend(network.nodes[id].output.iter().map(|value| (value.as_str(), index)));
        vertices.push(of_node(network, id, known));
    }
    for output in &network.graph.output {
        if let Some(&maker) = made_by.get(output.name.as_str()) {
            edges.push(Edge { ends: (maker, vertices.len()), value: &output.name });
        }
        vertices.push(port("output", &output.name, known));
    }
    (vertices, edges)
}

fn port(class: &'static str, name: &str, known: &Known) -> Vertex {
    let shape = known.shape(name).unwrap_or_default();
    Vertex {
        title: end_of(name, SHOWN),
        details: format!("{class} {name}\n{shape}"),
        subtitle: shape,
        class,
        layer: None,
    }
}

fn of_node(network: &Network, id: NodeId, known: &Known) -> Vertex {
    let node = &network.nodes[id];
    let layer = known.layer_of.get(name(node)).copied();
    let mut details = format!("{}\n{}\n", operator(node), name(node));
    let reason = known.reasons.get(&id);
    if let Some(reason) = reason {
        details += &format!("{reason}\n");
    }
    if let Some(layer) = layer.map(|index| &known.layers[index]) {
        tell_layer(&mut details, layer, reason.is_none());
    }
    tell_values(&mut details, network, node, known);
    let inside: usize = inner_graphs(node).map(|graph| graph.node.len()).sum();
    if inside > 0 {
        let _ = writeln!(details, "{inside} nodes inside");
    }
    let own = matches!(node.domain.as_str(), "" | "ai.onnx");
    Vertex {
        title: operator(node),
        subtitle: end_of(name(node), SHOWN),
        class: match (reason, own) {
            (Some(_), _) => "unsupported",
            (None, true) => family::of(&node.op_type),
            (None, false) => "other",
        },
        details,
        layer,
    }
}

fn tell_layer(details: &mut String, layer: &Layer, compiled: bool) {
    if compiled && layer.nodes.len() > 1 {
        let _ = writeln!(details, "computed with {} others as {}", layer.nodes.len() - 1, layer.kernel);
    }
    if layer.multiply_accumulates > 0 {
        let _ = writeln!(details, "{} multiply-accumulates", grouped(layer.multiply_accumulates));
    }
    if let Some(time) = layer.milliseconds {
        let _ = writeln!(details, "{time:.3} ms");
    }
}

/// Operands and results with their shapes, constants among them.
fn tell_values(details: &mut String, network: &Network, node: &NodeProto, known: &Known) {
    let stored = |value: &str| {
        let dims = &network.tensors.get(value)?.dims;
        Some(dims.iter().map(i64::to_string).collect::<Vec<_>>().join("×"))
    };
    for (what, values) in [("reads", &node.input), ("makes", &node.output)] {
        for value in values.iter().filter(|value| !value.is_empty()) {
            let constant = if what == "reads" { stored(value) } else { None };
            let shape = constant.or_else(|| known.shape(value)).unwrap_or_default();
            let _ = writeln!(details, "{what} {value} {shape}");
        }
    }
}

/// All edges, the first one of each value with its shape.
fn paths(edges: &[Edge], layout: &Layout, known: &Known) -> Markup {
    let mut labelled = HashSet::new();
    let first: Vec<bool> = edges.iter().map(|edge| labelled.insert(edge.value)).collect();
    html! {
        @for ((edge, way), first) in edges.iter().zip(&layout.edges).zip(first) {
            path.edge d=(curve(way)) marker-end="url(#arrow)" { title { (edge.value) } }
            @if first && let Some(shape) = known.shape(edge.value) {
                text.shape x=(pixels(way[0].0 + 5.0)) y=(pixels(way[0].1 + 13.0)) { (shape) }
            }
        }
    }
}

/// Straight down past the layers, and in a soft bend from one to the next.
fn curve(way: &[Point]) -> String {
    let mut d = format!("M{} {}", pixels(way[0].0), pixels(way[0].1));
    for step in way.windows(2) {
        let [(x, y), (to_x, to_y)] = [step[0], step[1]];
        let _ = if x == to_x {
            write!(d, "V{}", pixels(to_y))
        } else {
            let middle = pixels((y + to_y) / 2.0);
            write!(d, "C{} {middle} {} {middle} {} {}", pixels(x), pixels(to_x), pixels(to_x), pixels(to_y))
        };
    }
    d
}

fn shape(vertex: &Vertex, (x, y): Point) -> Markup {
    let width = vertex.width();
    let rounding = if matches!(vertex.class, "input" | "output") { HEIGHT / 2.0 } else { 5.0 };
    let content = html! {
        title { (vertex.details.trim_end()) }
        rect x=(pixels(x - width / 2.0)) y=(pixels(y - HEIGHT / 2.0)) width=(pixels(width)) height=(HEIGHT) rx=(rounding) {}
        text.title x=(pixels(x)) y=(pixels(y - 3.0)) { (end_of(&vertex.title, SHOWN)) }
        text.subtitle x=(pixels(x)) y=(pixels(y + 12.0)) { (vertex.subtitle) }
    };
    html! {
        @match vertex.layer {
            Some(layer) => a.node.(vertex.class) href=(format!("#layer-{layer}")) { (content) },
            None => g.node.(vertex.class) { (content) },
        }
    }
}
