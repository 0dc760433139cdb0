//! Labelled pictures, made here.

use crate::http::models::labelled;
use image::{ImageFormat, Rgb, RgbImage};
use maasm_tests::random::Random;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};
use tempfile::TempDir;

const CLASSES: [&str; 5] = ["ant", "bee", "cat", "dog", "eel"];

/// A folder `photos` with so many pictures in a folder for each class, one of them broken.
pub fn folder(pictures: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for index in 0..pictures {
        let class = folder.path().join("photos").join(CLASSES[index % CLASSES.len()]);
        std::fs::create_dir_all(&class).unwrap();
        std::fs::write(class.join(format!("{index}.png")), picture(index)).unwrap();
    }
    if pictures == 30 {
        std::fs::write(folder.path().join("photos/cat/broken.jpg"), b"\xff\xd8\xff\xe0 and no more").unwrap();
        std::fs::remove_file(folder.path().join("photos/cat/2.png")).unwrap();
    }
    folder
}

/// A folder with some pictures and a table `many.csv` that names them so many times, each time as another sample.
pub fn table(samples: usize) -> TempDir {
    let folder = folder(50);
    let mut table = String::from("file,name,label\n");
    for sample in 0..samples {
        let (index, class) = (sample % 50, CLASSES[sample % CLASSES.len()]);
        writeln!(table, "photos/{class}/{index}.png,sample {sample},{class}").unwrap();
    }
    std::fs::write(folder.path().join("many.csv"), table).unwrap();
    folder
}

/// Every picture with the class whose folder it lies in.
pub fn files(photos: &Path) -> Vec<(PathBuf, String)> {
    let class = |class: PathBuf| {
        let name = class.file_name().unwrap().to_str().unwrap().to_owned();
        std::fs::read_dir(class).unwrap().map(move |file| (file.unwrap().path(), name.clone()))
    };
    std::fs::read_dir(photos).unwrap().flat_map(|entry| class(entry.unwrap().path())).collect()
}

/// Packs `photos` in this folder as a zip archive.
pub fn zip(folder: &Path, archive: &Path) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(archive).unwrap());
    for (file, class) in files(&folder.join("photos")) {
        let name = format!("photos/{class}/{}", file.file_name().unwrap().to_str().unwrap());
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&std::fs::read(file).unwrap()).unwrap();
    }
    zip.finish().unwrap();
}

/// A picture of 8×8 pixels, the same for the same number.
fn picture(number: usize) -> Vec<u8> {
    let mut random = Random::new(number as u64);
    let [red, green, blue] = [(); 3].map(|()| random.bits() as u8);
    let pixels = RgbImage::from_fn(8, 8, |x, y| {
        let noise = random.bits() as u8 / 8;
        Rgb([red ^ noise, green ^ (x as u8 * 16), blue ^ (y as u8 * 16)])
    });
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Components by version, and whether they answer rightly.
type Made = HashMap<(String, bool), Vec<u8>>;

/// `animals` of this version, whose names for its classes are such that it is right about [`folder`] as often as can be; or
/// as seldom.
pub fn animals_that_answer(version: &str, rightly: bool) -> Vec<u8> {
    static MADE: LazyLock<Mutex<Made>> = LazyLock::new(Mutex::default);
    MADE.lock().unwrap().entry((version.into(), rightly)).or_insert_with(|| named_well(version, rightly)).clone()
}

fn named_well(version: &str, rightly: bool) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    // How often each class is the answer to pictures of each class.
    let model = folder.path().join("model.wasm");
    std::fs::write(&model, labelled("animals", version, CLASSES)).unwrap();
    let engine = maasm_engine::Engine::new(Default::default()).unwrap();
    let model = engine.load(&model).unwrap();
    let mut counts = [[0; 5]; 5];
    for number in 0..40 {
        let answer = model.recognize(&picture(number), 1).unwrap().classifications[0].index;
        counts[answer as usize][number % 5] += 1;
    }
    // The commonest answer is named after the class that it is most, or least, often right about; and so on.
    let mut order: Vec<usize> = (0..5).collect();
    order.sort_by_key(|&answer| std::cmp::Reverse(counts[answer].iter().sum::<u32>()));
    let (mut left, mut labels) = (vec![0, 1, 2, 3, 4], [""; 5]);
    for answer in order {
        let key = |&class: &usize| counts[answer][class];
        let class =
            *if rightly { left.iter().max_by_key(|c| key(c)) } else { left.iter().min_by_key(|c| key(c)) }.unwrap();
        left.retain(|&other| other != class);
        labels[answer] = CLASSES[class];
    }
    labelled("animals", version, labels)
}
