//! Any text as a configuration of xm or xl: settings that stand where they say, or a problem; never a panic, and a text
//! revised by what it says stays as it is.

#![no_main]

use domtop::wire::cfg::{self, Config, Dialect};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(config) = Config::parse(text) else { return };
    for setting in &config.settings {
        assert!(text[setting.span.clone()].starts_with(setting.key.as_str()));
    }
    for dialect in [Dialect::Xm(1), Dialect::Xm(2), Dialect::Xm(3), Dialect::Xm(4), Dialect::Xl] {
        let (definition, _) = cfg::read(&config, dialect);
        match cfg::revise(text, &definition, dialect) {
            Ok(revised) => assert_eq!(revised.text, text),
            Err(_) => assert!(!config.obstacles.is_empty()),
        }
        let written = cfg::write(&definition, dialect).text;
        let (again, _) = cfg::read(&Config::parse(&written).expect("it was written here"), dialect);
        assert_eq!(cfg::write(&again, dialect).text, written);
    }
});
