//! The JSON forms of media: a string, or an object with declared facts.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Media, MediaFacts, MediaSource, ParseMediaError};
use crate::request::hints::unknown_key;
use crate::request::read::{Whole, as_object};

/// The object form of media.
#[derive(Default)]
struct MediaObject {
    src: Option<String>,
    mime: Option<String>,
    width: Option<u64>,
    height: Option<u64>,
    bytes: Option<u64>,
    seconds: Option<f64>,
}

as_object!(MediaObject, "media: a string or an object with src", unknown_key, {
    "src" => src: String, "mime" => mime: String,
    "width" => width: Whole, "height" => height: Whole,
    "bytes" => bytes: Whole, "seconds" => seconds: f64,
});

impl MediaObject {
    fn into_media(self) -> Result<Media, String> {
        let src = self.src.ok_or("media needs src: a URL, data URI, asset or path")?;
        let mut media: Media = src.parse().map_err(|error: ParseMediaError| error.to_string())?;
        let side = |name: &str, side: Option<u64>| match side.map(u32::try_from) {
            None => Ok(None),
            Some(Ok(side)) if side > 0 => Ok(Some(side)),
            Some(_) => Err(format!("{name} is not a number of pixels: accepted 1 to {}", u32::MAX)),
        };
        media.declared = MediaFacts {
            mime: self.mime.map(Into::into),
            width: side("width", self.width)?,
            height: side("height", self.height)?,
            bytes: self.bytes,
            millis: self.seconds.map(millis).transpose()?,
        };
        Ok(media)
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn millis(seconds: f64) -> Result<u64, String> {
    if (0.0..=1e12).contains(&seconds) {
        Ok((seconds * 1000.0).round() as u64)
    } else {
        Err(format!("seconds {seconds} is not a playing time"))
    }
}

impl<'de> Deserialize<'de> for Media {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Media, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Media;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("media: a string or an object with src")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Media, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Media, A::Error> {
                let object = MediaObject::deserialize(de::value::MapAccessDeserializer::new(map))?;
                object.into_media().map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The canonical string.
impl Serialize for MediaSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            MediaSource::Url(text) | MediaSource::Data(text) | MediaSource::File(text) => {
                serializer.serialize_str(text)
            }
            MediaSource::Asset { provider, id } => {
                serializer.collect_str(&format_args!("{provider}:{id}"))
            }
            MediaSource::Bytes { bytes, mime } => {
                let encoded =
                    base64::display::Base64Display::new(bytes, &base64::prelude::BASE64_STANDARD);
                serializer.collect_str(&format_args!("data:{mime};base64,{encoded}"))
            }
        }
    }
}

impl Serialize for Media {
    #[allow(clippy::cast_precision_loss)]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.declared == MediaFacts::default() {
            return self.source.serialize(serializer);
        }
        let MediaFacts { mime, width, height, bytes, millis } = &self.declared;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("src", &self.source)?;
        if let Some(mime) = mime {
            map.serialize_entry("mime", mime)?;
        }
        for (key, value) in [("width", width), ("height", height)] {
            if let Some(value) = value {
                map.serialize_entry(key, value)?;
            }
        }
        if let Some(bytes) = bytes {
            map.serialize_entry("bytes", bytes)?;
        }
        if let Some(millis) = millis {
            map.serialize_entry("seconds", &(*millis as f64 / 1000.0))?;
        }
        map.end()
    }
}
