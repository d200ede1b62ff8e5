//! The laws of the source tree: who may import whom, which words stay where, how long a file may be.
//!
//! The rules are data; each is also shown to fail on a made-up breach, so none of them can be asleep.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A layer, the files it is made of (prefixes below `src/`, the longest match wins), and what it may import.
struct Layer {
    name: &'static str,
    files: &'static [&'static str],
    modules: &'static [&'static str],
    crates: &'static [&'static str],
}

const STD: &[&str] = &["std", "core", "alloc"];

const LAYERS: &[Layer] = &[
    Layer {
        name: "model",
        files: &["model"],
        modules: &["model"],
        crates: &["serde", "thiserror", "uuid", "unicode_width", "proptest"],
    },
    Layer {
        name: "wire",
        files: &["wire"],
        modules: &["wire", "model"],
        crates: &["uuid", "thiserror", "quick_xml", "proptest"],
    },
    Layer {
        name: "driver traits",
        files: &["driver.rs", "driver/error.rs", "driver/conn.rs", "driver/files.rs"],
        modules: &["model", "driver"],
        crates: &["nix", "thiserror"],
    },
    Layer {
        name: "stack",
        files: &["driver/stack", "driver/reader.rs", "driver/execute.rs"],
        modules: &["model", "driver", "driver::stack", "driver::notes"],
        crates: &["uuid", "proptest"],
    },
    Layer { name: "notes", files: &["driver/notes.rs"], modules: &["model", "wire", "driver"], crates: &[] },
    Layer {
        name: "driver's consoles",
        files: &["driver/console", "driver/definitions"],
        modules: &["model", "driver", "driver::stack", "driver::console"],
        crates: &["nix", "rustix", "uuid"],
    },
    Layer {
        name: "session",
        files: &["driver/session.rs"],
        modules: &[
            "model",
            "driver",
            "driver::stack",
            "driver::session",
            "driver::test",
            "driver::xen",
            "driver::proxy",
        ],
        crates: &[],
    },
    Layer {
        name: "test driver",
        files: &["driver/test"],
        modules: &["model", "wire", "driver", "driver::test"],
        crates: &["quick_xml", "serde", "serde_json", "uuid", "proptest", "nix", "rustix"],
    },
    Layer {
        name: "hypercall driver",
        files: &["driver/xen/hypercall"],
        modules: &["model", "wire", "driver", "driver::xen::hypercall"],
        crates: &["nix", "uuid", "proptest"],
    },
    Layer {
        name: "xenstore driver",
        files: &["driver/xen/xenstore"],
        modules: &["model", "wire", "driver", "driver::xen::xenstore"],
        crates: &["nix", "uuid", "jiff", "proptest"],
    },
    Layer {
        name: "xl driver",
        files: &["driver/xen/xl"],
        modules: &["model", "wire", "driver", "driver::xen::xl"],
        crates: &["nix", "uuid", "serde_json", "proptest"],
    },
    Layer {
        name: "xend driver",
        files: &["driver/xen/xend"],
        modules: &["model", "wire", "driver", "driver::xen::xend"],
        crates: &["nix", "uuid", "ureq", "jiff", "proptest"],
    },
    Layer {
        name: "xm driver",
        files: &["driver/xen/xm"],
        modules: &["model", "wire", "driver", "driver::xen::xm"],
        crates: &["nix", "uuid", "proptest"],
    },
    Layer {
        name: "proxy driver",
        files: &["driver/proxy"],
        modules: &["model", "wire", "driver", "driver::proxy"],
        crates: &["nix", "uuid", "proptest"],
    },
    Layer { name: "xen", files: &["driver/xen.rs"], modules: &[], crates: &[] },
    Layer {
        name: "console",
        files: &["console"],
        modules: &["console", "model"],
        crates: &["alacritty_terminal", "unicode_width", "serde", "serde_json", "thiserror"],
    },
    Layer {
        name: "console sessions",
        files: &["console/session", "console/share", "console/line", "console/background"],
        modules: &["console", "model", "driver::conn", "driver::console", "driver::Answer", "driver::Error"],
        crates: &["nix", "uuid", "jiff", "proptest"],
    },
    Layer {
        name: "sampler",
        files: &["sampler"],
        modules: &["model", "driver::Reader", "sampler"],
        crates: &["tokio", "nix"],
    },
    Layer {
        name: "proxy",
        files: &["proxy"],
        modules: &["proxy", "model", "wire", "driver", "sampler"],
        crates: &["nix", "rustix", "seccompiler", "landlock"],
    },
    Layer {
        name: "config",
        files: &["config"],
        modules: &["config", "model::nearest"],
        crates: &["serde", "toml", "proptest"],
    },
    Layer {
        name: "app",
        files: &["app"],
        modules: &["app", "model", "config"],
        crates: &[
            "crossterm",
            "tui_input",
            "unicode_width",
            "unicode_segmentation",
            "uuid",
            "similar",
            "proptest",
        ],
    },
    Layer {
        name: "audit",
        files: &["audit"],
        modules: &["audit", "model"],
        crates: &["serde", "serde_json", "nix", "jiff"],
    },
    Layer {
        name: "theme",
        files: &["theme"],
        modules: &["theme", "model"],
        crates: &["ratatui", "toml", "serde"],
    },
    Layer {
        name: "view",
        files: &["view"],
        modules: &["view", "app", "model", "theme"],
        crates: &["ratatui", "humansize", "jiff", "tui_input", "unicode_width", "unicode_segmentation"],
    },
    Layer {
        name: "runtime",
        files: &["runtime"],
        modules: &[
            "runtime",
            "view",
            "theme",
            "app",
            "audit",
            "model",
            "console",
            "sampler",
            "driver::Reader",
            "driver",
            "wire::xml",
        ],
        crates: &["tokio", "crossterm", "ratatui", "nix", "futures_core", "signal_hook", "proptest"],
    },
    Layer {
        name: "batch",
        files: &["batch"],
        modules: &["batch", "model", "sampler", "driver"],
        crates: &["serde", "serde_json", "humansize", "jiff", "unicode_width", "nix"],
    },
    Layer {
        name: "cli",
        files: &["cli"],
        modules: &[
            "cli",
            "batch",
            "runtime",
            "theme",
            "app",
            "audit",
            "config",
            "console",
            "sampler",
            "model",
            "driver",
            "driver::session",
            "driver::proxy",
            "proxy",
        ],
        crates: &[
            "clap",
            "clap_complete",
            "clap_mangen",
            "serde",
            "serde_json",
            "humansize",
            "jiff",
            "unicode_width",
            "nix",
            "signal_hook",
            "uuid",
        ],
    },
    Layer { name: "main", files: &["main.rs"], modules: &["cli"], crates: &["domtop"] },
    Layer { name: "map", files: &["lib.rs"], modules: &[], crates: &[] },
];

