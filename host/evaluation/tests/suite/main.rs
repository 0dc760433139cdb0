//! Data sets as people have them, and the report's page in a browser.

mod data;
mod figures;
mod intervals;
mod page;
mod support;
