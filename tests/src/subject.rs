//! The three providers: what is asked of each, and the words of its API that a trial twists.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)] // A panic is a failed test.

use genmux::{Kind, Request, ViolationKind};
use genmux_sandbox::Provider;

/// A provider, as trials see it.
pub struct Subject {
    /// Its name, the first part of its offers' names.
    pub name: &'static str,
    /// Who plays it.
    pub sandbox: Provider,
    /// Where its key is looked for.
    pub variables: &'static [&'static str],
    /// What is asked of it: one offer a kind, the quicker one first.
    pub works: &'static [Work],
    /// Several pictures of one job.
    pub sequence: Option<Work>,
    /// What takes a picture as a reference.
    pub reference: Work,
    /// Where references stand in the vendor's payload.
    pub references: &'static str,
    /// So many results that they go in more than one submission.
    pub many: u64,
    /// An offer that the provider no longer has.
    pub retired: Option<&'static str>,
    /// A refusal in the vendor's own words, and what it means.
    pub refusal: Refusal,
    /// A content check that refuses a call: status and body, where the vendor is known to have one.
    pub moderation: Option<(u16, &'static str)>,
    /// How it says that a job succeeded.
    pub done: &'static str,
    /// How it says that a job runs, and that it waits.
    pub back: (&'static str, &'static str),
}

/// A request, the offer that takes it, and what comes of it.
pub struct Work {
    /// What comes of it.
    pub kind: Kind,
    /// The offer that takes it.
    pub offer: &'static str,
    request: &'static str,
    /// Width and height of what comes of it.
    pub size: (u32, u32),
    /// How long a clip is.
    pub seconds: Option<u32>,
    /// The type of what comes of it.
    pub mime: &'static str,
}

/// A refusal of a call.
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The vendor's body.
    pub body: &'static str,
    /// The canonical field that it is about.
    pub field: &'static str,
    /// What is wrong with it.
    pub kind: ViolationKind,
}

impl Work {
    /// What is asked.
    pub fn request(&self) -> Request {
        Request::from_json(self.request.as_bytes()).unwrap()
    }
}

impl Subject {
    /// What is asked of the provider where it does not matter what.
    pub fn work(&self) -> &'static Work {
        &self.works[0]
    }

    /// Another provider, to take over.
    pub fn other(&self) -> &'static Subject {
        SUBJECTS.iter().find(|other| other.name != self.name && other.name != "scenario").unwrap()
    }
}

/// All of them.
pub static SUBJECTS: [Subject; 3] = [RUNWARE, REPLICATE, SCENARIO];

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
