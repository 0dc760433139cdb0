//! wasmCloud, by its own program and by a schema that was written down from its operator's.

use super::{ByHand, checked};
use maasm_trials::hosts::{output, wash};
use std::process::Command;

#[test]
fn wasmcloud_takes_what_is_exported_for_it() {
    let by_hand = ByHand::new("small_one", "1.0.0");
    let folder = by_hand.export("wasmcloud", &["--image", "registry.example/small:1.0.0"]);
    assert!(folder.join("service.wasm").is_file());
    if let Some(documents) = checked(&folder.join("workload.yaml"), "wasmcloud_workload.json") {
        let workload = &documents[0]["spec"]["template"]["spec"];
        assert_eq!(workload["components"][0]["image"], "registry.example/small:1.0.0");
        assert_eq!(workload["hostInterfaces"][0]["config"]["host"], documents[0]["metadata"]["name"]);
    }
    let Some(wash) = wash() else { return };
    let mut validate = Command::new(wash);
    validate.env("HOME", by_hand.folder.path()).current_dir(&folder);
    let told = output(validate.args(["--non-interactive", "config", "validate"])).unwrap();
    assert!(told.contains("Configuration is valid"), "{told}");
}
