// The build script of every driver: a crate cannot ask a dependency for its version, so it is taken
// from the lock file that Cargo wrote for this very build.

use std::process::Command;
use std::{env, fs};

fn value(line: &str, name: &str) -> Option<String> {
    let rest = line.strip_prefix(name)?.trim_start().strip_prefix('=')?;
    rest.split('"').nth(1).map(str::to_owned)
}

fn main() {
    let manifest = fs::read_to_string("sdk.toml").expect("sdk.toml");
    let package = manifest.lines().find_map(|line| value(line, "package")).expect("package");
    let lock = fs::read_to_string("Cargo.lock").expect("Cargo.lock");
    let mut lines = lock.lines().skip_while(|line| value(line, "name").as_ref() != Some(&package));
    let version = lines.find_map(|line| value(line, "version")).expect("a locked version");
    let rustc = Command::new(env::var("RUSTC").expect("RUSTC")).arg("--version").output();
    let runtime = String::from_utf8(rustc.expect("rustc").stdout).expect("UTF-8");
    println!("cargo::rustc-env=SDK_NAME={package}");
    println!("cargo::rustc-env=SDK_VERSION={version}");
    println!("cargo::rustc-env=SDK_RUNTIME={}", runtime.trim());
    println!("cargo::rerun-if-changed=sdk.toml");
    println!("cargo::rerun-if-changed=Cargo.lock");
}
