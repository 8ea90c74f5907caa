//! Faults of what is fetched: the work is paid for by then.

use genmux_sandbox::{Fault, Step};

use crate::lines::{Line, Wrong};
use crate::rows::{Row, Rows};

const WHOLE: &str = "a result: it is fetched again, from where it broke off";
const KEPT: &str =
    "a result with its URL, and a failure beside it; `genmux resume JOB` fetches again";

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Rows::of("Fetching");
    let gone = |status| Fault::Status { status, body: None };
    let to = |to: &str| Fault::Redirect { to: to.to_owned() };
    rows.fault(("an output breaks off, once", WHOLE), Step::Download, 1, Fault::Truncate);
    rows.fault(("an output breaks off each time", KEPT), Step::Download, 0, Fault::Truncate);
    rows.fault(("503 for an output, once", WHOLE), Step::Download, 1, gone(503));
    rows.fault(("the URL of an output has expired", KEPT), Step::Download, 0, gone(403));
    rows.fault(("an output is gone", KEPT), Step::Download, 0, gone(404));
    let private = ("an output redirects to a private address", KEPT);
    rows.fault(private, Step::Download, 0, to("http://10.0.0.1/a.png"));
    let cloud = ("an output redirects to the cloud's own service", KEPT);
    rows.fault(cloud, Step::Download, 0, to("http://169.254.169.254/latest"));
    let sees = "a result and a failure that names the page; the file is kept";
    rows.fault(("an HTML page for an output", sees), Step::Download, 0, Fault::Html);
    let sees = "a result, with the difference named";
    rows.fault(("an output of another type", sees), Step::Submit, 1, Fault::WrongType);
    rows.add("an output over the cap of 2 GiB", KEPT, |scene| async move {
        let line = Line::new(u32::MAX, Wrong::Endless);
        let outcome = scene.run_in(&scene.on(line).await).await.unwrap();
        assert!(outcome.failures[0].message.contains("2147483648"), "{outcome:?}");
    });
    rows.list
}
