//! Pictures are decoded and prepared as Pillow does, and bad bytes are refused.

mod hostile;
mod photographs;
mod pillow;
mod support;
