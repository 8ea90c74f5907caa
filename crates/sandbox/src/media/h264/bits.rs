//! Bits, the codes that they make, and the units that carry them.

/// Bits from the most significant on.
#[derive(Default)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    /// Bits of the last byte that are used, 0 to 7.
    used: u32,
}

impl Bits {
    pub(super) fn put(&mut self, value: u32, count: u32) {
        for at in (0..count).rev() {
            self.bit(at < 32 && (value >> at) & 1 == 1);
        }
    }

    fn bit(&mut self, set: bool) {
        if self.used == 0 {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(set) << (7 - self.used);
        }
        self.used = (self.used + 1) % 8;
    }

    /// Unsigned Exp-Golomb code [9.1].
    pub(super) fn ue(&mut self, value: u32) {
        let length = (value + 1).ilog2();
        self.put(value + 1, 2 * length + 1);
    }

    /// Signed Exp-Golomb code [9.1.1].
    pub(super) fn se(&mut self, value: i32) {
        let magnitude = value.unsigned_abs();
        self.ue(if value > 0 { 2 * magnitude - 1 } else { 2 * magnitude });
    }

    /// Whole bytes, after zeros up to the next one.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.used = 0;
        self.bytes.extend_from_slice(bytes);
    }

    fn finish(mut self) -> Vec<u8> {
        self.bit(true);
        self.bytes
    }
}

/// Header byte, payload with its stop bit, and 3s wherever a start code would be seen [7.4.1].
pub(super) fn nal(header: u8, payload: Bits) -> Vec<u8> {
    let mut bytes = vec![header];
    let mut zeros = 0;
    for byte in payload.finish() {
        if zeros >= 2 && byte <= 3 {
            bytes.push(3);
            zeros = 0;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        bytes.push(byte);
    }
    bytes
}

/// What is written, as zeros and ones.
#[cfg(test)]
pub(super) fn written(write: impl FnOnce(&mut Bits)) -> String {
    let mut bits = Bits::default();
    write(&mut bits);
    let count = bits.bytes.len() * 8 - (8 - bits.used as usize) % 8;
    let bit = |at: usize| bits.bytes[at / 8] >> (7 - at % 8) & 1 == 1;
    (0..count).map(|at| if bit(at) { '1' } else { '0' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_golomb_codes_are_those_of_the_standard() {
        for (value, code) in [(0, "1"), (1, "010"), (2, "011"), (3, "00100"), (7, "0001000")] {
            assert_eq!(written(|bits| bits.ue(value)), code, "{value}");
        }
        for (value, code) in [(0, "1"), (1, "010"), (-1, "011"), (2, "00100"), (-2, "00101")] {
            assert_eq!(written(|bits| bits.se(value)), code, "{value}");
        }
    }

    #[test]
    fn bytes_begin_at_a_byte() {
        let text = written(|bits| {
            bits.put(1, 1);
            bits.bytes(&[0xFF]);
            bits.put(1, 1);
        });
        assert_eq!(text, "10000000111111111");
    }

    #[test]
    fn start_codes_never_appear_inside_a_unit() {
        let mut bits = Bits::default();
        bits.put(0, 24);
        bits.put(1, 8);
        assert_eq!(nal(0x65, bits), [0x65, 0, 0, 3, 0, 1, 0x80]);
    }
}
