//! Downloads: types, ranges, sizes, determinism.

use genmux_sandbox::{Options, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};

use crate::runware::{image, video, with};
use crate::support::{Lab, lab, pause, uuid};

async fn picture(lab: &Lab, format: &str) -> (String, Vec<u8>) {
    let mut task = image(1);
    task["outputFormat"] = json!(format);
    let (_, body) = lab.runware(&json!([task])).await;
    fetch(lab, &body["data"][0]["imageURL"]).await
}

async fn fetch(lab: &Lab, url: &Value) -> (String, Vec<u8>) {
    let response = lab.client.get(url.as_str().unwrap()).send().await.unwrap();
    let mime = response.headers()["content-type"].to_str().unwrap().to_owned();
    (mime, response.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn formats_have_their_types_and_first_bytes() {
    for (format, mime, magic) in [
        ("PNG", "image/png", &b"\x89PNG"[..]),
        ("JPG", "image/jpeg", b"\xFF\xD8\xFF"),
        ("WEBP", "image/webp", b"RIFF"),
    ] {
        let (given, bytes) = picture(&lab().await, format).await;
        assert_eq!(given, mime);
        assert!(bytes.starts_with(magic));
    }
}

#[tokio::test]
async fn the_same_request_gives_the_same_bytes() {
    let (one, two) = (picture(&lab().await, "PNG").await, picture(&lab().await, "PNG").await);
    assert!(one == two);
}

/// The rows of a picture of 1024 x 1024 with a prompt.
async fn rows(lab: &Lab, number: u32, prompt: &str) -> Vec<Vec<u8>> {
    let task = with(image(number), json!({"positivePrompt": prompt, "seed": 1}));
    let (_, body) = lab.runware(&json!([task])).await;
    let (_, bytes) = fetch(lab, &body["data"][0]["imageURL"]).await;
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    pixels.chunks_exact(1024 * 3).map(<[u8]>::to_vec).collect()
}

#[tokio::test]
async fn the_prompt_is_written_below_the_picture() {
    let lab = lab().await;
    let (boat, goat) = (rows(&lab, 1, "a paper boat").await, rows(&lab, 2, "a paper goat").await);
    let other: Vec<usize> = (0..1024).filter(|y| boat[*y] != goat[*y]).collect();
    assert!(other.len() > 20 && other[0] > 880, "one letter differs, in the band: {other:?}");
    // `b` and `g` are the ninth letter: 6 dots of 6 pixels a letter, after a margin of 3 dots.
    let letter = 3 * (6 * (3 + 8 * 6))..3 * (6 * (3 + 9 * 6));
    assert!(other.iter().all(|y| boat[*y][..letter.start] == goat[*y][..letter.start]));
    assert!(other.iter().all(|y| boat[*y][letter.end..] == goat[*y][letter.end..]));
}

#[tokio::test]
async fn a_video_has_the_asked_size_and_duration() {
    let lab = lab().await;
    lab.runware(&json!([video(1)])).await;
    pause().await;
    let ask = json!([{"taskType": "getResponse", "taskUUID": uuid(1)}]);
    let (_, body) = lab.runware(&ask).await;
    let (mime, bytes) = fetch(&lab, &body["data"][0]["videoURL"]).await;
    assert_eq!(mime, "video/mp4");
    let file = re_mp4::Mp4::read_bytes(&bytes).unwrap();
    let track = file.tracks().values().next().unwrap();
    assert_eq!((track.width, track.height), (864, 480));
    assert_eq!(track.duration * 1000 / track.timescale, 1200);
}

#[tokio::test]
async fn parts_and_heads_are_served() {
    let lab = lab().await;
    let (_, body) = lab.runware(&json!([image(1)])).await;
    let url = body["data"][0]["imageURL"].as_str().unwrap();
    let (_, whole) = fetch(&lab, &body["data"][0]["imageURL"]).await;
    let part = lab.client.get(url).header("range", "bytes=4-7").send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], format!("bytes 4-7/{}", whole.len()).as_str());
    assert_eq!(part.bytes().await.unwrap(), &whole[4..8]);
    let head = lab.client.request(Method::HEAD, url).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], whole.len().to_string().as_str());
    let beyond = lab.client.get(url).header("range", "bytes=99999999-").send().await.unwrap();
    assert_eq!(beyond.status(), 416);
    assert_eq!(lab.client.get(format!("{url}x")).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn only_loopback_is_listened_on() {
    let options = Options { addr: "0.0.0.0:0".parse().unwrap(), ..Options::default() };
    let error = Sandbox::start(options).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}

#[tokio::test]
async fn after_shutdown_nobody_answers() {
    let lab = lab().await;
    let addr = lab.sandbox.addr();
    lab.sandbox.shutdown().await;
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn quicktime_is_made_too() {
    let lab = lab().await;
    let mut task = video(1);
    task["outputFormat"] = json!("MOV");
    lab.runware(&json!([task])).await;
    pause().await;
    let (_, body) = lab.runware(&json!([{"taskType": "getResponse", "taskUUID": uuid(1)}])).await;
    let (mime, bytes) = fetch(&lab, &body["data"][0]["videoURL"]).await;
    assert_eq!((mime.as_str(), &bytes[4..12]), ("video/quicktime", &b"ftypqt  "[..]));
}
