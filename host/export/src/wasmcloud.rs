//! wasmCloud: a project for `wash dev`, and a workload for its operator on Kubernetes.

use super::names::label;
use super::{Exported, File, Options, yaml};
use serde_json::json;

/// The component's file.
const SERVICE: &str = "service.wasm";

pub(super) fn files(exported: &Exported, service: &[u8], options: &Options) -> Vec<File> {
    let project = json!({
        // There is nothing to build, and `wash dev` wants a command for it.
        "build": {"command": "true", "component_path": SERVICE},
        "dev": {"address": "127.0.0.1:8000"},
    });
    vec![
        File::new(".wash/config.yaml", yaml(&[project])),
        File::new("workload.yaml", workload(exported, options)),
        File::new(SERVICE, service),
    ]
}

/// What wasmCloud's operator runs, after `wash oci push`. Requests find it by their host name.
fn workload(exported: &Exported, options: &Options) -> String {
    let name = label(&exported.description.name);
    yaml(&[json!({
        "apiVersion": "runtime.wasmcloud.dev/v1alpha1",
        "kind": "WorkloadDeployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": 2,
            "template": {"spec": {
                "hostSelector": {"hostgroup": "default"},
                "components": [{
                    "name": name,
                    "image": options.image_or(|| exported.artifact("")),
                    // The model asks nobody for anything.
                    "localResources": {"allowedHosts": []},
                }],
                "hostInterfaces": [{
                    "namespace": "wasi",
                    "package": "http",
                    "version": "0.3.0",
                    "interfaces": ["handler"],
                    "config": {"host": name},
                }],
            }},
        },
    })])
}
