//! What `maasm inspect` tells of a model, in each of the forms that can be asked for.

use super::report::Report;
use super::timing::Timing;
use super::{html, text};
use maasm_compile::{self as compile, Compiled, Options, Shapes};
use maasm_graph::Source;
use maasm_graph::index::Network;

/// A model that has been looked at.
pub struct Inspection<'a> {
    network: Network<'a>,
    shapes: Shapes,
    report: Report,
}

impl<'a> Inspection<'a> {
    /// Looks at a model, of which `compiled` came with these options. Only with `shapes` does the page tell them, of a
    /// model that compiles; of another they are told always.
    pub fn new(
        source: &'a Source,
        options: &Options,
        compiled: &Result<Compiled, compile::Error>,
        shapes: bool,
        timing: Option<Timing>,
    ) -> Self {
        let wanted = compiled.is_err() || shapes;
        let shapes = if wanted { compile::shapes(&source.model, options) } else { Shapes::new() };
        let graph = source.model.graph.as_ref().expect("a source without a graph is refused");
        let network = Network::new(graph);
        let report = Report::new(source, &network, compiled, &shapes, timing);
        Self { network, shapes, report }
    }

    /// As text; groups of layers at `depth` are not opened.
    pub fn text(&self, depth: Option<usize>) -> String {
        text::write(&self.report, depth)
    }

    /// As JSON.
    ///
    /// # Errors
    /// If it cannot be written so.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&self.report)
    }

    /// As a page with the graph drawn.
    pub fn html(&self) -> String {
        html::write(&self.report, &self.network, &self.shapes)
    }
}