/// Words that may stand in these files only.
const CONFINED: &[(&str, &[&str])] = &[
    ("unsafe {", &["driver/xen/hypercall/device.rs"]),
    ("unsafe fn", &["driver/xen/hypercall/device.rs"]),
    ("unsafe impl", &["driver/xen/hypercall/device.rs"]),
    ("Permit(", &["driver/session.rs"]),
    ("Color::", &["theme"]),
    ("tokio::", &["runtime", "sampler"]),
    ("Instant::now", &["runtime", "sampler", "driver/conn.rs"]),
    ("SystemTime::now", &["runtime", "sampler", "driver/conn.rs"]),
    ("println!", &["cli", "batch", "main.rs"]),
];

/// Modules nobody below may import: only `cli` may import the runtime, only tests the session's assembly.
const DRIVER_INSIDES: &[&str] = &["stack", "session", "test", "xen", "proxy"];

#[test]
fn layers_import_only_what_they_may() {
    let breaches: Vec<_> = sources().iter().flat_map(|(file, text)| import_breaches(file, text)).collect();
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn confined_words_stay_where_they_may() {
    let breaches: Vec<_> = sources().iter().flat_map(|(file, text)| word_breaches(file, text)).collect();
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    for (file, text) in sources() {
        let limit = if file.starts_with("wire") { 600 } else { 400 };
        let lines = code(&text).lines().count();
        assert!(lines <= limit, "src/{file} has {lines} lines of {limit}");
    }
}

#[test]
fn the_top_level_holds_what_the_owner_fixed() {
    let fixed = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "themes",
        "tests",
        "screenshots",
        "README.md",
        "LICENSE",
        "target",
    ];
    for entry in fs::read_dir(env!("CARGO_MANIFEST_DIR")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            name.starts_with('.') || fixed.contains(&name.as_str()),
            "{name} does not belong at the top level"
        );
    }
}

