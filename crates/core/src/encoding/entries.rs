//! Where the keys of a payload go: to any serializer, or straight into a JSON text.

use serde::ser::SerializeMap;
use serde_json::Value;

use super::{Json, JsonText, Object};
use crate::plan::{Node, Piece};

/// An object that is open and takes keys in order.
pub(crate) trait Entries {
    type Error;

    /// A key and what stands behind it.
    fn entry<T: Json + ?Sized>(&mut self, node: &Node, value: &T) -> Result<(), Self::Error>;

    /// A key and what stands behind it, if there is anything.
    fn some<T: Json>(&mut self, node: &Node, value: Option<T>) -> Result<(), Self::Error> {
        value.map_or(Ok(()), |value| self.entry(node, &value))
    }

    /// A key with the value that it has in every payload.
    fn constant(&mut self, node: &Node, value: &Value) -> Result<(), Self::Error>;

    /// A key with an object of further keys.
    fn object(&mut self, node: &Node, object: &Object<'_>) -> Result<(), Self::Error>;

    /// A key of the provider options.
    fn option(&mut self, key: &str, value: &Value) -> Result<(), Self::Error>;
}

/// Keys for any serializer.
pub(crate) struct Serde<'a, M>(pub(crate) &'a mut M);

impl<M: SerializeMap> Entries for Serde<'_, M> {
    type Error = M::Error;

    fn entry<T: Json + ?Sized>(&mut self, node: &Node, value: &T) -> Result<(), M::Error> {
        self.0.serialize_entry(node.key(), value)
    }

    fn constant(&mut self, node: &Node, value: &Value) -> Result<(), M::Error> {
        self.0.serialize_entry(node.key(), value)
    }

    fn object(&mut self, node: &Node, object: &Object<'_>) -> Result<(), M::Error> {
        self.0.serialize_entry(node.key(), object)
    }

    fn option(&mut self, key: &str, value: &Value) -> Result<(), M::Error> {
        self.0.serialize_entry(key, value)
    }
}

/// Keys of a JSON text; the caller writes the braces.
pub(crate) struct Level<'a, 't> {
    text: &'a mut JsonText<'t>,
    is_empty: bool,
}

impl<'a, 't> Level<'a, 't> {
    /// The first keys of an object.
    pub(crate) const fn first(text: &'a mut JsonText<'t>) -> Level<'a, 't> {
        Level { text, is_empty: true }
    }

    /// Keys of an object that has some already.
    pub(crate) const fn further(text: &'a mut JsonText<'t>) -> Level<'a, 't> {
        Level { text, is_empty: false }
    }

    /// What begins with the comma after the key before.
    fn piece(&mut self, json: &Piece) {
        if std::mem::take(&mut self.is_empty) {
            self.text.raw(&json.bytes()[1..]);
        } else {
            self.text.piece(json);
        }
    }
}

impl Entries for Level<'_, '_> {
    type Error = serde_json::Error;

    fn entry<T: Json + ?Sized>(&mut self, node: &Node, value: &T) -> serde_json::Result<()> {
        self.piece(node.json());
        value.write_json(self.text)
    }

    fn constant(&mut self, node: &Node, _: &Value) -> serde_json::Result<()> {
        self.piece(node.json());
        Ok(())
    }

    fn object(&mut self, node: &Node, object: &Object<'_>) -> serde_json::Result<()> {
        self.piece(node.json());
        object.write_json(self.text)
    }

    fn option(&mut self, key: &str, value: &Value) -> serde_json::Result<()> {
        let is_first = std::mem::take(&mut self.is_empty);
        self.text.raw(if is_first { b"" } else { b"," });
        self.text.string(key)?;
        self.text.raw(b":");
        self.text.any(value)
    }
}
