//! The same samples are the same data in whatever form they come; what is no data is told apart; an archive harms nothing.

use maasm_evaluation::data::{DataError, Dataset, Labels, Limits, Truth, digest_of};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const SAMPLES: [(&str, &str, &[u8]); 3] =
    [("cats/a.jpg", "cats", b"one"), ("cats/b.jpg", "cats", b"two"), ("dogs/c.jpg", "dogs", b"three")];

/// A folder for each class, and what systems leave in them.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, _, bytes) in SAMPLES {
        write(folder.path(), name, bytes);
    }
    write(folder.path(), "dogs/.DS_Store", b"");
    write(folder.path(), ".cache/x", b"");
    folder
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

fn open(path: &Path) -> Result<Dataset, DataError> {
    Dataset::open(path, &Limits::default())
}

fn told(path: &Path) -> String {
    open(path).err().unwrap().to_string()
}

/// A tar archive of these files.
fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        // Written as it is: the library itself refuses names that lead outside.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append(&header, *bytes).unwrap();
    }
    archive.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Names, truths and bytes, as a digest.
fn digest(data: &Dataset) -> String {
    let hash = |index| data.read(index).ok().map(|bytes| Sha256::digest(bytes).into());
    digest_of((0..data.len()).map(|index| (data.sample(index), data.truth(index), hash(index))))
}