#[test]
fn a_module_file_is_never_called_mod() {
    assert!(sources().iter().all(|(file, _)| !file.ends_with("mod.rs")));
}

#[test]
fn only_the_session_and_tests_assemble_drivers() {
    for (file, text) in sources() {
        let calls = ["assemble(", "assemble_lasting("].iter().any(|call| code(&text).contains(call));
        assert!(!calls || file == "driver/session.rs", "src/{file} assembles a session by itself");
    }
}

#[test]
fn the_rules_are_awake() {
    for (file, line) in [
        ("model/domain.rs", "use crate::driver::Reader;"),
        ("wire/xenstore.rs", "use std::net::TcpStream; use crate::driver::Error;"),
        ("app/update.rs", "use ratatui::Frame;"),
        ("app/update.rs", "use crate::{model::Op, view};"),
        ("view/header.rs", "use crate::driver::Reader;"),
        ("driver/stack.rs", "use super::test::Test;"),
        ("driver/xen/hypercall.rs", "use crate::driver::session::open;"),
        ("driver/xen/xenstore.rs", "use crate::driver::xen::hypercall::Xen;"),
        ("driver/xen/xenstore.rs", "use super::hypercall::Xen;"),
        ("driver/test/world.rs", "use crate::driver::stack::Stack;"),
        ("config.rs", "use crate::model::Op;"),
        ("audit/log.rs", "use crate::driver::execute;"),
        ("app/events.rs", "use crate::audit::Log;"),
        ("console/emulator.rs", "use crate::driver::Error;"),
        ("sampler.rs", "use crate::app::App;"),
        ("proxy/server.rs", "use crate::driver::session::open;"),
        ("proxy/server.rs", "use crate::app::App;"),
        ("runtime.rs", "use crate::proxy::Server;"),
        ("sampler.rs", "use crate::driver::Controller;"),
        ("theme.rs", "fn f() { let x = crate::app::App::default(); }"),
        ("batch.rs", "use crate::runtime;"),
    ] {
        assert!(!import_breaches(file, line).is_empty(), "{file}: {line}");
    }
    assert!(
        import_breaches("view/header.rs", "use crate::{app::App, theme::Theme};\nuse ratatui::Frame;")
            .is_empty()
    );
    assert!(!word_breaches("app.rs", "let t = Instant::now();").is_empty());
    assert!(!word_breaches("view.rs", "Style::new().fg(Color::Red)").is_empty());
    assert!(word_breaches("theme/depth.rs", "Color::Red").is_empty());
}

fn import_breaches(file: &str, text: &str) -> Vec<String> {
    let Some(layer) = layer_of(file) else { return vec![format!("src/{file} belongs to no layer")] };
    let text = code(text);
    let modules = imported_modules(file, &text);
    let forbidden = modules.iter().filter(|m| !layer_may(layer, m));
    let said = forbidden.map(|m| format!("src/{file} ({}) imports crate::{m}", layer.name));
    let crates = imported_crates(&text).into_iter().filter(|c| !STD.contains(&c.as_str()));
    let foreign = crates.filter(|c| !layer.crates.contains(&c.as_str()) && !is_local(file, c));
    said.chain(foreign.map(|c| format!("src/{file} ({}) imports the crate {c}", layer.name))).collect()
}

/// Whether a layer may import a module: by its longest listed prefix; the driver's insides need their own entry.
fn layer_may(layer: &Layer, module: &str) -> bool {
    let listed = layer.modules.iter().any(|m| module == *m || module.starts_with(&format!("{m}::")));
    let inside = DRIVER_INSIDES.iter().find(|i| {
        let path = format!("driver::{i}");
        module == path || module.starts_with(&format!("{path}::"))
    });
    match inside {
        None => listed,
        Some(inside) => layer.modules.iter().any(|m| {
            m.starts_with(&format!("driver::{inside}"))
                && (module == *m
                    || module.starts_with(&format!("{m}::"))
                    || m.starts_with(&format!("{module}::")))
        }),
    }
}

fn layer_of(file: &str) -> Option<&'static Layer> {
    let matches = |prefix: &&&str| {
        file == **prefix || file == format!("{prefix}.rs") || file.starts_with(&format!("{prefix}/"))
    };
    LAYERS
        .iter()
        .filter_map(|layer| Some((layer, layer.files.iter().filter(matches).map(|f| f.len()).max()?)))
        .max_by_key(|(_, length)| *length)
        .map(|(layer, _)| layer)
}

