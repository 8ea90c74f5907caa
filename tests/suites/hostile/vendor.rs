//! A vendor on loopback that answers as it should, but for one step: there it sends, byte by byte
//! if need be, whatever a case says.
#![allow(dead_code)] // The tests of the command line take what they need.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Submit,
    Poll,
    /// Scenario: outputs by their ids.
    Assets,
    /// The vendor's list of recent jobs.
    List,
    Upload,
    Output,
}

/// What was asked, and what a vendor would answer to it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) step: Step,
    pub(crate) path: String,
    pub(crate) headers: Vec<String>,
    pub(crate) body: Vec<u8>,
    /// The body of a good answer.
    pub(crate) good: Vec<u8>,
}

/// Sends whatever it likes; the connection is closed after it.
pub(crate) type Answer = dyn Fn(&Asked, &mut dyn Write) -> io::Result<()> + Send + Sync;

/// A connection, whatever lies beneath.
pub(crate) trait Line: Read + Write + Send {
    fn close(&mut self) {}
}

impl Line for TcpStream {
    fn close(&mut self) {
        // Whoever reads gets everything that was written, and then the end.
        let _ = self.shutdown(Shutdown::Write);
        let _ = io::copy(&mut self.take(1 << 20), &mut io::sink());
    }
}

/// Makes a line of a connection; nothing where the handshake fails.
pub(crate) type Wrap = dyn Fn(TcpStream) -> Option<Box<dyn Line>> + Send + Sync;

#[derive(Clone, Debug)]
pub(crate) struct Vendor {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// Who is played, and where its outputs are.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) provider: &'static str,
    /// Where outputs are; `{port}` is the vendor's own.
    pub(crate) output: String,
    /// The id of jobs, where the vendor gives ids.
    pub(crate) job: String,
    /// Whether it never reads what is long.
    pub(crate) deaf: bool,
}

impl Role {
    pub(crate) fn of(provider: &'static str) -> Role {
        let output = "http://127.0.0.1:{port}/out/0".to_owned();
        Role { provider, output, job: "job_1".to_owned(), deaf: false }
    }
}

impl Vendor {
    /// Begins to answer: as it should at every step but one.
    pub(crate) fn start(role: Role, wrong: Vec<(Step, Box<Answer>)>, wrap: Box<Wrap>) -> Vendor {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let vendor = Vendor { port, asked: Arc::default() };
        let role = Role { output: role.output.replace("{port}", &port.to_string()), ..role };
        let shared = Arc::new((role, wrong, wrap));
        let log = vendor.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, log) = (Arc::clone(&shared), log.clone());
                thread::spawn(move || {
                    let (role, wrong, wrap) = &*shared;
                    let Some(mut line) = wrap(stream) else { return };
                    // Whoever is done with it goes away in the middle: that is the point.
                    let _ = log.serve(role, wrong, &mut *line);
                    line.close();
                });
            }
        });
        vendor
    }

    pub(crate) fn plain() -> Box<Wrap> {
        Box::new(|stream| Some(Box::new(stream)))
    }

    fn serve(
        &self,
        role: &Role,
        wrong: &[(Step, Box<Answer>)],
        line: &mut dyn Line,
    ) -> io::Result<()> {
        let Some(asked) = read(role, line)? else { return Ok(()) };
        self.asked.lock().unwrap().push(asked.clone());
        match wrong.iter().find(|(step, _)| *step == asked.step) {
            Some((_, answer)) => answer(&asked, line)?,
            None => line.write_all(&whole(&asked.good))?,
        }
        line.flush()
    }

    /// Everything that was asked, in order.
    pub(crate) fn asked(&self, step: Step) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|asked| asked.step == step).cloned().collect()
    }

    /// How many jobs the vendor would charge for at most: one for each submission that arrived, or
    /// for each task where tasks have ids of ours.
    pub(crate) fn charges(&self) -> usize {
        let submits = self.asked(Step::Submit);
        let mut ids: Vec<String> = submits
            .iter()
            .enumerate()
            .map(|(at, asked)| task(&asked.body).unwrap_or_else(|| at.to_string()))
            .collect();
        ids.sort();
        ids.dedup();
        ids.len()
    }
}

