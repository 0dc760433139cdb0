//! The registry: versions on disk and in registries that others wrote.

mod artifacts;
mod attachments;
mod command_line;
mod credentials;
mod docker;
mod index;
mod interrupted;
mod layout;
mod liar;
mod lies;
mod patience;
mod proxy;
mod push_and_pull;
mod wash;
