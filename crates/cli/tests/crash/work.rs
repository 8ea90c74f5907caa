//! What is asked of each provider.

use genmux_sandbox::Provider;

/// A request, and the offer that takes it.
pub(crate) struct Work {
    pub(crate) offer: &'static str,
    pub(crate) request: &'static str,
    pub(crate) sandbox: Provider,
    /// Whether the vendor knows its jobs by ids of ours.
    pub(crate) ids_are_ours: bool,
    /// What genmux reads of the environment.
    pub(crate) keys: &'static [(&'static str, &'static str)],
    pub(crate) url: &'static str,
}

pub(crate) static RUNWARE: Work = Work {
    offer: "runware/seedream-4.0",
    request: r#"{"prompt": "a paper boat", "size": "1024x1024", "seed": 7}"#,
    sandbox: Provider::Runware,
    ids_are_ours: true,
    keys: &[("RUNWARE_API_KEY", "a-key")],
    url: "RUNWARE_BASE_URL",
};

pub(crate) static REPLICATE: Work = Work {
    offer: "replicate/seedance-2.0-fast",
    request: r#"{"prompt": "a paper boat", "aspect_ratio": "16:9", "resolution": "480p",
        "duration": 4, "seed": 7}"#,
    sandbox: Provider::Replicate,
    ids_are_ours: false,
    keys: &[("REPLICATE_API_TOKEN", "a-key")],
    url: "REPLICATE_BASE_URL",
};

pub(crate) static SCENARIO: Work = Work {
    offer: "scenario/dreamina-3.1",
    request: r#"{"prompt": "a paper boat", "size": "512x512", "seed": 7}"#,
    sandbox: Provider::Scenario,
    ids_are_ours: false,
    keys: &[("SCENARIO_SDK_API_KEY", "a-key"), ("SCENARIO_SDK_API_SECRET", "a-secret")],
    url: "SCENARIO_BASE_URL",
};

impl Work {
    pub(crate) fn of(offer: &str) -> &'static Work {
        [&RUNWARE, &REPLICATE, &SCENARIO].into_iter().find(|work| work.offer == offer).unwrap()
    }

    pub(crate) fn name(&self) -> &'static str {
        self.sandbox.name()
    }
}
