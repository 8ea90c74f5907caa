//! The program that README shows, run as a stranger would run it, against a sandbox.

use std::process::Command;

use genmux_sandbox::{Options, Provider, Sandbox};
use libtest_mimic::{Failed, Trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("example::swap_runs_at_all_three_and_falls_back", || swap(&[], OFFERS)),
        Trial::test("example::swap_takes_other_offers", || {
            let offers = ["scenario/dreamina-3.1", "runware/seedream-4.0"];
            swap(&offers, offers)
        }),
    ]
}

const OFFERS: [&str; 3] =
    ["runware/seedream-4.0", "replicate/seedance-2.0-fast", "scenario/dreamina-3.1"];

/// Every offer serves once, then the second takes over from the first.
fn swap<const N: usize>(arguments: &[&str], offers: [&str; N]) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let sandbox = runtime.block_on(Sandbox::start(Options::default()))?;
    let folder = tempfile::tempdir()?;
    let mut program = Command::new(env!("CARGO_BIN_EXE_swap"));
    program.args(arguments).current_dir(folder.path()).env_clear();
    for name in ["RUNWARE_API_KEY", "REPLICATE_API_TOKEN"] {
        program.env(name, "a-key");
    }
    program.env("SCENARIO_SDK_API_KEY", "a-key").env("SCENARIO_SDK_API_SECRET", "a-secret");
    for provider in Provider::ALL {
        let name = format!("{}_BASE_URL", provider.name().to_uppercase());
        program.env(name, sandbox.base_url(provider));
    }
    let output = program.output()?;
    let text = String::from_utf8(output.stdout)?;
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let made: Vec<_> = text.lines().filter_map(|line| Some(line.split_once(" made ")?.0)).collect();
    assert_eq!(made, [&offers[..], &offers[1..2]].concat());
    assert!(text.contains(&format!("{} gives way to {}", offers[0], offers[1])), "{text}");
    assert_eq!(std::fs::read_dir(folder.path().join("boats"))?.count(), N + 1);
    assert_eq!(sandbox.ledger().len(), N + 1);
    Ok(())
}
