//! Descriptions of hosts, domains and devices in XML (`format.md`), with the line of whatever is wrong.

mod elements;
mod tree;
mod values;

use std::{io::Read, path::Path};

use self::tree::{Bad, Element};
use super::{
    definition,
    plan::{DevicePlan, DomainPlan, HostPlan, Life},
};
use crate::{
    driver::{Answer, Error, files},
    model::Kind,
};

/// The largest file read.
const LARGEST: u64 = 4 << 20;

/// Reads a host from a file; a `seed` that is not 0 is what its randomness starts from, whatever the file says.
pub(super) fn host_file(path: &Path, seed: u64) -> Answer<HostPlan> {
    read(path, |text| host(text, seed))
}

/// Reads a domain from a file: domain XML, or the format of this module, where the name is an attribute.
///
/// One made from domain XML is not kept when it ends, unless it is defined as well.
pub(super) fn domain_file(path: &Path) -> Answer<DomainPlan> {
    read(path, |text| match tree::parse(text) {
        Ok(root) if root.name == "domain" && root.text("name").is_some() => elements::domain(&root),
        _ => Ok(DomainPlan { life: Life { kept: false, ..Life::default() }, ..definition::domain(text)? }),
    })
    .map_err(files::of_file)
}

/// Reads a device from a file, in either format; with the text.
pub(super) fn device_file(path: &Path) -> Answer<(DevicePlan, String)> {
    let (device, text) = read(path, |text| {
        let device = match tree::parse(text) {
            Ok(root) if elements::DEVICES.contains(&root.name.as_str()) && root.text("type").is_none() => {
                Ok(elements::device(&root)?)
            }
            _ => Err(definition::device(text)?),
        };
        Ok((device, text.to_owned()))
    })
    .map_err(files::of_file)?;
    Ok((device.or_else(definition::device_plan)?, text))
}

/// Reads a host from text.
fn host(text: &str, seed: u64) -> Result<HostPlan, Bad> {
    let root = root(text, &["host"])?;
    let mut plan = elements::host(&root, seed)?;
    // What is wrong with the machine stands where the machine is described.
    let place = |name| root.children.iter().find(|child| child.name == name).unwrap_or(&root);
    plan.node.problem().map_or(Ok(()), |problem| Err(place("node").bad(problem)))?;
    plan.problem().map_or(Ok(()), |problem| Err(place("pool").bad(problem)))?;
    let domains: Vec<_> = root.children.iter().filter(|child| child.name == "domain").collect();
    for (plan_of, element) in plan.domains.iter().zip(&domains) {
        let problem = plan_of.problem(&plan.pools, plan.node.pcpus());
        problem.map_or(Ok(()), |problem| Err(element.bad(problem)))?;
    }
    if let Some((at, problem)) = plan.conflict() {
        return Err(domains[at].bad(problem));
    }
    plan.events.sort_by_key(|(at, _)| *at);
    Ok(plan)
}

fn root(text: &str, names: &[&str]) -> Result<Element, Bad> {
    let root = tree::parse(text)?;
    if names.contains(&root.name.as_str()) {
        return Ok(root);
    }
    Err(root.bad(format!("the file begins with <{}>, not with <{}>", root.name, names.join("> or <"))))
}

fn read<T>(path: &Path, parse: impl FnOnce(&str) -> Result<T, Bad>) -> Answer<T> {
    let shown = path.display();
    let mut bytes = Vec::new();
    let failed = |error: &_| Error::io(format!("read {shown}"), error);
    let file = files::open(path).map_err(|error| failed(&error))?;
    if !file.metadata().is_ok_and(|about| about.is_file()) {
        return Err(Error::new(Kind::Refused, format!("read {shown}: it is no file")));
    }
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::new(Kind::Malformed, format!("{shown}: it is larger than {} MiB", LARGEST >> 20)));
    }
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let line = 1 + tree::lines(&bytes[..error.valid_up_to()]);
        Bad { line, problem: "it is not UTF-8".into() }
    });
    let parsed = text.and_then(parse);
    parsed.map_err(|bad| Error::new(Kind::Malformed, format!("{shown}:{}: {}", bad.line, bad.problem)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The complete example of the format's description.
    fn example() -> String {
        let format = include_str!("format.md");
        let from = format.find("```xml\n").expect("an example") + "```xml\n".len();
        let length = format[from..].find("```").expect("the end of the example");
        format[from..from + length].into()
    }

    #[test]
    fn the_documented_example_is_a_host() {
        let plan = host(&example(), 0).unwrap();
        assert!(plan.domains.len() >= 3 && !plan.events.is_empty() && plan.pools.len() == 2);
    }

    #[test]
    fn every_element_and_attribute_is_documented() {
        let format = include_str!("format.md");
        for (element, attributes) in elements::TABLE {
            assert!(format.contains(&format!("<{element}>")), "<{element}>");
            let row = format.lines().find(|line| line.contains(&format!("`<{element}>`"))).expect(element);
            for attribute in *attributes {
                assert!(row.contains(&format!("`{attribute}`")), "{attribute} of <{element}>");
            }
        }
    }

    #[test]
    fn every_beginning_of_the_example_is_refused() {
        let text = example();
        let end = text.trim_end().len();
        for at in (0..end).filter(|at| text.is_char_boundary(*at)) {
            assert!(host(&text[..at], 0).is_err(), "{}", &text[..at]);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_host_or_an_error(text in "\\PC*") {
            let _ = host(&text, 0);
        }

        #[test]
        fn a_damaged_example_is_a_host_or_an_error(
            at in 0usize..4000, length in 0usize..30, put in "[<>\"'&;/=!?a-z0-9 \\n\\x1b-]{0,12}"
        ) {
            let text = example();
            let boundary = |at: usize| (at..=text.len()).find(|at| text.is_char_boundary(*at));
            let from = boundary(at).unwrap_or(text.len());
            let to = boundary(from + length).unwrap_or(text.len());
            if let Ok(plan) = host(&[&text[..from], &put, &text[to..]].concat(), 0) {
                plan.check().unwrap();
            }
        }
    }
}
