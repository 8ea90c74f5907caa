//! Short texts that stand in many payloads.

/// A text of few bytes that is appended in blocks of sixteen and cut to its length: a copy of known
/// length is a store or two, while one of any length is a call that costs more than the copy.
#[derive(Debug)]
pub(crate) struct Piece {
    blocks: Box<[[u8; 16]]>,
    len: usize,
}

impl Piece {
    pub(crate) fn append(&self, out: &mut Vec<u8>) {
        let end = out.len() + self.len;
        for block in &self.blocks {
            out.extend_from_slice(block);
        }
        out.truncate(end);
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.blocks.as_flattened()[..self.len]
    }
}

impl From<String> for Piece {
    fn from(text: String) -> Piece {
        let (len, mut bytes) = (text.len(), text.into_bytes());
        bytes.resize(len.next_multiple_of(16), 0);
        Piece { blocks: bytes.as_chunks().0.into(), len }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_any_length_are_appended_as_they_are() {
        for len in 0..50 {
            let text: String = ('a'..='z').cycle().take(len).collect();
            let piece = Piece::from(text.clone());
            let mut out = b"before".to_vec();
            piece.append(&mut out);
            assert_eq!(out, format!("before{text}").as_bytes());
            assert_eq!(piece.bytes(), text.as_bytes());
        }
    }
}
