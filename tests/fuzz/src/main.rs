//! Writes the inputs to begin with, a folder for each target, and the words of the formats.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use genmux_fuzz_targets::{TARGETS, words};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| io::Error::other("give the folder to write to"))?;
    for target in TARGETS {
        write(&folder.join(target.name), &(target.seeds)())?;
    }
    let line = |word: &String| format!("\"{}\"\n", word.replace('\\', "\\\\").replace('"', "\\\""));
    fs::write(folder.join("words.dict"), words().iter().map(line).collect::<String>())
}

fn write(folder: &Path, seeds: &[Vec<u8>]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (at, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(format!("seed-{at:04}")), seed)?;
    }
    Ok(())
}
