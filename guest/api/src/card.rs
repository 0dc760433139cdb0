//! `GET /`: the model's card, for people.

use crate::answer::{self, Body};
use crate::model;
use http::Response;
use maasm_protocol::model::TensorInfo;
use maasm_protocol::tensors::datatype;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1.5rem;overflow-wrap:anywhere}\
h1{margin-bottom:0}h1 small{font-weight:normal;opacity:.7}\
table{border-collapse:collapse;width:100%}\
th{text-align:left;font-weight:600;padding-right:1rem;vertical-align:top;white-space:nowrap}\
th,td{padding:.3rem .5rem .3rem 0;border-bottom:1px solid #8884}\
pre{overflow-x:auto;padding:.75rem;background:#8882;border-radius:.4rem}\
details{margin:1rem 0}";

pub fn show() -> Response<Body> {
    let model = model::describe();
    let known = |text: &str| if text.is_empty() { "unknown".to_owned() } else { text.to_owned() };
    let takes_files = !model.accepts.is_empty();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (model.name) " " (model.version) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (model.name) " " small { (model.version) } }
                p { (model.description) }
                @if takes_files {
                    h2 { "Try it" }
                    form method="post" action="/api/v1/recognize" enctype="multipart/form-data" {
                        input type="file" name="image" required accept=(model.accepts.join(",")) aria-label="A picture";
                        " " button { "Recognise" }
                    }
                    pre { "curl --data-binary @photo.jpg http://HOST:PORT/api/v1/recognize?top_k=5" }
                }
                h2 { "What it is" }
                table {
                    tr { th { "Licence" } td { (known(&model.license)) } }
                    tr { th { "Source" } td { (known(&model.source)) } }
                    tr { th { "Compiled from" } td { code { (model.source_digest) } } }
                    tr { th { "Parameters" } td { (model.parameters) } }
                    tr { th { "Multiply-accumulates" } td { (model.multiply_accumulates) } }
                    tr { th { "Takes" } td { (ports(&model.inputs)) @if takes_files { (model.accepts.join(", ")) } } }
                    tr { th { "Gives" } td { (ports(&model.outputs)) } }
                    tr { th { "Classes" } td { (model.labels.len()) } }
                }
                h2 { "Addresses" }
                table {
                    @for (address, what) in ADDRESSES { tr { th { code { (address) } } td { (what) } } }
                }
                @if !model.labels.is_empty() {
                    details { summary { "All classes" } ol start="0" { @for label in &model.labels { li { (label) } } } }
                }
            }
        }
    };
    answer::page(page.into_string())
}

const ADDRESSES: [(&str, &str); 6] = [
    ("POST /api/v1/recognize", "what a photograph shows; the body is the file, or a form with the file in it"),
    ("POST /api/v1/infer", "all outputs as tensors, for a picture or for tensors (JSON)"),
    ("POST /api/v1/evaluate", "figures for labelled samples: a tar archive of a folder for each class, or a form"),
    ("POST /v2/models/NAME/infer", "the Open Inference Protocol, version 2, with binary tensors"),
    ("GET /v2/models/NAME", "what the model takes and gives"),
    ("GET /healthz", "whether it answers"),
];

fn ports(ports: &[TensorInfo]) -> Markup {
    html! {
        @for port in ports { code { (port.name) " " (datatype(port.element_type)) " " (format!("{:?}", port.shape)) } br; }
    }
}
