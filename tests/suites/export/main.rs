//! What offers show of themselves: the JSON Schema says what `strict` says, the TypeScript types
//! are those that were read, and what the catalogue puts side by side can be compared.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A panic is a failed test.

mod schema;
mod served;
mod stated;
mod typescript;
mod unchecked;
