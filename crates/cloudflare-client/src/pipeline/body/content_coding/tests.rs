use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderValue;

use super::*;

fn decoder(lines: &[&'static str]) -> Result<Decoder, ContentCodingError> {
    Decoder::for_headers(&lines.iter().map(|line| (CONTENT_ENCODING, HeaderValue::from_static(line))).collect())
}

/// Decodes a body that arrives in chunks of a length.
fn decode(coding: &'static str, body: &[u8], chunk: usize, max_bytes: usize) -> Result<Vec<u8>, ContentCodingError> {
    let mut decoder = decoder(&[coding])?;
    let mut out = Vec::new();
    for mut chunk in body.chunks(chunk) {
        while !chunk.is_empty() {
            decoder.push(&mut chunk, &mut out, max_bytes)?;
        }
    }
    decoder.finish()?;
    Ok(out.to_vec())
}

/// Decodes a gzip body with different chunks, which must not change the result.
fn gunzip(body: &[u8]) -> Result<Vec<u8>, ContentCodingError> {
    let whole = decode("gzip", body, body.len().max(1), usize::MAX);
    assert_eq!(decode("gzip", body, 1, usize::MAX), whole);
    assert_eq!(decode("gzip", body, 7, usize::MAX), whole);
    whole
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Text that does not compress well.
fn noise(length: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(1);
    (0..length).map(|_| random.alphanumeric() as u8).collect()
}

#[test]
fn content_encoding_is_read_in_any_spelling() {
    for lines in [&[][..], &["identity"], &[""], &[" , Identity"]] {
        assert!(decoder(lines).unwrap().is_identity(), "{lines:?}");
    }
    for lines in [&["gzip"][..], &["GZip"], &["x-gzip"], &["identity, gzip"], &["gzip,", "identity"]] {
        assert!(!decoder(lines).unwrap().is_identity(), "{lines:?}");
    }
}

#[test]
fn unknown_coding_is_named_unless_the_name_is_malformed() {
    for (lines, expected) in [
        (&["br"][..], "the body has the content coding `br`, which the client cannot decode"),
        (&["gzip", "zstd"], "the body has the content coding `zstd`, which the client cannot decode"),
        (
            &["aaaaaaaaaaaaaaaaaaaaaaaa"],
            "the body has the content coding `aaaaaaaaaaaaaaaaaaaaaaaa`, which the client cannot decode",
        ),
        (&["gzip;q=1"], "the body has a content coding whose name is malformed"),
        (
            &["aaaaaaaaaaaaaaaaaaaaaaaa"],
            "the body has the content coding `aaaaaaaaaaaaaaaaaaaaaaaa`, which the client cannot decode",
        ),
        (&["aaaaaaaaaaaaaaaaaaaaaaaaa"], "the body has a content coding whose name is malformed"),
        (&["gzip, x-gzip"], "the body is compressed with gzip twice, which the client does not decode"),
    ] {
        assert_eq!(decoder(lines).err().unwrap().to_string(), expected, "{lines:?}");
    }
}

#[test]
fn gzip_is_decoded_in_any_chunks() {
    for text in [b"".to_vec(), b"text".to_vec(), vec![b'x'; 300_000], noise(100_000)] {
        assert_eq!(gunzip(&gzip(&text)).unwrap(), text);
        assert_eq!(decode("identity", &text, 1_000, usize::MAX).unwrap(), text);
    }
}

#[test]
fn data_that_the_decoder_holds_back_is_not_lost() {
    for length in (16_350..16_400).chain(65_500..65_550) {
        let body = gzip(&vec![b'x'; length]);
        for chunk in [body.len() - 8, body.len() - 9, body.len()] {
            assert_eq!(decode("gzip", &body, chunk, length).unwrap().len(), length);
        }
    }
}

#[test]
fn all_members_of_a_gzip_body_are_decoded() {
    let body = [gzip(b"one "), gzip(b""), gzip(b"two ")].concat();
    assert_eq!(gunzip(&body).unwrap(), b"one two ");
    assert_eq!(gunzip(&[&body[..], &[0; 600]].concat()).unwrap(), b"one two ");
}

#[test]
fn optional_fields_of_a_gzip_header_are_skipped() {
    let text = b"text";
    let encoder = flate2::GzBuilder::new().extra("extra").filename("name").comment("comment").mtime(7);
    let mut encoder = encoder.write(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    assert_eq!(gunzip(&encoder.finish().unwrap()).unwrap(), text);

    let plain = gzip(text);
    let empty_extra = [&plain[..3], &[4], &plain[4..10], &[0, 0], &plain[10..]].concat();
    assert_eq!(gunzip(&empty_extra).unwrap(), text);
    let checksum = [&plain[..3], &[2], &plain[4..10], &[1, 2], &plain[10..]].concat();
    assert_eq!(gunzip(&checksum).unwrap(), text);
}

#[test]
fn empty_body_is_complete_whatever_its_label() {
    for coding in ["gzip", "identity"] {
        assert_eq!(decode(coding, b"", 1, 0).unwrap(), b"");
    }
}

#[test]
fn gzip_body_that_is_cut_off_anywhere_is_an_error() {
    let body = gzip(b"some text, some text");
    for length in 1..body.len() {
        assert_eq!(gunzip(&body[..length]), Err(ContentCodingError::CutOff), "{length}");
        let second = [&body[..], &body[..length]].concat();
        assert_eq!(gunzip(&second), Err(ContentCodingError::CutOff), "{length}");
    }
}

#[test]
fn each_problem_of_a_gzip_body_has_its_own_message() {
    let body = gzip(&noise(1_000));
    let with = |position: usize, byte: u8| {
        let mut body = body.clone();
        body[position] = byte;
        body
    };
    let last = body.len() - 1;
    for (body, expected) in [
        (b"{\"success\":true}".to_vec(), "the body is labelled gzip and is not"),
        (b"\x1f{".to_vec(), "the body is labelled gzip and is not"),
        (vec![0], "the body is labelled gzip and is not"),
        (with(2, 7), "the gzip data is corrupt"),
        (with(3, 0x20), "the gzip data is corrupt"),
        (with(10, 7), "the gzip data is corrupt"),
        (with(last, body[last] ^ 1), "the gzip data fails its checksum"),
        (with(last - 7, body[last - 7] ^ 1), "the gzip data fails its checksum"),
        ([&body[..], b"x"].concat(), "other bytes follow the gzip data"),
        ([&body[..], b"\x1f\x8c"].concat(), "other bytes follow the gzip data"),
        ([&body[..], b"\0\0x"].concat(), "other bytes follow the gzip data"),
        ([&body[..], b"\0", &body].concat(), "other bytes follow the gzip data"),
    ] {
        assert_eq!(gunzip(&body).unwrap_err().to_string(), expected);
    }
}

#[test]
fn limit_counts_decoded_bytes_and_is_exact() {
    let text = noise(100_000);
    let members = [gzip(&text[..60_000]), gzip(&text[60_000..])].concat();
    for (coding, body) in [("gzip", gzip(&text)), ("gzip", members), ("identity", text.clone())] {
        for chunk in [1_000, body.len()] {
            assert_eq!(decode(coding, &body, chunk, text.len()).unwrap(), text);
            let error = decode(coding, &body, chunk, text.len() - 1).unwrap_err();
            assert_eq!(error, ContentCodingError::TooLarge(99_999));
            assert_eq!(error.to_string(), "the body is larger than 99999 bytes");
        }
    }
}

#[test]
fn bomb_is_not_decoded_beyond_the_limit() {
    const LIMIT: usize = 100_000;
    let bomb = gzip(&vec![0; 20_000_000]);
    let mut chunk = &bomb[..];
    let (mut decoder, mut out) = (decoder(&["gzip"]).unwrap(), Vec::new());
    let error = loop {
        let length = out.len();
        let pushed = decoder.push(&mut chunk, &mut out, LIMIT);
        assert!(out.len() - length <= Decoder::MAX_PIECE);
        assert!(!chunk.is_empty());
        if let Err(error) = pushed {
            break error;
        }
    };
    assert_eq!(error, ContentCodingError::TooLarge(LIMIT));
    assert_eq!(out.len(), LIMIT + 1);
}

#[test]
fn members_without_data_end_a_piece_each() {
    let body = gzip(b"").repeat(3);
    let mut chunk = &body[..];
    let (mut decoder, mut out) = (decoder(&["gzip"]).unwrap(), Vec::new());
    for left in [2, 1, 0] {
        decoder.push(&mut chunk, &mut out, 0).unwrap();
        assert_eq!(chunk.len(), body.len() / 3 * left);
    }
    assert_eq!(decoder.finish(), Ok(()));
}

#[test]
fn gzip_data_that_cannot_be_compressed_is_accepted_up_to_the_limit() {
    let mut random = fastrand::Rng::with_seed(2);
    for length in [0, 1, 1_000, 1_000_000] {
        let text: Vec<u8> = (0..length).map(|_| random.u8(..)).collect();
        let body = gzip(&text);
        assert!(body.len() > length);
        assert_eq!(decode("gzip", &body, 1_000, length).unwrap(), text);
    }
}

#[test]
fn limit_counts_encoded_bytes_too() {
    const LIMIT: usize = 10_240;
    /// The limit of the encoded bytes.
    const ENCODED: usize = LIMIT + 10 + 1_024;
    let empty = gzip(b"");
    let members = empty.repeat(ENCODED / empty.len());
    let named = |length: usize| {
        let name = vec![b'n'; length - empty.len() - 1];
        [&empty[..3], &[8], &empty[4..10], &name, &[0], &empty[10..]].concat()
    };
    let padded = |length: usize| [&empty[..], &vec![0; length - empty.len()]].concat();
    for (fits, exceeds) in [
        (members.clone(), [&members[..], &empty].concat()),
        (named(ENCODED), named(ENCODED + 1)),
        (padded(ENCODED), padded(ENCODED + 1)),
    ] {
        for chunk in [1, 1_000, exceeds.len()] {
            assert_eq!(decode("gzip", &fits, chunk, LIMIT), Ok(Vec::new()));
            assert_eq!(decode("gzip", &exceeds, chunk, LIMIT), Err(ContentCodingError::TooLarge(LIMIT)));
        }
    }
}
