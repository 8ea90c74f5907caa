//! A vendor that knows every job and says of each that it runs: quick, and without a memory of its
//! own, so that a hundred thousand jobs need not be submitted first.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

/// Answers polls of all three vendors on loopback, a thread for each connection; prints where.
pub(crate) fn play() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    println!("{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            // The client may leave at any time.
            std::thread::spawn(move || drop(serve(&stream)));
        }
    });
    // The vendor goes when the client does.
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

fn serve(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    loop {
        let (mut line, mut path, mut length) = (String::new(), String::new(), 0);
        while line != "\r\n" {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if path.is_empty() {
                line.split(' ').nth(1).unwrap_or_default().clone_into(&mut path);
            } else if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = text.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let reply = answer(&path, &String::from_utf8_lossy(&body));
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            reply.len()
        );
        writer.write_all((head + &reply).as_bytes())?;
    }
}

fn answer(path: &str, body: &str) -> String {
    let id = path.rsplit('/').next().unwrap_or_default();
    if path.contains("/predictions/") {
        return format!(r#"{{"id":"{id}","status":"processing","urls":{{}},"created_at":null}}"#);
    }
    if path.contains("/jobs/") {
        return format!(r#"{{"job":{{"jobId":"{id}","status":"in-progress","progress":0.5}}}}"#);
    }
    let mut data = String::new();
    for id in body.split(r#""taskUUID":""#).skip(1).filter_map(|rest| rest.split('"').next()) {
        let comma = if data.is_empty() { "" } else { "," };
        let _written = write!(
            data,
            r#"{comma}{{"taskType":"imageInference","taskUUID":"{id}","status":"processing"}}"#
        );
    }
    format!(r#"{{"data":[{data}],"errors":[]}}"#)
}
