//! The engine holds whatever a component does: it ends it, says why, and serves on.

use maasm_engine::{CachePolicy, CallError, Engine, EngineOptions, LoadError, Model};
use maasm_tests::component;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A folder with a component and the engine's cache in it.
struct Place {
    folder: TempDir,
}

impl Place {
    fn with(component: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("model.wasm"), component).unwrap();
        Self { folder }
    }

    fn component(&self) -> PathBuf {
        self.folder.path().join("model.wasm")
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn engine(&self) -> Engine {
        Engine::new(EngineOptions {
            deadline: Duration::from_millis(200),
            memory_limit: 1 << 20,
            max_concurrent: 2,
            cache: CachePolicy::Directory(self.cache()),
        })
        .unwrap()
    }

    fn load(&self) -> Result<Model, LoadError> {
        self.engine().load(&self.component())
    }

    /// The only entry in the cache.
    fn entry(&self) -> PathBuf {
        let entries = fs::read_dir(self.cache()).unwrap().map(|entry| entry.unwrap().path());
        let mut entries: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == "cache")).collect();
        assert_eq!(entries.len(), 1, "{entries:?}");
        entries.remove(0)
    }
}

/// What a call of a component whose `decode` has this body comes to, twice: the first must not spoil the second.
fn call(body: &str) -> CallError {
    let place = Place::with(&component::decoding(body));
    let model = place.load().unwrap();
    let first = model.recognize(b"x", 1).unwrap_err();
    let second = model.recognize(b"x", 1).unwrap_err();
    assert_eq!(first.to_string(), second.to_string());
    second
}

fn refused(component: &[u8]) -> LoadError {
    let Err(error) = Place::with(component).load() else { panic!("this component should be refused") };
    assert!(!error.to_string().contains('\n'), "{error}");
    error
}

#[test]
fn a_call_that_loops_for_ever_is_stopped_at_the_deadline() {
    let start = Instant::now();
    assert!(matches!(call("(loop br 0) unreachable"), CallError::Deadline { .. }));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn a_call_that_asks_for_all_memory_is_refused_it() {
    // 65535 pages are all there are.
    let error = call("(if (i32.eq (memory.grow (i32.const 65534)) (i32.const -1)) (then unreachable)) unreachable");
    assert!(matches!(error, CallError::Memory { asked: 4294836224, limit: 1048576 }), "{error}");
}

#[test]
fn memory_asked_for_bit_by_bit_counts_together() {
    let error = call("(loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable");
    assert!(matches!(error, CallError::Memory { asked, limit } if asked == limit + 65536), "{error}");
}

#[test]
fn a_trap_ends_its_call_alone() {
    let error = call("unreachable");
    assert!(matches!(&error, CallError::Trap(why) if why.contains("unreachable")), "{error}");
}

#[test]
fn an_endless_recursion_ends_its_call_alone() {
    let error = call("(call 5 (local.get 0) (local.get 1))");
    assert!(matches!(&error, CallError::Trap(why) if why.contains("stack")), "{error}");
}

#[test]
fn an_answer_outside_memory_ends_its_call_alone() {
    assert!(matches!(call("(i32.const -4)"), CallError::Trap(_)));
}

#[test]
fn a_full_engine_says_so_and_takes_calls_again_when_a_place_is_free() {
    let model = Place::with(&component::decoding("unreachable")).load().unwrap();
    let sessions = [model.session().unwrap(), model.session().unwrap()];
    assert!(matches!(model.recognize(b"x", 1), Err(CallError::Saturated { limit: 2 })));
    drop(sessions);
    assert!(matches!(model.recognize(b"x", 1), Err(CallError::Trap(_))));
}

#[test]
fn files_that_are_no_component_are_called_what_they_are() {
    assert!(matches!(refused(b""), LoadError::NotWasm { .. }));
    assert!(matches!(refused(b"\x08\x07\x12\x07pytorch"), LoadError::NotWasm { .. }));
    assert!(matches!(refused(&component::core_module()), LoadError::CoreModule { .. }));
    assert!(matches!(refused(b"\0asm\x09\0\x09\0"), LoadError::Damaged { .. }));
}

#[test]
fn a_component_that_is_cut_off_is_damaged() {
    let component = component::decoding("unreachable");
    assert!(matches!(refused(&component[..component.len() - 7]), LoadError::Damaged { .. }));
}

#[test]
fn a_component_that_imports_something_is_refused_with_its_name() {
    let error = refused(&component::importing());
    assert!(matches!(&error, LoadError::Imports { imports, .. } if imports == &["wasi:random/random"]), "{error}");
}

#[test]
fn a_component_without_a_models_exports_is_refused() {
    assert!(matches!(refused(&component::without_exports()), LoadError::NotAModel { .. }));
}

#[test]
fn a_component_that_starts_with_more_memory_than_its_size_explains_is_refused() {
    let error = refused(&component::with_memory(60_000));
    assert!(matches!(error, LoadError::TooLarge { .. }), "{error}");
}

#[test]
fn compiled_code_comes_from_the_cache_the_second_time() {
    let place = Place::with(&component::decoding("unreachable"));
    assert!(place.load().unwrap().loading().compiled_in.is_some());
    let model = place.load().unwrap();
    assert!(model.loading().compiled_in.is_none());
    assert!(matches!(model.recognize(b"x", 1), Err(CallError::Trap(_))));
}

/// Spoils what the cache holds, and checks that it is noticed and put right.
fn not_trusted(spoil: impl FnOnce(&Place, &Path)) {
    let place = Place::with(&component::decoding("unreachable"));
    place.load().unwrap();
    spoil(&place, &place.entry());
    assert!(place.load().unwrap().loading().compiled_in.is_some(), "the spoilt entry was used");
    assert!(place.load().unwrap().loading().compiled_in.is_none(), "the spoilt entry was not replaced");
}

#[test]
fn a_changed_cache_entry_is_not_used() {
    not_trusted(|_, entry| {
        let mut bytes = fs::read(entry).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(entry, bytes).unwrap();
    });
}

#[test]
fn a_truncated_cache_entry_is_not_used() {
    not_trusted(|_, entry| fs::write(entry, &fs::read(entry).unwrap()[..20]).unwrap());
}

#[test]
fn a_cache_entry_of_another_component_is_not_used() {
    let other = Place::with(&component::decoding("(i32.const 0)"));
    not_trusted(|place, entry| {
        // Compiled by the same user, so that its key is the same.
        fs::create_dir(other.cache()).unwrap();
        fs::copy(place.cache().join("cache.key"), other.cache().join("cache.key")).unwrap();
        other.load().unwrap();
        fs::copy(other.entry(), entry).unwrap();
    });
}

#[test]
fn a_cache_entry_of_another_user_is_not_used() {
    let other = Place::with(&component::decoding("unreachable"));
    not_trusted(|_, entry| {
        other.load().unwrap();
        fs::copy(other.entry(), entry).unwrap();
    });
}

#[cfg(unix)]
#[test]
fn a_cache_entry_that_others_can_write_to_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    not_trusted(|_, entry| fs::set_permissions(entry, fs::Permissions::from_mode(0o666)).unwrap());
}