/// A good answer around a body.
pub(crate) fn whole(body: &[u8]) -> Vec<u8> {
    answer("200 OK", body)
}

/// An answer around a body; the status may bring headers along.
pub(crate) fn answer(status: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A picture by its header, of a size.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x02\0\0\0\0\0\0\0");
    bytes
}

/// `None` when the request breaks off.
fn read(role: &Role, line: &mut dyn Line) -> io::Result<Option<Asked>> {
    let mut reader = BufReader::new(line);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if line.trim_end().is_empty() {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    let target = lines[0].split(' ').nth(1).unwrap_or_default();
    // Names that are no addresses are asked for in full by some.
    let path = target.to_owned();
    let len = lines.iter().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse().ok())?
    });
    let mut body = vec![0; len.unwrap_or_default()];
    if role.deaf && body.len() > 500_000 {
        thread::sleep(Duration::from_secs(30));
        return Ok(None);
    }
    reader.read_exact(&mut body)?;
    let step = step(role.provider, &lines[0], &body);
    let good = good(role, step, &body);
    Ok(Some(Asked { step, path, headers: lines, body, good }))
}

fn step(provider: &str, line: &str, body: &[u8]) -> Step {
    let text = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
    match () {
        () if line.contains("/out/") => Step::Output,
        () if provider == "runware" && text.contains("getResponse") => Step::Poll,
        () if provider == "runware" && text.contains("mediaStorage") => Step::Upload,
        () if provider == "runware" => Step::Submit,
        () if line.starts_with("POST /v1/assets/get-bulk") => Step::Assets,
        () if line.starts_with("GET ") && line.contains('?') => Step::List,
        () if line.starts_with("GET ") => Step::Poll,
        () if line.contains("/predictions ") || line.contains("/generate/") => Step::Submit,
        () => Step::Upload,
    }
}

/// The id that a task at Runware carries.
fn task(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    Some(body[0]["taskUUID"].as_str()?.to_owned())
}

fn good(role: &Role, step: Step, body: &[u8]) -> Vec<u8> {
    if step == Step::Output {
        return png(64, 64);
    }
    let task = || json!({ "taskType": "imageInference", "taskUUID": task(body) });
    let mut made = task();
    made["status"] = json!("success");
    made["imageUUID"] = json!("a1d0f1a0-0000-4000-8000-000000000001");
    made["imageURL"] = json!(role.output);
    let upload = json!({ "mediaUUID": "a1d0f1a0-0000-4000-8000-000000000002" });
    let (job, output) = (&role.job, &role.output);
    let assets = json!({ "assetIds": ["asset_1"] });
    let told = match (role.provider, step) {
        ("runware", Step::Submit) => json!({ "data": [task()] }),
        ("runware", Step::Poll) => json!({ "data": [made] }),
        ("runware", _) => json!({ "data": [upload] }),
        ("replicate", Step::Submit) => json!({ "id": job, "status": "starting" }),
        ("replicate", Step::Poll) => json!({ "id": job, "status": "succeeded", "output": output }),
        ("replicate", Step::List) => json!({ "results": [], "next": null }),
        ("replicate", _) => json!({ "id": "file-1", "urls": { "get": output } }),
        (_, Step::Submit) => json!({ "job": { "jobId": job, "status": "queued" } }),
        (_, Step::Poll) => {
            json!({ "job": { "jobId": job, "status": "success", "metadata": assets } })
        }
        (_, Step::Assets) => json!({ "assets": [{ "id": "asset_1", "url": output, "kind": "image",
            "mimeType": "image/png", "status": "success" }] }),
        (_, Step::List) => json!({ "jobs": [] }),
        (_, _) => json!({ "asset": { "id": "asset_2" } }),
    };
    told.to_string().into_bytes()
}
