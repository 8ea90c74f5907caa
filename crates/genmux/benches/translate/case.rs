//! One offer with a request that sets what it takes.

use std::hint::black_box;

use genmux::{Catalog, Context, Offer, Policy, Request, TaskKey, Uuid};
use serde_json::Value;

use crate::by_hand;

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) json: &'static str,
    pub(crate) offer: Offer,
    pub(crate) request: Request,
    pub(crate) context: Context,
    by_hand: fn(&Request, &str, &mut Vec<u8>),
    task_id: String,
    /// What the request becomes, for the way back.
    payload: Value,
}

impl Case {
    /// The three offers for which somebody wrote a struct.
    pub(crate) fn all() -> Vec<Case> {
        use by_hand::{REPLICATE_REQUEST, SCENARIO_REQUEST, SEEDANCE_REQUEST};
        vec![
            Case::new("runware/seedance-1.0-pro", SEEDANCE_REQUEST, by_hand::seedance),
            Case::new("replicate/seedance-2.0-fast", REPLICATE_REQUEST, by_hand::replicate),
            Case::new("scenario/seedream-4.0", SCENARIO_REQUEST, by_hand::scenario),
        ]
    }

    fn new(
        name: &'static str,
        json: &'static str,
        by_hand: fn(&Request, &str, &mut Vec<u8>),
    ) -> Case {
        let catalog = Catalog::embedded().as_of("2026-03-13".parse().unwrap());
        let request = Request::from_json(json.as_bytes()).unwrap();
        let context = context();
        let offer = catalog.offer(name).unwrap();
        let translation = offer.translate(&request, &Policy::default(), &context).unwrap();
        let payload = serde_json::to_value(translation.payload(0)).unwrap();
        let task_id = task().to_string();
        let case = Case { name, json, offer, request, context, by_hand, task_id, payload };
        case.assert_same_bytes();
        case
    }

    pub(crate) fn genmux(&self, out: &mut Vec<u8>) {
        self.check_and_write(&self.request, out);
    }

    fn check_and_write(&self, request: &Request, out: &mut Vec<u8>) {
        let translation = self.offer.translate(request, &Policy::default(), &self.context);
        translation.unwrap().payload(0).write(out).unwrap();
    }

    pub(crate) fn hand(&self, out: &mut Vec<u8>) {
        (self.by_hand)(&self.request, &self.task_id, out);
    }

    /// From the text of a request to the text of a payload.
    pub(crate) fn json_to_json(&self, out: &mut Vec<u8>) {
        let request = Request::from_json(black_box(self.json.as_bytes())).unwrap();
        self.check_and_write(&request, out);
    }

    /// The same documents as structs of their own: one is read, the other written.
    pub(crate) fn structs_from_json(&self, out: &mut Vec<u8>) {
        let document: by_hand::Document<'_> = serde_json::from_str(black_box(self.json)).unwrap();
        black_box(document);
        self.hand(out);
    }

    /// The same documents as `serde_json` reads and writes any.
    pub(crate) fn values_from_json(&self, out: &mut Vec<u8>) {
        black_box(serde_json::from_str::<Value>(black_box(self.json)).unwrap());
        serde_json::to_writer(out, black_box(&self.payload)).unwrap();
    }

    /// Reads the payload back; nothing is written.
    pub(crate) fn lift(&self, _out: &mut Vec<u8>) {
        black_box(self.offer.lift(black_box(&self.payload)).unwrap());
    }

    fn assert_same_bytes(&self) {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        self.genmux(&mut ours);
        self.hand(&mut theirs);
        assert_eq!(String::from_utf8(ours), String::from_utf8(theirs), "{}", self.name);
    }
}

fn task() -> Uuid {
    Uuid::from_u128(0x84fc_e116_1387_4671_a029_fe6e_3d9a_4f56)
}

/// The caller's own task id, as the struct by hand has it too.
pub(crate) fn context() -> Context {
    Context::new(TaskKey::given(task()))
}
