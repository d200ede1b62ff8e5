//! DOMAIN of the command line: an id, a name or a uuid.

use super::trouble::{Status, Trouble};
use crate::{
    model::domain::find,
    model::nearest::near,
    model::{Domain, DriverStatus, Light, Op, Snapshot, text::visible},
};

/// How many names are offered for one that is wrong.
const OFFERED: usize = 3;

/// The domain that is meant: by id where it is all digits and such an id exists, else by name, else by uuid.
pub(super) fn domain<'a>(snapshot: &'a Snapshot, wanted: &str) -> Result<&'a Domain, Trouble> {
    find(&snapshot.domains, wanted).ok_or_else(|| {
        unread(snapshot).map_or_else(
            || unknown(&snapshot.domains, wanted),
            |why| {
                let text = format!("no domain {:?} was found, and not all could be read", visible(wanted));
                Trouble::new(Status::Failed, format!("{text}\n  {why}"))
            },
        )
    })
}

/// Why one may be there that does not run and is not among those read: what a driver says that tells of such.
pub(super) fn unread(snapshot: &Snapshot) -> Option<String> {
    let part = |driver: &DriverStatus| match &driver.light {
        Light::Degraded(why) | Light::Down(why) if driver.ops.contains(&Op::Inactive) => {
            Some(format!("{}: {why}", driver.name))
        }
        _ => None,
    };
    snapshot.drivers.iter().find_map(part)
}

/// Why one may run that is not among those read: what the driver says that told which do.
pub(super) fn unread_running(snapshot: &Snapshot) -> Option<String> {
    let tells = |driver: &&DriverStatus| {
        matches!(driver.light, Light::Ready | Light::Degraded(_)) && driver.ops.contains(&Op::Domains)
    };
    match snapshot.drivers.iter().find(tells) {
        Some(DriverStatus { name, light: Light::Degraded(why), .. }) => Some(format!("{name}: {why}")),
        _ => None,
    }
}

fn unknown(domains: &[Domain], wanted: &str) -> Trouble {
    let names = || domains.iter().map(|d| d.name.shown()).filter(|name| !name.is_empty());
    let lower = wanted.to_lowercase();
    let mut offered = near(wanted, names());
    offered.extend(names().filter(|name| !lower.is_empty() && name.to_lowercase().contains(&lower)));
    let mut seen = std::collections::HashSet::new();
    offered.retain(|name| seen.insert(*name));
    offered.truncate(OFFERED);
    let hint = match offered.as_slice() {
        [] => "`domtop list --all` names all there are".into(),
        names => format!("did you mean {}?", names.join(", ")),
    };
    Trouble::new(Status::NoDomain, format!("there is no domain {:?}\n  {hint}", visible(wanted)))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::{DomainId, DomainKey, Name};

    fn made(id: Option<u32>, name: &str, uuid: u128) -> Domain {
        let key = DomainKey { id: id.map(DomainId), uuid: Uuid::from_u128(uuid) };
        Domain { key, name: Name::new(name), ..Domain::default() }
    }

    fn domains() -> Snapshot {
        of(vec![
            made(Some(0), "Domain-0", 0),
            made(Some(7), "web1", 1),
            made(Some(8), "7", 2),
            made(None, "web2", 3),
        ])
    }

    fn of(domains: Vec<Domain>) -> Snapshot {
        Snapshot { domains, ..Snapshot::default() }
    }

    #[test]
    fn an_id_goes_before_a_name_and_a_name_before_a_uuid() {
        let domains = domains();
        let uuid = Uuid::from_u128(3).to_string();
        for (wanted, place) in [("7", 1), ("web1", 1), ("8", 2), ("web2", 3), (uuid.as_str(), 3)] {
            assert_eq!(domain(&domains, wanted).map(|d| d.key), Ok(domains.domains[place].key), "{wanted}");
        }
    }

    #[test]
    fn a_number_that_is_no_id_may_be_a_name() {
        let domains = of(vec![made(Some(1), "42", 1)]);
        assert!(domain(&domains, "42").is_ok());
    }

    #[test]
    fn an_unknown_domain_is_told_the_nearest_names() {
        for (wanted, said) in [
            ("wbe1", "did you mean web1?"),
            ("web", "did you mean web1, web2?"),
            ("omain", "did you mean Domain-0?"),
            ("zzz", "list --all"),
            ("", "list --all"),
            ("99", "list --all"),
        ] {
            let trouble = domain(&domains(), wanted).expect_err(wanted);
            assert_eq!(trouble.status, Status::NoDomain);
            assert!(trouble.text.contains(said), "{wanted}: {}", trouble.text);
        }
    }

    #[test]
    fn nobody_is_told_that_there_is_no_domain_where_not_all_could_be_read() {
        for light in [Light::Degraded("could not read web3".into()), Light::Down("no answer".into())] {
            let mut snapshot = domains();
            let ops = [Op::Inactive].into();
            snapshot.drivers =
                vec![DriverStatus { name: "xend".into(), light, ops, ..DriverStatus::default() }];
            assert!(domain(&snapshot, "web2").is_ok());
            let trouble = domain(&snapshot, "web3").expect_err("it was not read");
            assert_eq!(trouble.status, Status::Failed);
            assert!(trouble.text.contains("not all could be read\n  xend: "), "{}", trouble.text);
            snapshot.drivers[0].ops = [Op::Identify].into();
            assert_eq!(domain(&snapshot, "web3").map(|d| d.key).expect_err("none").status, Status::NoDomain);
        }
    }
}
