//! A sandbox and a client for it.

use std::time::Duration;

use genmux_sandbox::{Options, Provider, Sandbox};
use reqwest::{Client, ClientBuilder, RequestBuilder, Response};
use serde_json::Value;

pub(crate) struct Lab {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    pub(crate) key: &'static str,
}

pub(crate) async fn lab() -> Lab {
    lab_with(Options::default()).await
}

pub(crate) async fn lab_with(options: Options) -> Lab {
    let sandbox = Sandbox::start(options).await.unwrap();
    Lab { sandbox, client: client().build().unwrap(), key: "a-key" }
}

impl Lab {
    pub(crate) async fn runware(&self, tasks: &Value) -> (u16, Value) {
        read(self.runware_raw(tasks).send().await.unwrap()).await
    }

    pub(crate) fn runware_raw(&self, tasks: &Value) -> RequestBuilder {
        let url = self.sandbox.base_url(Provider::Runware);
        self.client.post(url).bearer_auth(self.key).json(tasks)
    }

    pub(crate) fn replicate(&self, method: &str, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.sandbox.base_url(Provider::Replicate));
        self.client.request(method.parse().unwrap(), url).bearer_auth(self.key)
    }

    pub(crate) fn scenario(&self, method: &str, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.sandbox.base_url(Provider::Scenario));
        self.client.request(method.parse().unwrap(), url).basic_auth(self.key, Some("secret"))
    }

    pub(crate) async fn admin(&self, path: &str) -> Value {
        let url = format!("http://{}/_sandbox/{path}", self.sandbox.addr());
        self.client.get(url).send().await.unwrap().json().await.unwrap()
    }
}

pub(crate) async fn read(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

pub(crate) async fn send(request: RequestBuilder) -> (u16, Value) {
    read(request.send().await.unwrap()).await
}

pub(crate) async fn pause() {
    tokio::time::sleep(Duration::from_millis(80)).await;
}

pub(crate) fn uuid(number: u32) -> String {
    format!("5b1d0c86-3f55-4b7f-8f0a-6a5f7f3f{number:04}")
}

/// A client that keeps to loopback. Beside genmux's own, reqwest has no TLS of its own choosing.
pub(crate) fn client() -> ClientBuilder {
    // Another test was first.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy()
}
