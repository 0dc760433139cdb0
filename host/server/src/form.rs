//! Files and forms, for the description of the interface; [`maasm_protocol::form`] reads them.

/// A file's bytes, for the description of the interface.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it describes what is read as it comes")]
pub struct File(Vec<u8>);

/// A form that holds a file, for the description of the interface.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes what `file` reads")]
pub struct FileForm {
    /// The file; a field of any name may hold it.
    file: File,
}
