//! onnxruntime's library, where there is none. In a process of its own: once one is loaded, others are not looked at.

use maasm_nn::Onnxruntime;
use std::time::Duration;

#[test]
fn a_file_that_is_no_library_is_told_and_another_may_be_tried() {
    let file = std::env::temp_dir().join(format!("maasm-nn-{}-libonnxruntime.so", std::process::id()));
    std::fs::write(&file, "no library").unwrap();
    for _ in 0..2 {
        let error = Onnxruntime::load(Some(&file), Duration::from_secs(10)).unwrap_err().to_string();
        assert!(error.contains("libonnxruntime.so") && !error.contains('\n'), "{error}");
    }
    std::fs::remove_file(&file).unwrap();
    let Some(folder) = maasm_tests::nn::onnxruntime() else { return };
    Onnxruntime::load(Some(&folder), Duration::from_secs(10)).unwrap();
}