/// Every `crate::a::b` of a file, `use` groups and `super` resolved, as `a::b…`.
fn imported_modules(file: &str, text: &str) -> Vec<String> {
    let here = module_path(file);
    let mut found = Vec::new();
    for statement in uses(text) {
        for path in expand(&statement) {
            found.extend(resolve(&here, &path));
        }
    }
    let inline = text.match_indices("crate::").map(|(at, _)| path_at(&text[at + 7..]));
    found.extend(inline.filter(|p| !p.is_empty()));
    found.retain(|m| !m.starts_with('{'));
    found
}

fn imported_crates(text: &str) -> Vec<String> {
    let roots =
        uses(text).into_iter().flat_map(|s| expand(&s)).map(|p| p.split("::").next().unwrap().to_owned());
    roots.filter(|r| !["crate", "super", "self"].contains(&r.as_str())).collect()
}

/// Whether a `use` root names a module declared in the same file or a type in scope, not a crate.
fn is_local(file: &str, root: &str) -> bool {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
    let text = fs::read_to_string(source).unwrap_or_default();
    root.starts_with(char::is_uppercase)
        || text.contains(&format!("mod {root}"))
        || text.contains(&format!("::{root};"))
        || text.contains(&format!("{root}::{{self"))
        || text.contains(&format!("::{{{root},"))
        || text.contains(&format!(", {root},"))
}

/// The text of each `use` statement, without `use` and `;`.
fn uses(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("use ") {
        let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
        let before = text[start..at].trim();
        let starts =
            before.is_empty() || before.starts_with("pub") || before.ends_with(';') || before.ends_with('{');
        if let Some(end) = text[at..].find(';').filter(|_| starts) {
            found.push(text[at + 4..at + end].split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
    found
}

/// `a::{b, c::{d, e}}` to `a::b`, `a::c::d`, `a::c::e`.
fn expand(path: &str) -> Vec<String> {
    let path = path.trim();
    let Some(open) = path.find('{') else {
        let plain = path.split(" as ").next().unwrap_or(path);
        return vec![plain.trim_end_matches("::*").trim_end_matches("::self").to_owned()];
    };
    let (head, inner) = (&path[..open], &path[open + 1..path.rfind('}').unwrap_or(path.len())]);
    split_top(inner).iter().flat_map(|part| expand(&format!("{head}{}", part.trim()))).collect()
}

fn split_top(text: &str) -> Vec<String> {
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in text.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c == ',' && depth == 0 { parts.push(String::new()) } else { parts.last_mut().unwrap().push(c) }
    }
    parts.retain(|p| !p.trim().is_empty());
    parts
}

/// A path in a `use`, as seen from the crate's root; none for other crates and for the file's own children.
fn resolve(here: &[String], path: &str) -> Option<String> {
    let mut parts: Vec<&str> = path.split("::").collect();
    let mut base: Vec<String> = match parts[0] {
        "crate" => Vec::new(),
        "self" => here.to_vec(),
        "super" => here[..here.len().saturating_sub(1)].to_vec(),
        _ => return None,
    };
    parts.remove(0);
    while parts.first() == Some(&"super") {
        base.pop();
        parts.remove(0);
    }
    let types: Vec<String> = parts.into_iter().map(str::to_owned).collect();
    base.extend(types);
    (!base.is_empty()).then(|| base.join("::"))
}

fn module_path(file: &str) -> Vec<String> {
    file.trim_end_matches(".rs").split('/').map(str::to_owned).collect()
}

fn path_at(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || "_:".contains(*c))
        .collect::<String>()
        .trim_end_matches(':')
        .into()
}

fn word_breaches(file: &str, text: &str) -> Vec<String> {
    let text = code(text);
    let stray = CONFINED.iter().filter(|(word, homes)| {
        text.contains(word)
            && !homes
                .iter()
                .any(|h| file == *h || file == format!("{h}.rs") || file.starts_with(&format!("{h}/")))
    });
    stray
        .map(|(word, homes)| format!("src/{file} says `{word}`, which belongs to {}", homes.join(", ")))
        .collect()
}

/// A file without its comments and its test module.
fn code(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or(text);
    let lines = text.lines().filter(|l| !l.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Every source file: its path below `src/` and its text.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    assert!(found.len() > 20, "the sources were not found");
    let name = |p: &Path| p.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
    found.into_iter().map(|p| (name(&p), fs::read_to_string(&p).unwrap())).collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}
