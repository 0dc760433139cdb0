//! Kubernetes, by its own schemas.

use super::{ByHand, checked};
use serde_json::Value;

fn kinds(documents: &[Value]) -> Vec<&str> {
    documents.iter().map(|document| document["kind"].as_str().unwrap()).collect()
}

#[test]
fn kubernetes_takes_what_is_exported_for_it() {
    let by_hand = ByHand::new("small", "1.0.0");
    let model = "oci://registry.example/models/small:1.0.0";
    let folder = by_hand.export("k8s", &["--image", "registry.example/maasm:9", "--model", model]);
    let Some(documents) = checked(&folder.join("kubernetes.yaml"), "kubernetes") else { return };
    assert_eq!(kinds(&documents), ["Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget"]);
    let [deployment, service, autoscaler, budget] = &documents[..] else { unreachable!() };
    let pod = &deployment["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    assert_eq!(container["image"], "registry.example/maasm:9");
    for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
        assert_eq!(container[probe]["httpGet"]["path"], "/healthz", "{probe}");
    }
    assert_eq!(pod["initContainers"][0]["command"][2], model);
    for container in pod["initContainers"].as_array().unwrap().iter().chain([container]) {
        assert!(container["resources"]["limits"]["memory"].is_string(), "{container}");
        assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true, "{container}");
        assert_eq!(container["securityContext"]["capabilities"]["drop"][0], "ALL", "{container}");
    }
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    // What refers to something refers to what is there.
    let labels = &deployment["spec"]["template"]["metadata"]["labels"];
    for selector in [
        &deployment["spec"]["selector"]["matchLabels"],
        &service["spec"]["selector"],
        &budget["spec"]["selector"]["matchLabels"],
    ] {
        for (name, value) in selector.as_object().unwrap() {
            assert_eq!(&labels[name], value);
        }
    }
    assert_eq!(autoscaler["spec"]["scaleTargetRef"]["name"], deployment["metadata"]["name"]);
    assert!(deployment["spec"]["replicas"].is_null(), "the autoscaler decides");
    assert_eq!(service["spec"]["ports"][0]["targetPort"], container["ports"][0]["name"]);
    let volumes: Vec<&Value> = pod["volumes"].as_array().unwrap().iter().map(|volume| &volume["name"]).collect();
    for mount in container["volumeMounts"].as_array().unwrap() {
        assert!(volumes.contains(&&mount["name"]), "{mount}");
    }
}

#[test]
fn names_that_kubernetes_does_not_take_become_ones_that_it_takes() {
    for name in ["7.up_and--", "a.b", "x_"] {
        let by_hand = ByHand::new(name, "1.0.0-rc.1+build.5");
        let folder = by_hand.export("k8s", &[]);
        let Some(documents) = checked(&folder.join("kubernetes.yaml"), "kubernetes") else { return };
        let label = documents[1]["metadata"]["name"].as_str().unwrap();
        assert!(label.len() <= 63 && label.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-'));
        assert!(label.starts_with(|first: char| first.is_ascii_lowercase()) && !label.ends_with('-'), "{label}");
    }
}
