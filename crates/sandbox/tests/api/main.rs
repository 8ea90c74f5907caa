//! The sandbox over real loopback HTTP, as a client sees it.

mod faults;
mod media;
mod replicate;
mod runware;
mod scenario;
mod support;
