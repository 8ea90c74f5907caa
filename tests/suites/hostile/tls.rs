//! Certificates that are wrong in one thing each.

use std::ffi::OsString;
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::cases::{Case, Cases};
use crate::scene::Scene;
use crate::vendor::{Line, Role, Step, Vendor, Wrap};

/// Names the folder of certificates, in the process that trusts their authority.
pub(crate) const TRUSTED: &str = "GENMUX_HOSTILE_CERTIFICATES";

const DAY: Duration = Duration::from_hours(24);

/// Makes all certificates, and tells what a process must have in its environment to trust their
/// authority: that of the system is read by everything that uses OpenSSL's variables.
pub(crate) fn environment(folder: &Path) -> Vec<(&'static str, OsString)> {
    let authority = authority("hostile suite");
    let pem = folder.join("authority.pem");
    let text = BASE64_STANDARD.encode(&authority.0);
    let text = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    fs::write(&pem, text).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let day = |offset: Duration| date_time_ymd(1970, 1, 1) + offset;
    let mine = |name: &str, params: &CertificateParams| {
        signed(folder, name, params, &authority.1);
    };
    mine("good", &params(&["localhost"]));
    mine("wrong-name", &params(&["api.example"]));
    let names: Vec<String> = (0..500).map(|at| format!("a-long-name-{at}.example")).collect();
    mine("many-names", &params(&names.iter().map(String::as_str).collect::<Vec<_>>()));
    let mut expired = params(&["localhost"]);
    (expired.not_before, expired.not_after) =
        (day(now.saturating_sub(DAY * 9)), day(now.saturating_sub(DAY)));
    mine("expired", &expired);
    let mut early = params(&["localhost"]);
    (early.not_before, early.not_after) = (day(now + DAY), day(now + DAY * 9));
    mine("early", &early);
    signed(folder, "other-authority", &params(&["localhost"]), &self::authority("nobody").1);
    let pair = KeyPair::generate().unwrap();
    let alone = params(&["localhost"]).self_signed(&pair).unwrap();
    write(folder, "self-signed", alone.der(), &pair);
    vec![(TRUSTED, folder.into()), ("SSL_CERT_FILE", pem.into())]
}

fn params(names: &[&str]) -> CertificateParams {
    CertificateParams::new(names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()).unwrap()
}

fn authority(name: &str) -> (Vec<u8>, Issuer<'static, KeyPair>) {
    let pair = KeyPair::generate().unwrap();
    let mut params = params(&[]);
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let der = params.self_signed(&pair).unwrap().der().to_vec();
    (der, Issuer::new(params, pair))
}

fn signed(folder: &Path, name: &str, params: &CertificateParams, by: &Issuer<'_, KeyPair>) {
    let pair = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&pair, by).unwrap();
    write(folder, name, certificate.der(), &pair);
}

fn write(folder: &Path, name: &str, certificate: &CertificateDer<'_>, pair: &KeyPair) {
    fs::write(folder.join(format!("{name}.crt")), certificate).unwrap();
    fs::write(folder.join(format!("{name}.key")), pair.serialize_der()).unwrap();
}

/// Lines with a certificate.
pub(crate) fn wrap(name: &str) -> Box<Wrap> {
    let folder = PathBuf::from(std::env::var_os(TRUSTED).unwrap());
    let certificate = fs::read(folder.join(format!("{name}.crt"))).unwrap();
    let key = fs::read(folder.join(format!("{name}.key"))).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key));
    let config = config.unwrap().with_no_client_auth();
    let config = config.with_single_cert(vec![CertificateDer::from(certificate)], key);
    let config = Arc::new(config.unwrap());
    Box::new(move |stream| {
        let connection = ServerConnection::new(Arc::clone(&config)).ok()?;
        Some(Box::new(StreamOwned::new(connection, stream)))
    })
}

impl Line for StreamOwned<ServerConnection, TcpStream> {
    fn close(&mut self) {
        self.conn.send_close_notify();
        let _ = self.conn.complete_io(&mut self.sock);
        Line::close(&mut self.sock);
    }
}

/// The certificates, and whether they will do.
const CERTIFICATES: [(&str, &str); 7] = [
    ("good", "a certificate in order"),
    ("wrong-name", "a certificate for another name"),
    ("many-names", "a certificate for 500 other names"),
    ("expired", "a certificate that ran out yesterday"),
    ("early", "a certificate that is valid from tomorrow"),
    ("self-signed", "a certificate that it signed itself"),
    ("other-authority", "a certificate of an authority that nobody trusts"),
];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Cases::of("TLS");
    for (name, what) in CERTIFICATES {
        cases.add(format!("shows {what}"), move |mut scene| {
            scene.host = "https://localhost";
            scene.role.output = "https://localhost:{port}/out/0".to_owned();
            of_vendor(scene.over(wrap(name)), name == "good")
        });
    }
    for (name, what) in [CERTIFICATES[1], CERTIFICATES[3], CERTIFICATES[5]] {
        cases.add(format!("has its outputs where there is {what}"), move |scene| {
            of_outputs(scene, name)
        });
    }
    cases.list
}

async fn of_vendor(scene: Scene, good: bool) -> String {
    let played = scene.play().await;
    played.judge();
    assert_eq!(played.ended.is_ok(), good, "{}", played.seen());
    assert_eq!(played.vendor.charges(), usize::from(good), "nothing was sent");
    if let Err(error) = &played.ended {
        assert!(!error.may_have_been_charged(), "{error}");
    }
    played.seen()
}

/// The outputs are at another server than the vendor.
async fn of_outputs(mut scene: Scene, name: &str) -> String {
    let store = Vendor::start(Role::of(scene.subject.name), Vec::new(), wrap(name));
    scene.role.output = format!("https://localhost:{}/out/0", store.port);
    let played = scene.play().await;
    played.judge();
    assert_eq!(store.asked(Step::Output).len(), 0);
    played.seen()
}
