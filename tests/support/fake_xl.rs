//! An xl that writes down how it is called and answers as told, under a driver, under a stack.

#![allow(
    missing_docs,
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::must_use_candidate,
    clippy::missing_panics_doc,
    reason = "a test's support, of which each test uses a part"
)]

use std::{
    ffi::OsString,
    fs,
    os::unix::{ffi::OsStringExt, fs::symlink},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use domtop::{
    driver::{
        Controller, Observe, session,
        xen::xl::{Deadlines, Xl},
    },
    model::{
        DomainId, DomainKey, Failure, HostId, Kind, Reason, Trail,
        request::{Change, Request},
    },
};

use crate::support::recording::{Recording, Tape};

/// The uuid of the domain the tests are about.
pub const UUID: &str = "4c2840a8-e8d5-11f1-9660-bd06823f0603";

/// Answers that the domain is the one meant and runs; for whatever verb, what follows.
pub const ROW: &str = "case \"$*\" in 'list -v'*)
printf 'Name\\tID\\nweb 1\\t7\\t96\\t1\\t-b----\\t4.2 4c2840a8-e8d5-11f1-9660-bd06823f0603        -                -\\n'
exit 0;; esac\n";

/// The domain the tests are about.
pub fn key() -> DomainKey {
    DomainKey { id: Some(DomainId(7)), uuid: UUID.parse().unwrap() }
}

/// The same by another id.
pub fn key_of(id: u32) -> DomainKey {
    DomainKey { id: Some(DomainId(id)), ..key() }
}

/// Longer than any machine is slow.
pub const PATIENT: Deadlines = Deadlines {
    asking: Duration::from_secs(120),
    quick: Duration::from_secs(120),
    thorough: Duration::from_secs(120),
    long: Duration::from_secs(120),
};

/// The program in a folder of its own.
pub struct FakeXl {
    pub folder: PathBuf,
}

impl FakeXl {
    /// Answers each call with this piece of shell.
    pub fn new(answer: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("domtop-xl-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/fake_xl");
        symlink(script, folder.join("xl")).unwrap();
        let fake = Self { folder };
        fake.tell(answer);
        fake
    }

    /// From now on this is its answer.
    pub fn tell(&self, answer: &str) {
        fs::write(self.folder.join("answer"), answer).unwrap();
    }

    pub fn vanish(&self) {
        fs::remove_file(self.folder.join("xl")).unwrap();
    }

    /// A path in its folder.
    pub fn file(&self, name: impl Into<OsString>) -> PathBuf {
        self.folder.join(name.into())
    }

    /// A file in its folder.
    pub fn written(&self, name: impl Into<OsString>, text: &str) -> PathBuf {
        let path = self.file(name);
        fs::write(&path, text).unwrap();
        path
    }

    pub fn driver(&self, deadlines: Deadlines) -> Xl {
        Xl::at(self.folder.join("xl"), deadlines).unwrap()
    }

    /// The arguments of each call so far, as they came.
    pub fn calls(&self) -> Vec<Vec<OsString>> {
        let bytes = fs::read(self.folder.join("calls")).unwrap_or_default();
        let words = |call: &[u8]| {
            let words = call.strip_suffix(&[0]).unwrap_or(call).split(|b| *b == 0);
            words.map(|word| OsString::from_vec(word.to_vec())).collect()
        };
        bytes.strip_suffix(&[1]).map(|all| all.split(|b| *b == 1).map(words).collect()).unwrap_or_default()
    }

    /// The first word of each call so far.
    pub fn verbs(&self) -> Vec<String> {
        self.calls().iter().map(|call| call[0].to_str().unwrap().to_owned()).collect()
    }

    /// What it wrote down of what is around it: values by name, of all calls.
    pub fn around(&self, name: &str) -> Vec<String> {
        let text = fs::read_to_string(self.folder.join("around")).unwrap_or_default();
        let value = |line: &str| {
            let (key, value) = line.split_once([' ', '='])?;
            (key == name).then(|| value.to_owned())
        };
        text.lines().filter_map(value).collect()
    }
}

impl Drop for FakeXl {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A host of the fake and of a hypervisor that answers as told.
pub struct Host {
    pub controller: Controller,
    pub reader: domtop::driver::Reader,
    pub tape: Tape,
    pub xl: Arc<Xl>,
}

impl Host {
    pub fn new(xl: Xl, hypervisor: Result<(), Kind>) -> Self {
        let tape = Tape::default();
        let xl = Arc::new(xl);
        let drivers = vec![
            Recording::hypervisor("hypervisor", &tape, hypervisor).opened(),
            (xl.info(), Ok(xl.clone() as Arc<_>)),
        ];
        let session = session::assemble(HostId(0), drivers, true).unwrap();
        tape.clear();
        Self { controller: session.controller.unwrap(), reader: session.reader, tape, xl }
    }

    /// Over a hypervisor that can change nothing.
    pub fn over(fake: &FakeXl) -> Self {
        Self::new(fake.driver(PATIENT), Err(Kind::Unsupported))
    }

    pub fn change(&self, change: Change) -> Result<Trail, Failure> {
        self.controller.run(&Request::Domain(key(), change))
    }

    /// What xl answered to a request it could not carry out.
    pub fn refusal(&self, request: &Request) -> Reason {
        let failure = self.controller.run(request).unwrap_err();
        failure.reasons.into_iter().find(|reason| &*reason.driver == "xl").unwrap()
    }
}
