//! Files: never one over another, and nothing is paid for that could not be saved.

use genmux::{ErrorKind, Manifest, Provider as _, RunOptions, SaveTo};

use crate::list::List;
use crate::stage::Stage;

pub(crate) fn trials(list: &mut List) {
    list.add("save::never_over_another_file", never_over);
    list.add("save::over_another_file_on_request", over);
    list.add("save::a_folder_that_cannot_be_written_is_refused_unpaid", no_folder);
    list.add("save::a_folder_that_is_missing_is_made", missing_folder);
    list.add("save::names_are_those_of_the_job", names);
    list.add("save::a_strange_id_stays_in_its_folder", strange_id);
    if list.capability().dedupes_submits {
        list.add("save::files_that_are_there_are_refused_unpaid", known_names);
    }
}

async fn never_over(stage: Stage) {
    let (provider, options) = (stage.hurried(), stage.saving());
    let job = provider.submit(&stage.request(), &options).await.unwrap();
    let outcome = provider.wait(&job, &options).await.unwrap();
    let path = outcome.artifacts[0].path.clone().unwrap();
    std::fs::write(&path, "the user's own").unwrap();
    let again = provider.wait(&job, &options).await.unwrap();
    let (artifact, failure) = (&again.artifacts[0], &again.failures[0]);
    assert_eq!((artifact.path.as_deref(), artifact.url.is_empty()), (None, false));
    assert!(failure.message.contains("is there already"), "{failure}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "the user's own");
    stage.charged(1);
}

async fn over(stage: Stage) {
    let provider = stage.hurried();
    let save = SaveTo { folder: stage.folder().to_owned(), overwrite: true };
    let options = RunOptions { save: Some(save), ..RunOptions::default() };
    let job = provider.submit(&stage.request(), &options).await.unwrap();
    let path = provider.wait(&job, &options).await.unwrap().artifacts[0].path.clone().unwrap();
    let before = std::fs::read(&path).unwrap();
    std::fs::write(&path, "the user's own").unwrap();
    let again = provider.wait(&job, &options).await.unwrap();
    assert_eq!((again.artifacts[0].path.as_ref(), again.failures.len()), (Some(&path), 0));
    assert!(std::fs::read(&path).unwrap() == before);
}

async fn no_folder(stage: Stage) {
    let file = stage.folder().join("a-file");
    std::fs::write(&file, "").unwrap();
    for folder in [file.clone(), file.join("below")] {
        let save = Some(SaveTo { folder, overwrite: true });
        let options = RunOptions { save, ..RunOptions::default() };
        let failed = stage.provider().run(&stage.request(), &options).await.unwrap_err();
        assert_eq!(failed.failed().unwrap().kind, ErrorKind::Invalid, "{failed}");
        assert!(!failed.may_have_been_charged());
    }
    stage.untouched().await;
}

async fn missing_folder(stage: Stage) {
    let folder = stage.folder().join("of").join("today");
    let save = Some(SaveTo { folder: folder.clone(), overwrite: false });
    let options = RunOptions { save, ..RunOptions::default() };
    let outcome = stage.hurried().run(&stage.request(), &options).await.unwrap();
    assert_eq!(outcome.artifacts[0].path.as_ref().unwrap().parent().unwrap(), folder);
}

/// `{job}-{index}.{extension}`, and nothing beside it.
async fn names(stage: Stage) {
    let outcome = stage.hurried().run(&stage.request(), &stage.saving()).await.unwrap();
    let extension = stage.work().mime.split('/').next_back().unwrap().replace("jpeg", "jpg");
    let files = std::fs::read_dir(stage.folder()).unwrap();
    let names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names, [format!("{}-0.{extension}", outcome.job).as_str()]);
}

async fn strange_id(stage: Stage) {
    let (provider, request) = (stage.provider(), stage.request());
    let preview = provider.translate(&request, &RunOptions::default()).unwrap();
    let mut job = stage.submitted().await;
    "../../etc/passwd\n".clone_into(&mut job.id);
    let inside = stage.folder().join("inside");
    std::fs::create_dir(&inside).unwrap();
    let path = Manifest::new(&request, &preview, &job).write(&inside, false).unwrap();
    assert_eq!(path.parent().unwrap().canonicalize().unwrap(), inside.canonicalize().unwrap());
    assert_eq!(Manifest::read(&path).unwrap().job, job);
}

async fn known_names(stage: Stage) {
    let key = Some("order 4711".to_owned());
    let options = RunOptions { idempotency_key: key, ..stage.saving() };
    let first = stage.provider().run(&stage.request(), &options).await.unwrap();
    let calls = stage.look("requests").await.len();
    let failed = stage.provider().run(&stage.request(), &options).await.unwrap_err();
    assert_eq!(failed.failed().unwrap().kind, ErrorKind::Invalid, "{failed}");
    assert_eq!(stage.look("requests").await.len(), calls);
    let save = SaveTo { folder: stage.folder().to_owned(), overwrite: true };
    let options = RunOptions { save: Some(save), ..options };
    let again = stage.provider().run(&stage.request(), &options).await.unwrap();
    assert_eq!(again.artifacts, first.artifacts);
    stage.charged(1);
}
