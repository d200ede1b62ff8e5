//! Domains that are not there yet: made of domain XML, or of what was saved.
//!
//! ```text
//!  create    the domain, paused ─► wait_for_devices ─► unpause       what xend refuses behind the first takes it away
//!                                                                    again; what is not answered leaves it
//!  new       a definition is kept (3.0.4 and later)
//!  restore   a saved domain, running
//! ```

use std::path::Path;

use super::{
    Xend,
    control::{Order, unsent},
    files,
    http::{Hands, Outcome, Undone},
    page::Form,
    progress::Moving,
    said::value,
};
use crate::{
    driver::{Answer, Error, Lost},
    model::{Definition, KiB, Kind, Op},
    wire::{
        sexpr::{domain, status},
        xml,
    },
};

impl Xend {
    /// Makes and starts a domain.
    pub(super) fn create(&self, hands: &Hands, text: &str) -> Answer<Lost> {
        let (definition, unread) = definition(text)?;
        let (config, lost) = domain::write(&definition, self.era.format).map_err(refuse(&definition.name))?;
        let doing = format!("create domain {}", definition.name);
        let order = Order::new(&definition.name, Form::op("create").with("config", config));
        let body = self.order(hands, &doing, &order)?;
        let made = value(&doing, &body).ok().and_then(|tree| status::row(tree.root()));
        let name = made.map_or(definition.name, |row| row.name.raw().to_owned());
        for step in ["wait_for_devices", "unpause"] {
            let order = Order::to(&name, Form::op(step));
            if let Err(undone) = self.order(hands, &format!("create domain {name}: {step}"), &order) {
                return Err(self.take_away(hands, &name, undone));
            }
        }
        Ok([lost, unread].concat())
    }

    /// Takes away a domain that was made and that xend would not start. Where it is not known what became of it, it is
    /// left: it may run.
    fn take_away(&self, hands: &Hands, name: &str, Undone { error, outcome }: Undone) -> Error {
        let failed = Error { kind: Kind::Failed, ..error };
        if outcome == Outcome::Unknown {
            return failed.hint("it is there, running or paused: look before trying again");
        }
        let order = Order::to(name, Form::op("destroy"));
        match self.order(hands, &format!("take domain {name} away"), &order) {
            Ok(_) => failed,
            Err(undone) if undone.outcome == Outcome::Unknown => {
                failed.hint("it may still be there, paused: xend did not say whether it took it away again")
            }
            Err(_) => failed.hint("it is there, paused, and could not be taken away again"),
        }
    }

    /// Keeps a definition. xend never finds anything wrong with that, so what would make two of one is refused here.
    pub(super) fn define(&self, hands: &Hands, text: &str) -> Answer<Lost> {
        let (definition, unread) = definition(text)?;
        let doing = format!("define domain {}", definition.name);
        let view = self.worker.fresh().map_err(unsent)?;
        let mut there = view.running.iter().chain(&view.inactive);
        let same = |own: uuid::Uuid| definition.uuid.is_some_and(|uuid| uuid == own);
        let twin = there.find(|row| row.name.raw() == definition.name || same(row.key.uuid));
        let why = match &twin {
            Some(row) if !same(row.key.uuid) => {
                Some(format!("there is one of that name, with the uuid {}", row.key.uuid))
            }
            Some(row) if row.key.id.is_some() => Some("it runs, and xend would have two of it".into()),
            _ => None,
        };
        if let Some(why) = why {
            return Err(Error::new(Kind::Refused, format!("{doing}: {why}")));
        }
        let format = self.era.format;
        // xend replaces what it kept, so what domain XML has no word for is sent again.
        let written = match twin.map(|row| row.key) {
            Some(key) => self.of_domain(key, |page| Ok(domain::rewrite(&definition, page, format))),
            None => Ok(domain::write(&definition, format)),
        };
        let (config, lost) = written.map_err(unsent)?.map_err(refuse(&definition.name))?;
        self.order(hands, &doing, &Order::new(&definition.name, Form::op("new").with("config", config)))?;
        Ok([lost, unread].concat())
    }

    /// Starts a saved domain.
    pub(super) fn restore(&self, hands: &Hands, file: &Path) -> Answer<()> {
        let path = files::source(file, self.local)?;
        let _moving = self.under_way.begin(Moving {
            op: Op::Restore,
            key: None,
            file: self.local.then(|| path.clone()),
            total: KiB(0),
        });
        let doing = format!("restore {}", path.display());
        let form = Form::op("restore").with("file", files::told(&path)?);
        self.order(hands, &doing, &Order::new("", form))?;
        Ok(())
    }
}

/// What domain XML defines, with every device there is in it, and what of it a definition has no place for.
fn definition(text: &str) -> Answer<(Definition, Lost)> {
    let definition =
        xml::domain::read(text).map_err(|problems| Error::wrong("read the description", &problems))?;
    let strangers = xml::domain::strangers(text);
    if !strangers.is_empty() {
        let why = format!("it would be without {}", strangers.join("; without "));
        return Err(refuse(&definition.name)(why));
    }
    Ok((definition, xml::domain::unread(text)))
}

/// That a domain cannot be what xend is to make.
fn refuse(name: &str) -> impl Fn(String) -> Error {
    let doing = format!("describe domain {name} to xend");
    move |why| Error::new(Kind::Refused, format!("{doing}: {why}"))
}
