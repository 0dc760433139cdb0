//! Kubernetes: `maasm serve` in as many copies as the load asks for. Each pulls the model from an OCI registry when it
//! starts, and keeps nothing.

use super::names::{label, label_value};
use super::{Error, Exported, File, Options, yaml};
use serde_json::{Value, json};

/// Where everything in the pods lies that is written.
const DATA: &str = "/data";
const PORT: u16 = 3000;
/// Neither root nor a user that Debian knows.
const USER: u32 = 65532;

pub(super) fn files(exported: &Exported, options: &Options) -> Result<Vec<File>, Error> {
    let name = label(&exported.description.name);
    let documents = [
        deployment(&name, exported, options),
        service(&name, exported),
        autoscaler(&name, exported),
        disruption_budget(&name, exported),
    ];
    Ok(vec![File::new("kubernetes.yaml", yaml(&documents)), File::new("README.md", readme(&name, exported, options))])
}

fn deployment(name: &str, exported: &Exported, options: &Options) -> Value {
    let image = options.image_or(|| format!("maasm:{}", env!("CARGO_PKG_VERSION")));
    let model = options.model_or(exported);
    let secure = json!({
        "allowPrivilegeEscalation": false,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": true,
    });
    let data = json!({"name": "data", "mountPath": DATA});
    let step = |name: &str, arguments: &[&str], mounts: Value| {
        let command = [&["maasm"][..], arguments, &["--data-dir", DATA]].concat();
        json!({
            "name": name,
            "image": image,
            "command": command,
            "env": [{"name": "TMPDIR", "value": DATA}],
            "resources": {"requests": {"cpu": "100m", "memory": exported.memory()}, "limits": {"memory": exported.memory()}},
            "securityContext": secure,
            "volumeMounts": mounts,
        })
    };
    let key = json!({"name": "key", "mountPath": "/key", "readOnly": true});
    let create = ["key", "create", "--name", "kubernetes", "--role", "infer", "--secret-file", "/key/secret"];
    let listen = format!("0.0.0.0:{PORT}");
    let mut serve = step("maasm", &["serve", "--listen", &listen, "--log-format", "json"], json!([data]));
    let health = |failures: u32, seconds: u32| json!({"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": seconds, "failureThreshold": failures});
    serve["ports"] = json!([{"name": "http", "containerPort": PORT}]);
    serve["startupProbe"] = health(60, 1);
    serve["readinessProbe"] = health(2, 5);
    serve["livenessProbe"] = health(3, 10);
    serve["resources"]["requests"]["cpu"] = "1".into();
    let pod = json!({
        "automountServiceAccountToken": false,
        "securityContext": {
            "runAsNonRoot": true, "runAsUser": USER, "runAsGroup": USER, "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        // Longer than `maasm serve` gives what is in flight.
        "terminationGracePeriodSeconds": 40,
        "initContainers": [
            step("pull", &["pull", &model, "--deploy"], json!([data])),
            step("key", &create, json!([data, key])),
        ],
        "containers": [serve],
        "volumes": [
            {"name": "data", "emptyDir": {}},
            {"name": "key", "secret": {"secretName": format!("{name}-key")}},
        ],
        "topologySpreadConstraints": [{
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": selector(name)},
        }],
    });
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(name, exported),
        // Without `replicas`: the autoscaler decides.
        "spec": {
            "selector": {"matchLabels": selector(name)},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": {"metadata": {"labels": labels(name, exported)}, "spec": pod},
        },
    })
}

fn service(name: &str, exported: &Exported) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(name, exported),
        "spec": {
            "selector": selector(name),
            "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
        },
    })
}

fn autoscaler(name: &str, exported: &Exported) -> Value {
    let busy = json!({"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}});
    json!({
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(name, exported),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": 2,
            "maxReplicas": 10,
            "metrics": [{"type": "Resource", "resource": busy}],
        },
    })
}

fn disruption_budget(name: &str, exported: &Exported) -> Value {
    json!({
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(name, exported),
        "spec": {"minAvailable": 1, "selector": {"matchLabels": selector(name)}},
    })
}

fn metadata(name: &str, exported: &Exported) -> Value {
    json!({"name": name, "labels": labels(name, exported)})
}

/// What its pods are known by, whatever their version.
fn selector(name: &str) -> Value {
    json!({"app.kubernetes.io/name": "maasm", "app.kubernetes.io/instance": name})
}

fn labels(name: &str, exported: &Exported) -> Value {
    let mut labels = selector(name);
    labels["app.kubernetes.io/version"] = label_value(&exported.description.version).into();
    labels
}

fn readme(name: &str, exported: &Exported, options: &Options) -> String {
    let model = options.model_or(exported);
    format!(
        "# {0} {1} on Kubernetes\n\n\
         Once, the model goes where the pods pull it from, and they get the key that requests must bring:\n\n    \
         maasm publish {0}.wasm && maasm push {0}@{1} {model}\n    \
         maasm key create --name kubernetes --role infer --data-dir \"$(mktemp -d)\" | head -n 1 | tr -d '\\n' > secret\n    \
         kubectl create secret generic {name}-key --from-file=secret\n    \
         kubectl apply -f kubernetes.yaml\n\n\
         Then `curl -H \"Authorization: Bearer $(cat secret)\" --data-binary @photo.jpg http://{name}/api/v1/recognize` \
         answers inside the cluster. The image is one that has the program `maasm` on its path.\n",
        exported.description.name, exported.description.version
    )
}
