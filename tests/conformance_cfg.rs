//! What a configuration means is what the domain XML beside it means: `tests/data/conformance/*.cfg`, whose names begin
//! with their dialect, and in the folders `DOMTOP_CONFORMANCE` names.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use domtop::{
    model::Definition,
    wire::{
        cfg::{self, Config, Dialect},
        xml::domain,
    },
};

/// A configuration and the domain XML beside it.
struct Pair {
    cfg: PathBuf,
    dialect: Dialect,
    text: String,
    xml: String,
}

impl Pair {
    fn configured(&self) -> Definition {
        let config =
            Config::parse(&self.text).unwrap_or_else(|problem| panic!("{}:{problem}", self.cfg.display()));
        cfg::read(&config, self.dialect).0
    }

    fn defined(&self) -> Definition {
        let xml = self.cfg.with_extension("xml");
        domain::read(&self.xml).unwrap_or_else(|problems| panic!("{}:{}", xml.display(), problems[0]))
    }
}

fn pairs(folder: &Path) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let cfg = entry.unwrap().path();
        if cfg.extension().is_none_or(|end| end != "cfg") {
            continue;
        }
        let whole = cfg.to_str().unwrap();
        let format = whole.rsplit_once("/xm").and_then(|(_, rest)| rest[..1].parse().ok());
        let is_xl = whole.contains("/xl");
        let dialect = if is_xl { Dialect::Xl } else { Dialect::Xm(format.unwrap_or(4)) };
        let text = fs::read_to_string(&cfg).unwrap();
        let Ok(xml) = fs::read_to_string(cfg.with_extension("xml")) else { continue };
        pairs.push(Pair { cfg, dialect, text, xml });
    }
    pairs.sort_by(|a, b| a.cfg.cmp(&b.cfg));
    pairs
}

fn own() -> Vec<Pair> {
    let pairs = pairs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/conformance"));
    assert!(pairs.len() >= 12, "the pairs were not found");
    pairs
}

#[test]
fn a_configuration_means_what_its_xml_means() {
    for pair in own() {
        assert_eq!(pair.configured(), pair.defined(), "{}", pair.cfg.display());
    }
}

#[test]
fn a_configuration_written_of_xml_means_the_same() {
    for pair in own() {
        let written = cfg::write(&pair.defined(), pair.dialect);
        assert!(written.missing.is_empty(), "{}: {:?}", pair.cfg.display(), written.missing);
        let config = Config::parse(&written.text).unwrap();
        let (again, lost) = cfg::read(&config, pair.dialect);
        assert_eq!(again, pair.defined(), "{}:\n{}", pair.cfg.display(), written.text);
        assert!(
            lost.is_empty() && written.lost.is_empty(),
            "{}: {lost:?} {:?}",
            pair.cfg.display(),
            written.lost
        );
    }
}

#[test]
fn a_configuration_revised_by_its_own_xml_stays() {
    for pair in own() {
        let revised = cfg::revise(&pair.text, &pair.defined(), pair.dialect).unwrap();
        assert_eq!(revised.text, pair.text, "{}", pair.cfg.display());
    }
}

/// Others leave out what is off, put the root device into the command line, and let qemu serve what xl would let it.
#[test]
fn the_pairs_of_others_mean_the_same_in_both_directions() {
    let folders = env::var_os("DOMTOP_CONFORMANCE");
    let folders = folders.iter().flat_map(env::split_paths);
    let pairs: Vec<_> = folders.flat_map(|folder| pairs(&folder)).collect();
    let told: Vec<_> = pairs.iter().filter_map(|pair| Some((pair, difference(pair)?))).collect();
    let lines = told.iter().map(|(pair, told)| format!("{}:\n    {told}", pair.cfg.display()));
    let lines: Vec<_> = lines.collect();
    assert!(told.is_empty(), "{} of {} pairs differ\n{}", told.len(), pairs.len(), lines.join("\n"));
}

/// In what a configuration and the XML beside it differ, read and written; none where they mean the same.
fn difference(pair: &Pair) -> Option<String> {
    let config = match Config::parse(&pair.text) {
        Ok(config) => config,
        Err(problem) => return Some(format!("the configuration is refused: {problem}")),
    };
    let configured = cfg::read(&config, pair.dialect).0;
    match cfg::revise(&pair.text, &configured, pair.dialect) {
        Ok(revised) if revised.text == pair.text => {}
        Ok(revised) => return Some(format!("revised by what it says it is\n{}", revised.text)),
        Err(problem) => return Some(format!("it cannot be revised: {problem}")),
    }
    let defined = match domain::read(&pair.xml) {
        Ok(defined) => defined,
        Err(problems) => return Some(format!("its XML is refused: {}", problems[0])),
    };
    let [ours, theirs] = [configured, defined].map(|it| cfg::write(&plain(it), pair.dialect).text);
    let again = Config::parse(&theirs).map(|config| cfg::read(&config, pair.dialect).0);
    let again = match again {
        Ok(again) => cfg::write(&plain(again), pair.dialect).text,
        Err(problem) => return Some(format!("written of its XML it is refused: {problem}")),
    };
    let apart = |a: &str, b: &str| -> Vec<String> {
        let has = |text: &str, line: &str| text.lines().any(|other| other == line);
        let more = a.lines().filter(|line| !has(b, line)).map(|line| format!("configuration: {line}"));
        let less = b.lines().filter(|line| !has(a, line)).map(|line| format!("XML: {line}"));
        more.chain(less).collect()
    };
    let differing = [apart(&ours, &theirs), apart(&again, &theirs)].concat();
    (!differing.is_empty()).then(|| differing.join("\n    "))
}

/// A definition as both sides of others' pairs would say it.
fn plain(mut definition: Definition) -> Definition {
    let features = &mut definition.features;
    let all = [
        &mut features.acpi,
        &mut features.apic,
        &mut features.pae,
        &mut features.hap,
        &mut features.viridian,
    ];
    for feature in all {
        *feature = feature.filter(|on| *on);
    }
    let boot = &mut definition.boot;
    if let Some(root) = boot.root.take() {
        let rest = boot.cmdline.take().map(|rest| format!(" {rest}")).unwrap_or_default();
        boot.cmdline = Some(format!("root={root}{rest}"));
    }
    for disk in &mut definition.devices.disks {
        let raw = |driver: &domtop::model::definition::DiskDriver| driver.format.as_deref() == Some("raw");
        disk.driver = disk.driver.take().filter(|driver| driver.name != "qemu" || !raw(driver));
        let driver = disk.driver.as_mut().filter(|driver| raw(driver));
        if let Some(driver) = driver {
            driver.format = None;
        }
    }
    definition
}