#[test]
fn the_same_samples_are_the_same_data_in_whatever_form_they_come() {
    let folder = folder();
    let data = open(folder.path()).unwrap();
    assert_eq!((data.len(), data.sample(2)), (3, "dogs/c.jpg"));
    assert_eq!(data.truth(2), &Truth::Class("dogs".into()));
    assert_eq!(data.read(2).unwrap(), b"three");
    let expected = digest(&data);

    let files: Vec<(&str, &[u8])> = SAMPLES.map(|(name, _, bytes)| (name, bytes)).into();
    let nested: Vec<(String, &[u8])> = files.iter().map(|(name, bytes)| (format!("./photos/{name}"), *bytes)).collect();
    let nested: Vec<(&str, &[u8])> = nested.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let table = "file,label\ncats/a.jpg,cats\ncats/b.jpg,cats\ndogs/c.jpg,dogs\n";
    let with_table: Vec<(&str, &[u8])> = files.iter().copied().chain([("manifest.csv", table.as_bytes())]).collect();
    let lines = r#"{"file":"cats/a.jpg","label":"cats"}
{"file":"cats/b.jpg","label":"cats"}
{"file":"./dogs/../dogs/c.jpg","label":"dogs","name":"dogs/c.jpg"}"#;
    let with_lines: Vec<(&str, &[u8])> = files.iter().copied().chain([("metadata.jsonl", lines.as_bytes())]).collect();

    let elsewhere = tempfile::tempdir().unwrap();
    let mut packed = Vec::new();
    assert_eq!(data.pack(&mut packed).unwrap(), expected);
    let forms = [
        ("a.tar", tar(&files)),
        ("nested.tar", tar(&nested)),
        ("a.tar.gz", gzip(&tar(&files))),
        ("a.zip", zip(&files)),
        ("table.zip", zip(&with_table)),
        ("lines.tgz", gzip(&tar(&with_lines))),
        ("packed.tar", packed),
    ];
    for (name, bytes) in forms {
        let data = open(&write(elsewhere.path(), name, &bytes)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(digest(&data), expected, "{name}");
    }
    let data = open(&write(folder.path(), "photos.csv", table.as_bytes())).unwrap();
    assert_eq!(digest(&data), expected, "a table beside the files");
}

#[test]
fn what_is_true_is_part_of_the_data() {
    let folder = folder();
    let before = digest(&open(folder.path()).unwrap());
    fs::rename(folder.path().join("dogs"), folder.path().join("wolves")).unwrap();
    let after = open(folder.path()).unwrap();
    assert_ne!(digest(&after), before);
    let labels = Labels::new(&["cats".into(), "dogs".into()], 2);
    let error = after.classes(&labels).unwrap_err().to_string();
    assert_eq!(error, r#"sample wolves/c.jpg: the model has no class "wolves"; give a name or an index, 0 to 1"#);
}

#[test]
fn a_sample_that_is_not_there_is_told_when_it_is_read_and_the_others_are() {
    let folder = folder();
    let table = write(folder.path(), "t.csv", b"file,label\ncats/a.jpg,cats\ncats/none.jpg,cats\n");
    let data = open(&table).unwrap();
    assert_eq!(data.read(0).unwrap(), b"one");
    assert_eq!(data.read(1).unwrap_err(), "there is no such file");
}

#[test]
fn what_is_no_data_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, bytes: &[u8]| write(folder.path(), name, bytes);
    assert!(told(&folder.path().join("nothing")).contains("No such file"));
    assert!(told(&at("a.txt", b"hello")).contains("is neither a folder, a table"));
    assert!(told(&at("empty.tar", &tar(&[]))).contains("is neither a folder, a table"));
    assert!(told(&at("t.csv", b"file,label\n")).contains("t.csv has no samples"));
    let flat = told(&at("flat.tar", &tar(&[("a.jpg", b"x")])));
    assert!(flat.contains("a.jpg lies in no folder of a class"), "{flat}");
    let twice = told(&at("twice.csv", b"file,label\na,0\na,1\n"));
    assert!(twice.contains("the sample a is there twice"), "{twice}");
    let mixed = told(&at("mixed.jsonl", b"{\"file\":\"a\",\"label\":1}\n{\"file\":\"b\",\"target\":1}"));
    assert!(mixed.contains("b is of another kind"), "{mixed}");
}

#[test]
fn a_hostile_archive_writes_nowhere_and_reads_nothing_but_itself() {
    let folder = tempfile::tempdir().unwrap();
    let secret = write(folder.path(), "secret.txt", b"secret");
    let table = format!("file,label\n../secret.txt,0\n{},1\ncats/a.jpg,2\n", secret.display());
    let files: [(&str, &[u8]); 3] =
        [("../evil.jpg", b"evil"), ("manifest.csv", table.as_bytes()), ("cats/a.jpg", b"fine")];
    for (name, bytes) in [("inside/a.tar", tar(&files)), ("inside/a.zip", zip(&files))] {
        let data = open(&write(folder.path(), name, &bytes)).unwrap();
        let read: Vec<_> = (0..3).map(|index| (data.sample(index).to_owned(), data.read(index).ok())).collect();
        assert_eq!(read.iter().filter(|(_, bytes)| bytes.is_some()).count(), 1, "{read:?}");
        assert!(read.contains(&("cats/a.jpg".into(), Some(b"fine".to_vec()))), "{read:?}");
    }
    assert!(!folder.path().join("evil.jpg").exists());
    let mut links = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    links.append_link(&mut header, "cats/link.jpg", &secret).unwrap();
    let linked = write(folder.path(), "inside/links.tar", &links.into_inner().unwrap());
    assert!(told(&linked).contains("has no samples"));
}

#[test]
fn an_archive_that_unpacks_to_too_much_or_is_damaged_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let large = vec![0; 1 << 20];
    let files: [(&str, &[u8]); 2] = [("cats/a.jpg", &large), ("dogs/b.jpg", b"x")];
    let limits = Limits { total: 100_000, sample: 50_000, files: 1 };
    for (name, bytes) in [("a.tar.gz", gzip(&tar(&files))), ("a.zip", zip(&files)), ("a.tar", tar(&files))] {
        let path = write(folder.path(), name, &bytes);
        let error = Dataset::open(&path, &limits).err().unwrap();
        assert!(matches!(error, DataError::TooLarge { .. }), "{name}: {error}");
        let by_bytes = Dataset::open(&path, &Limits { files: 10, ..limits }).err();
        match (name, by_bytes) {
            // Nothing of it has to be unpacked.
            ("a.tar", opened) => assert!(opened.is_none(), "{opened:?}"),
            (_, Some(DataError::TooLarge { what: "bytes", .. })) => {}
            (name, other) => panic!("{name}: {other:?}"),
        }
        let one = Limits { files: 2, total: 1 << 30, ..limits };
        let data = Dataset::open(&path, &one).unwrap();
        assert_eq!(data.read(0).unwrap_err(), "it has 1048576 bytes, a sample may have 50000", "{name}");
        for end in [bytes.len() / 2, bytes.len().saturating_sub(1536)] {
            let torn = write(folder.path(), "torn", &bytes[..end.min(bytes.len() - 1)]);
            assert!(Dataset::of_archive(name.into(), &torn, &one).is_err(), "{name}: {end} bytes");
        }
    }
}
