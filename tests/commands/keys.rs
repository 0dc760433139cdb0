//! Who may do what.

use crate::commands::place::Place;
use serde_json::json;

fn secret(place: &Place, arguments: &[&str]) -> String {
    place.json(&[&["key", "create"], arguments].concat())["secret"].as_str().unwrap().to_owned()
}

#[test]
fn a_server_asks_for_a_key_once_there_is_one_and_lets_each_do_what_its_roles_say() {
    let mut place = Place::remote().with(&["1.0.0"]);
    let admin = secret(&place, &["--name", "admin", "--role", "admin"]);
    place.fails(&["list"], "--key KEY, or the environment's MAASM_KEY");
    place.bring("maasm_000000000000_0");
    place.fails(&["list"], "the key is not known");
    place.bring(&admin);
    let shop = secret(&place, &["--name", "shop", "--role", "infer", "--valid-for", "90d", "--rate", "50"]);
    let deployer = secret(&place, &["--name", "night shift", "--role", "deploy"]);
    place.bring(&shop);
    place.json(&["list"]);
    place.fails(&["deploy", "animals"], "does not have the role deploy; give another with --key");
    place.fails(&["key", "list"], "does not have the role admin");
    place.bring(&deployer);
    let by = place.json(&["deploy", "animals"])["by"].clone();
    place.fails(&["delete", "animals@1.0.0"], "does not have the role publish");
    place.bring(&admin);
    assert_eq!(place.json(&["audit", "--limit", "1"])["entries"][0]["by"], by);
    place.json(&["key", "revoke", by.as_str().unwrap()]);
    place.bring(&deployer);
    place.fails(&["deploy", "animals"], "the key was revoked");
}

#[test]
fn the_owner_of_the_folder_needs_no_key_and_no_secret_is_told_twice() {
    let place = Place::local();
    let secret = secret(&place, &["--name", "shop", "--role", "infer", "--role", "publish", "--concurrency", "2"]);
    let keys = place.json(&["key", "list"]);
    assert_eq!((&keys["keys"][0]["roles"], &keys["keys"][0]["concurrency"]), (&json!(["infer", "publish"]), &json!(2)));
    let last = secret.rsplit('_').next().unwrap();
    assert!(!keys.to_string().contains(last) && !place.text(&["key", "list"]).contains(last));
    assert!(!place.text(&["audit"]).contains(last));
    let id = keys["keys"][0]["id"].as_str().unwrap();
    assert!(place.text(&["key", "revoke", id]).contains("opens nothing any more"));
    place.fails(&["key", "revoke", "nothing"], "there is no key \"nothing\"");
}
