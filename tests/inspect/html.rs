//! The page that `--html` writes.

use super::{folder, graph, maasm, printed};
use maasm_tests::onnx::{encode, node, small_network, value};
use tract_onnx::pb::tensor_shape_proto::dimension::Value::DimParam;
use tract_onnx::pb::type_proto::Value::TensorType;
use tract_onnx::pb::{ModelProto, OperatorSetIdProto};

#[track_caller]
fn page(model: &ModelProto) -> String {
    printed(folder(&encode(model)).path(), &["inspect", "model.onnx", "--html", "-"])
}

/// The start tags of a page, with their attributes.
fn tags(page: &str) -> impl Iterator<Item = &str> {
    page.split('<').skip(1).filter(|tag| tag.starts_with(|c: char| c.is_ascii_alphabetic())).map(|tag| {
        let mut quoted = false;
        let end = tag.find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        &tag[..end.unwrap_or(tag.len())]
    })
}

#[test]
fn the_page_needs_no_other_file_and_is_written_where_asked() {
    let folder = folder(&encode(&small_network()));
    let page = printed(folder.path(), &["inspect", "model.onnx", "--html", "-"]);
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"), "{page}");
    for tag in tags(&page) {
        assert!(!tag.contains(" src=") && !tag.starts_with("link"), "{tag}");
        assert!(!tag.contains(" href=") || tag.contains(" href=\"#layer-"), "{tag}");
    }
    assert!(!page.contains("url(") || page.contains("url(#arrow)"), "{page}");
    assert_eq!(printed(folder.path(), &["inspect", "model.onnx", "--html", "page.html"]), "");
    assert_eq!(std::fs::read_to_string(folder.path().join("page.html")).unwrap(), page);
    let output = maasm(folder.path(), &["inspect", "model.onnx", "--html", "no/such/folder.html"]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success()
            && message.starts_with("error: cannot write no/such/folder.html: the folder no/such does not exist"),
        "{message}"
    );
}

#[test]
fn the_graph_is_drawn_with_its_shapes_and_each_node_leads_to_its_layer() {
    let page = page(&small_network());
    let count = |what: &str| page.matches(what).count();
    // Six nodes, an input and an output, and the seven values between them.
    assert_eq!((count("<g class=\"node"), count("<a class=\"node")), (2, 6), "{page}");
    assert_eq!(count("class=\"edge\""), 7, "{page}");
    for shape in ["1×3×8×8", "1×4×8×8", "1×4×1×1", "1×4", "1×5"] {
        assert!(page.contains(&format!(">{shape}</text>")), "{shape} is missing in {page}");
    }
    // The convolution, with what is fused into it.
    assert_eq!(count("href=\"#layer-0\""), 3, "{page}");
    assert_eq!(count("id=\"layer-0\""), 1, "{page}");
    assert!(page.contains("class=\"memory\""), "{page}");
}

#[test]
fn what_cannot_be_compiled_stands_out_and_says_why() {
    let mut model = small_network();
    model.opset_import.push(OperatorSetIdProto { domain: "com.example".into(), version: 1 });
    graph(&mut model).node[2].domain = "com.example".into();
    let page = page(&model);
    assert_eq!(page.matches("node unsupported").count(), 1, "{page}");
    let node = &page[page.find("node unsupported").unwrap()..];
    let title = &node[..node.find("</title>").unwrap()];
    assert!(title.contains("com.example") && title.contains("what to do: "), "{title}");
    assert!(page.contains("1 nodes stand in the way"), "{page}");
}

#[test]
fn nothing_in_a_model_is_taken_for_html() {
    const EVIL: &str = "\"'/><script>alert(1)</script><img src=x onerror=alert(1)> onload=\"x";
    let mut model = small_network();
    model.producer_name = EVIL.into();
    model.opset_import.push(OperatorSetIdProto { domain: EVIL.into(), version: 1 });
    let graph = graph(&mut model);
    graph.name = EVIL.into();
    for node in &mut graph.node {
        node.name = format!("{}/{EVIL}", node.name);
        node.input.iter_mut().chain(&mut node.output).for_each(|name| *name = format!("{name}{EVIL}"));
    }
    graph.initializer.iter_mut().for_each(|tensor| tensor.name += EVIL);
    graph.input[0] = value(&format!("image{EVIL}"), &[1, 3, 8, 8]);
    graph.output[0] = value(&format!("scores{EVIL}"), &[1, 5]);
    let compiling = model.clone();
    let graph = super::graph(&mut model);
    if let Some(TensorType(tensor)) = graph.input[0].r#type.as_mut().and_then(|t| t.value.as_mut()) {
        tensor.shape.as_mut().unwrap().dim[0].value = Some(DimParam(EVIL.into()));
    }
    let mut strange = node(EVIL, &[&format!("conv{EVIL}")], &["strange"], vec![]);
    (strange.domain, strange.name) = (EVIL.into(), EVIL.into());
    graph.node.push(strange);
    for model in [compiling, model] {
        let page = page(&model);
        assert!(page.matches("alert(1)").count() > 10, "{page}");
        assert_eq!(tags(&page).filter(|tag| tag.starts_with("script")).count(), 1, "{page}");
        for tag in tags(&page) {
            assert!(!tag.starts_with("img"), "{tag}");
            // Outside of quotes, which a name must not close.
            let bare: String = tag.split('"').step_by(2).collect();
            assert!(!bare.contains("onload") && !bare.contains("onerror"), "{tag}");
        }
    }
}
