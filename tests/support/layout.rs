//! How values of `wit/model.wit` lie in memory, as C's compiler can check it.

use std::fmt::Write;
use std::path::Path;
use wit_parser::{Int, Resolve, SizeAlign, Type, TypeDef, TypeDefKind, TypeId};

/// C that compiles only if `maasm.h` lays everything out as the Component Model's canonical ABI does, which wit-parser
/// knows; and how many structures it looks at.
pub fn assertions() -> (String, usize) {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit")).unwrap();
    let mut sizes = SizeAlign::default();
    sizes.fill(&resolve);
    let layout = Layout { resolve: &resolve, sizes: &sizes };
    let mut text = String::from("#include <stddef.h>\n#include \"maasm.h\"\n");
    let mut structures = 0;
    for interface in ["types", "inference"] {
        let interface = &resolve.interfaces[resolve.packages[package].interfaces[interface]];
        for (name, id) in &interface.types {
            structures += usize::from(layout.assert(&name.replace('-', "_"), *id, &mut text));
        }
        for (name, function) in interface.functions.iter().filter(|(name, _)| *name != "describe") {
            let Some(Type::Id(result)) = function.result else { panic!("{name} gives no result") };
            layout.assert_result(&resolve.types[result], &mut text);
        }
    }
    (text, structures)
}

struct Layout<'a> {
    resolve: &'a Resolve,
    sizes: &'a SizeAlign,
}

impl Layout<'_> {
    /// Whether this is a structure of its own; names from elsewhere and pictures, which only `stages` has, are not.
    fn assert(&self, name: &str, id: TypeId, text: &mut String) -> bool {
        let equal = |left: String, right: usize| format!("_Static_assert({left} == {right}, \"{name}\");\n");
        let size = self.sizes.size(&Type::Id(id)).size_wasm32();
        match &self.resolve.types[id].kind {
            _ if ["pixels", "media_info"].contains(&name) => return false,
            TypeDefKind::Record(record) => {
                let types: Vec<Type> = record.fields.iter().map(|field| field.ty).collect();
                *text += &equal(format!("sizeof(maasm_{name})"), size);
                for (field, (offset, _)) in record.fields.iter().zip(self.sizes.field_offsets(&types)) {
                    let field = field.name.replace('-', "_");
                    *text += &equal(format!("offsetof(maasm_{name}, {field})"), offset.size_wasm32());
                }
            }
            TypeDefKind::Enum(cases) => {
                for (value, case) in cases.cases.iter().enumerate() {
                    *text += &equal(constant(name, &case.name), value);
                }
            }
            TypeDefKind::Variant(cases) => {
                for (value, case) in cases.cases.iter().enumerate() {
                    *text += &equal(constant(name, &case.name), value);
                }
                let types: Vec<Option<Type>> = cases.cases.iter().map(|case| case.ty).collect();
                let offset = self.sizes.payload_offset(cases.tag(), types.iter().map(Option::as_ref));
                *text += &equal(format!("offsetof(maasm_{name}, why)"), offset.size_wasm32());
                *text += &equal(format!("sizeof(maasm_{name})"), size);
            }
            _ => return false,
        }
        true
    }

    /// A function's result begins as `maasm_result` does.
    fn assert_result(&self, definition: &TypeDef, text: &mut String) {
        let TypeDefKind::Result(result) = &definition.kind else { panic!("no result") };
        let offset = self.sizes.payload_offset(Int::U8, [result.ok.as_ref(), result.err.as_ref()]);
        writeln!(text, "_Static_assert(offsetof(maasm_result, value) == {}, \"result\");", offset.size_wasm32())
            .unwrap();
    }
}

/// The value of a case, as an expression.
fn constant(name: &str, case: &str) -> String {
    format!("(int){}", format!("maasm_{name}_{case}").replace('-', "_").to_uppercase())
}
