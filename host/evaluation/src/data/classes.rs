//! A folder for each class.

use super::table::Row;
use super::tree::Tree;
use super::{DataError, Truth};

/// Every file is a sample of the class whose folder it lies in: the outermost folder, save one that holds all others.
pub fn read(tree: &Tree) -> Result<Vec<Row>, DataError> {
    let common = common_folder(tree);
    let row = |name: &String| {
        let rest = &name[common..];
        match rest.split_once('/') {
            Some((class, _)) => {
                Ok(Row { file: name.clone(), name: rest.to_owned(), truth: Truth::Class(class.to_owned()) })
            }
            None => Err(DataError::NoClass { file: name.clone() }),
        }
    };
    tree.names().map(row).collect()
}

/// How long the name of a folder is, with its slash, that all samples lie in two folders deep.
fn common_folder(tree: &Tree) -> usize {
    let Some(folder) = tree.only_folder() else { return 0 };
    let prefix = folder.len() + 1;
    if tree.names().all(|name| name[prefix..].contains('/')) { prefix } else { 0 }
}
