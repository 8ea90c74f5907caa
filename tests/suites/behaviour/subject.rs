//! The three providers: what is asked of each, and the words of its API that a trial twists.

use genmux::{Kind, Request, ViolationKind};
use genmux_sandbox::Provider;

/// A provider, as trials see it.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) sandbox: Provider,
    /// Where its key is looked for.
    pub(crate) variables: &'static [&'static str],
    /// What is asked of it: one offer a kind, the quicker one first.
    pub(crate) works: &'static [Work],
    /// Several pictures of one job.
    pub(crate) sequence: Option<Work>,
    /// What takes a picture as a reference.
    pub(crate) reference: Work,
    /// Where references stand in the vendor's payload.
    pub(crate) references: &'static str,
    /// So many results that they go in more than one submission.
    pub(crate) many: u64,
    /// An offer that the provider no longer has.
    pub(crate) retired: Option<&'static str>,
    /// A refusal in the vendor's own words, and what it means.
    pub(crate) refusal: Refusal,
    /// A content check that refuses a call: status and body, where the vendor is known to have one.
    pub(crate) moderation: Option<(u16, &'static str)>,
    /// How it says that a job succeeded.
    pub(crate) done: &'static str,
    /// How it says that a job runs, and that it waits.
    pub(crate) back: (&'static str, &'static str),
}

/// A request, the offer that takes it, and what comes of it.
pub(crate) struct Work {
    pub(crate) kind: Kind,
    pub(crate) offer: &'static str,
    request: &'static str,
    pub(crate) size: (u32, u32),
    pub(crate) seconds: Option<u32>,
    pub(crate) mime: &'static str,
}

/// A refusal of a call.
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) body: &'static str,
    /// The canonical field that it is about.
    pub(crate) field: &'static str,
    pub(crate) kind: ViolationKind,
}

impl Work {
    pub(crate) fn request(&self) -> Request {
        Request::from_json(self.request.as_bytes()).unwrap()
    }
}

impl Subject {
    /// What is asked of the provider where it does not matter what.
    pub(crate) fn work(&self) -> &'static Work {
        &self.works[0]
    }

    /// Another provider, to take over.
    pub(crate) fn other(&self) -> &'static Subject {
        SUBJECTS.iter().find(|other| other.name != self.name && other.name != "scenario").unwrap()
    }
}

pub(crate) static SUBJECTS: [Subject; 3] = [RUNWARE, REPLICATE, SCENARIO];

const RUNWARE_PICTURE: Work = Work {
    kind: Kind::Image,
    offer: "runware/seedream-4.0",
    request: r#"{"prompt": "a paper boat", "size": "1024x1024", "seed": 7}"#,
    size: (1024, 1024),
    seconds: None,
    mime: "image/jpeg",
};

const RUNWARE: Subject = Subject {
    name: "runware",
    sandbox: Provider::Runware,
    variables: &["RUNWARE_API_KEY"],
    works: &[
        RUNWARE_PICTURE,
        Work {
            kind: Kind::Video,
            offer: "runware/seedance-1.0-pro",
            request: r#"{"prompt": "a boat", "size": "864x480", "duration": 2, "seed": 7}"#,
            size: (864, 480),
            seconds: Some(2),
            mime: "video/mp4",
        },
    ],
    sequence: Some(Work {
        request: r#"{"prompt": "a paper boat", "size": "1024x1024", "sequential_count": 3}"#,
        ..RUNWARE_PICTURE
    }),
    reference: RUNWARE_PICTURE,
    references: "/inputs/referenceImages",
    many: 41,
    retired: None,
    refusal: Refusal {
        status: 400,
        body: r#"{"data": [], "errors": [{"code": "invalidPixels", "message": "not a size",
            "parameter": ["width", "height"], "type": "integer"}]}"#,
        field: "size",
        kind: ViolationKind::NotAccepted,
    },
    moderation: Some((
        400,
        r#"{"data": [], "errors": [{"code": "promptBlocked", "message": "not that"}]}"#,
    )),
    done: r#""status":"success""#,
    back: (r#""status":"processing""#, r#""state":"processing""#),
};

const REPLICATE_CLIP: Work = Work {
    kind: Kind::Video,
    offer: "replicate/seedance-2.0-fast",
    request: r#"{"prompt": "a paper boat", "aspect_ratio": "16:9", "resolution": "480p",
        "duration": 4, "seed": 7}"#,
    size: (864, 496),
    seconds: Some(4),
    mime: "video/mp4",
};

const REPLICATE: Subject = Subject {
    name: "replicate",
    sandbox: Provider::Replicate,
    variables: &["REPLICATE_API_TOKEN"],
    works: &[REPLICATE_CLIP],
    sequence: None,
    reference: REPLICATE_CLIP,
    references: "/reference_images",
    many: 2,
    retired: None,
    refusal: Refusal {
        status: 422,
        body: r#"{"detail": "- input.duration: Must be less than or equal to 15\n",
            "status": 422, "title": "Input validation failed", "invalid_fields": [{
                "type": "number_lte", "field": "input.duration",
                "description": "Must be less than or equal to 15"}]}"#,
        field: "duration",
        kind: ViolationKind::AboveMaximum,
    },
    moderation: None,
    done: r#""status":"succeeded""#,
    back: (r#""status":"processing""#, r#""status":"starting""#),
};

const SCENARIO_PICTURE: Work = Work {
    kind: Kind::Image,
    offer: "scenario/dreamina-3.1",
    request: r#"{"prompt": "a paper boat", "size": "512x512", "seed": 7}"#,
    size: (512, 512),
    seconds: None,
    mime: "image/jpeg",
};

const SCENARIO: Subject = Subject {
    name: "scenario",
    sandbox: Provider::Scenario,
    variables: &["SCENARIO_SDK_API_KEY", "SCENARIO_SDK_API_SECRET"],
    works: &[SCENARIO_PICTURE],
    sequence: Some(Work {
        offer: "scenario/seedream-5.0-lite",
        request: r#"{"prompt": "a paper boat", "size": "2048x2048", "sequential_count": 3}"#,
        size: (2048, 2048),
        ..SCENARIO_PICTURE
    }),
    reference: Work {
        offer: "scenario/seedream-4.0",
        request: r#"{"prompt": "a paper boat", "resolution": "1K", "aspect_ratio": "1:1"}"#,
        size: (1024, 1024),
        ..SCENARIO_PICTURE
    },
    references: "/referenceImages",
    many: 2,
    retired: Some("scenario/seedream-3.0"),
    refusal: Refusal {
        status: 400,
        body: r#"{"reason": "Input width must be at least 672"}"#,
        field: "size",
        kind: ViolationKind::BelowMinimum,
    },
    moderation: Some((400, r#"{"reason": "The prompt was refused by moderation"}"#)),
    done: r#""status":"success""#,
    back: (r#""status":"in-progress""#, r#""status":"queued""#),
};
