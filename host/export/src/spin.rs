//! Spin: an application of one component that serves the model over HTTP, and the same for SpinKube.

use super::names::label;
use super::{Error, Exported, File, Options, yaml};
use serde::Serialize;
use serde_json::json;

/// The component's file.
const SERVICE: &str = "service.wasm";
/// How SpinKube's executor is called where its Helm chart puts it up.
const EXECUTOR: &str = "containerd-shim-spin";

/// A Spin manifest, version 2, as far as it is needed.
#[derive(Serialize)]
struct Manifest<'a> {
    spin_manifest_version: u32,
    application: Application<'a>,
    trigger: Triggers,
    component: Components<'a>,
}

#[derive(Serialize)]
struct Application<'a> {
    name: &'a str,
    version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
}

#[derive(Serialize)]
struct Triggers {
    http: [HttpTrigger; 1],
}

#[derive(Serialize)]
struct HttpTrigger {
    route: &'static str,
    component: &'static str,
}

#[derive(Serialize)]
struct Components<'a> {
    service: Component<'a>,
}

#[derive(Serialize)]
struct Component<'a> {
    source: &'a str,
}

pub(super) fn files(exported: &Exported, service: &[u8], options: &Options) -> Result<Vec<File>, Error> {
    let description = exported.description;
    let manifest = Manifest {
        spin_manifest_version: 2,
        application: Application {
            name: &description.name,
            version: &description.version,
            description: &description.description,
        },
        trigger: Triggers { http: [HttpTrigger { route: "/...", component: "service" }] },
        component: Components { service: Component { source: SERVICE } },
    };
    let manifest = toml::to_string(&manifest).map_err(|error| Error::NotPackaged(error.to_string()))?;
    Ok(vec![
        File::new("spin.toml", manifest),
        File::new("spinapp.yaml", spin_app(exported, options)),
        File::new(SERVICE, service),
    ])
}

/// What SpinKube runs, after `spin registry push`.
fn spin_app(exported: &Exported, options: &Options) -> String {
    let name = &exported.description.name;
    let probe = json!({"httpGet": {"path": "/healthz"}, "periodSeconds": 10});
    yaml(&[json!({
        "apiVersion": "core.spinkube.dev/v1alpha1",
        "kind": "SpinApp",
        "metadata": {"name": label(name)},
        "spec": {
            "image": options.image_or(|| exported.artifact("")),
            "executor": EXECUTOR,
            "replicas": 2,
            "checks": {"liveness": probe, "readiness": probe},
            "resources": {
                "requests": {"cpu": "100m", "memory": exported.memory()},
                "limits": {"memory": exported.memory()},
            },
        },
    })])
}
