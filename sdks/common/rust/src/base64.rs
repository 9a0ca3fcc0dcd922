//! Padded base64, so that a driver adds no dependency to those of the SDK but serde_json.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub fn encode(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len().div_ceil(3) * 4);
    for group in octets.chunks(3) {
        let bits = (0..3).fold(0, |bits, i| bits << 8 | *group.get(i).unwrap_or(&0) as usize);
        for i in 0..4 {
            let digit = ALPHABET[bits >> (18 - 6 * i) & 63] as char;
            text.push(if i <= group.len() { digit } else { '=' });
        }
    }
    text
}

/// Signproof's base64 is always right, so that nothing is checked here.
pub fn decode(text: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for digit in text.bytes() {
        let Some(value) = ALPHABET.iter().position(|letter| *letter == digit) else {
            break; // the padding
        };
        bits = bits << 6 | value as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            octets.push((bits >> count) as u8);
        }
    }
    octets
}
