//! Every store does what every store has to do.

use std::future::Future;
use std::sync::Arc;

use genmux_client::journal::conformance::{CASES, Stores};
use genmux_client::journal::{JobStore, MemoryStore};

use crate::work::open;

async fn conforms<F: Future<Output = Stores>>(stores: impl Fn() -> F) {
    let mut failed = Vec::new();
    for case in CASES {
        if let Err(what) = case.run(stores().await).await {
            failed.push(format!("{}: {what:?}", case.name));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_store_in_memory_conforms() {
    let stores = || async {
        let store: Arc<dyn JobStore> = Arc::new(MemoryStore::new());
        [Arc::clone(&store), store]
    };
    conforms(stores).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_stores_on_one_file_conform() {
    let folder = tempfile::tempdir().unwrap();
    let count = std::sync::atomic::AtomicUsize::new(0);
    let stores = || {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let file = folder.path().join(number.to_string());
        async move {
            // At once, as two processes that start together would.
            let (one, two) = tokio::join!(open(&file), open(&file));
            [Arc::new(one.unwrap()) as Arc<dyn JobStore>, Arc::new(two.unwrap())]
        }
    };
    conforms(stores).await;
}

#[test]
fn every_case_has_a_name_of_its_own() {
    let names: std::collections::BTreeSet<_> = CASES.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), CASES.len());
}
