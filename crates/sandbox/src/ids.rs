//! Ids that look like the vendors' and are the same in every run with the same seed.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// Letters and digits of ids, 32 of them.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A source of ids; the n-th id of a run depends on the seed and n only.
#[derive(Debug)]
pub(crate) struct Ids {
    seed: u64,
    next: AtomicU64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, next: AtomicU64::new(0) }
    }

    /// Letters and digits.
    pub(crate) fn text(&self, length: usize) -> String {
        let bytes = self.bytes();
        let letter =
            |at: usize| char::from(ALPHABET[usize::from(bytes[at % 32] ^ at_byte(at)) % 32]);
        (0..length).map(letter).collect()
    }

    /// A UUID of version 4.
    pub(crate) fn uuid(&self) -> String {
        let mut bytes = self.bytes();
        bytes[6] = bytes[6] & 0x0F | 0x40;
        bytes[8] = bytes[8] & 0x3F | 0x80;
        let hex = hex(&bytes[..16]);
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }

    fn bytes(&self) -> [u8; 32] {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        digest(&[&self.seed.to_le_bytes(), &number.to_le_bytes()])
    }
}

/// Makes the second turn through the 32 bytes differ from the first.
fn at_byte(at: usize) -> u8 {
    u8::try_from(at / 32).unwrap_or(u8::MAX)
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// SHA-256 over parts.
pub(crate) fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// A 32-bit seed drawn from what was asked, so that the same request gives the same picture.
pub(crate) fn drawn(seed: u64, asked: &str) -> u64 {
    let bytes = digest(&[&seed.to_le_bytes(), asked.as_bytes()]);
    u64::from(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_repeat_with_the_seed_and_differ_within_a_run() {
        let (one, same) = (Ids::new(1), Ids::new(1));
        let first = one.text(26);
        assert_eq!(first, same.text(26));
        assert_ne!(first, one.text(26));
        assert_ne!(first, Ids::new(2).text(26));
        assert_eq!(one.text(45).len(), 45);
    }

    #[test]
    fn a_uuid_is_of_version_4() {
        let uuid = Ids::new(1).uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
        assert!(["8", "9", "a", "b"].contains(&&uuid[19..20]));
    }
}
