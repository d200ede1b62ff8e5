//! vCPUs of a domain: how many, where they may run, their share.
//!
//! Where they may run is spelled in three ways: `(cpus 0-3,^1)` is what may be sent to any; 3.1 prints a list of
//! numbers, and 4.1 a list for each vCPU, empty where it may run on every CPU.

use super::{Format, Node, Reading, Writer, Writing, cpu_set};
use crate::model::{CpuSet, definition::CpuDefinition};

impl Reading<'_> {
    pub(super) fn cpus(&mut self) {
        let domain = self.domain;
        let value = |key| domain.value(key);
        let number = |key| value(key).and_then(|text| text.parse::<u32>().ok());
        let max = number("vcpus").unwrap_or(1);
        let available = value("vcpu_avail").and_then(|mask| mask.parse::<u64>().ok());
        let every = u64::MAX.checked_shr(64_u32.saturating_sub(max)).unwrap_or(u64::MAX);
        let online = available.map(|mask| (mask & every).count_ones());
        self.definition.cpus = CpuDefinition {
            max,
            online: online.filter(|&online| online > 0 && online < max && max <= 64),
            weight: self.weight(),
            // No cap, which it prints of every domain.
            cap: number("cpu_cap").filter(|&cap| cap != 0),
            ..CpuDefinition::default()
        };
        self.places();
    }

    /// Its default is printed of every domain: 256, and 1.0 before there was the credit scheduler.
    fn weight(&mut self) -> Option<u32> {
        let text = self.domain.value("cpu_weight")?;
        let weight = text.parse().ok();
        if weight.is_none() && text != "1.0" {
            self.lost.push(format!("cpu_weight {text}"));
        }
        weight.filter(|&weight| weight != 256)
    }

    fn places(&mut self) {
        if let Some(list) = self.domain.child("cpus") {
            self.cpus_of(list);
        }
        // The word of 3.0: where the first vCPU starts, -1 for anywhere. To 3.1 and later it is a word for all of them.
        let word = self.domain.value("cpu").and_then(cpu_set);
        let cpus = &mut self.definition.cpus;
        match word {
            Some(set) if self.format < Format::Four => cpus.pins.push((0, set)),
            word => cpus.set = cpus.set.take().or(word),
        }
    }

    fn cpus_of(&mut self, list: Node<'_>) {
        let value = list.arguments().next();
        let each = value.map(|value| self.each(value)).unwrap_or_default();
        let cpus = &mut self.definition.cpus;
        if let Some(first) = each.first() {
            if each.iter().all(|set| set == first) {
                cpus.set = Some(first.clone()).filter(|set| !set.is_empty());
            } else {
                cpus.pins.extend((0..).zip(each).filter(|(_, set)| !set.is_empty()));
            }
            return;
        }
        let text = value.and_then(Node::text);
        let named = text.map_or_else(|| value.map(set).filter(|set| !set.is_empty()), cpu_set);
        if named.is_none() && text.is_some_and(|text| !text.is_empty()) {
            self.lost.push(format!("cpus {}", text.unwrap_or_default()));
        }
        cpus.set = named;
    }

    /// A set for each vCPU, where it is said so: a list of lists as 4.1 prints it, or of texts such as `0,2` as xm sends.
    fn each(&self, value: Node<'_>) -> Vec<CpuSet> {
        let texts = || value.items().filter_map(Node::text);
        if texts().any(|text| text.contains([',', '-', '^']))
            && texts().count() == self.definition.cpus.max as usize
        {
            return texts().filter_map(cpu_set).collect();
        }
        value.items().filter(|item| item.is_list()).map(set).collect()
    }
}

/// A list of numbers and ranges.
fn set(list: Node<'_>) -> CpuSet {
    let mut all = CpuSet::default();
    for part in list.items().filter_map(|item| cpu_set(item.text()?)) {
        part.iter(crate::model::cpuset::HIGHEST + 1).for_each(|cpu| all.insert(cpu));
    }
    all
}

impl Writing<'_> {
    /// 3.0.0 takes the number of vCPUs only from the image, where an HVM guest's stands as well: see `image`.
    pub(super) fn cpus(&mut self, vm: &mut Writer) {
        let cpus = &self.definition.cpus;
        let max = cpus.max.max(1);
        vm.number("vcpus", max);
        if let Some(online) = cpus.online.filter(|&online| online < max && online > 0) {
            if max <= 64 {
                vm.number("vcpu_avail", (1_u64 << online) - 1);
            } else {
                self.lost.push(format!("{online} vCPUs online of {max}"));
            }
        }
        if let Some(set) = cpus.set.as_ref().filter(|set| !set.is_all()) {
            vm.text("cpus", &set.to_string());
        } else if !cpus.pins.is_empty() {
            self.pins(max, vm);
        }
        if cpus.set.is_some() && !cpus.pins.is_empty() {
            self.lost.push("where single vCPUs may run, beside where all of them may".into());
        }
        self.share(vm);
    }

    /// As 4.1 prints it.
    fn pins(&mut self, max: u32, vm: &mut Writer) {
        if self.format < Format::Four {
            self.lost.push("where single vCPUs may run".into());
            return;
        }
        let of = |vcpu| self.definition.cpus.pins.iter().find(|(own, _)| *own == vcpu).map(|(_, set)| set);
        vm.list("cpus", |cpus| {
            cpus.group(|each| {
                for vcpu in 0..max.min(4096) {
                    each.group(|list| {
                        let named = of(vcpu).filter(|set| !set.is_all()).into_iter();
                        named.flat_map(|set| set.iter(crate::model::cpuset::HIGHEST + 1)).for_each(|cpu| {
                            list.item_number(cpu);
                        });
                    });
                }
            });
        });
    }

    /// Weight and cap came with the credit scheduler.
    fn share(&mut self, vm: &mut Writer) {
        let cpus = &self.definition.cpus;
        for (key, value, what) in
            [("cpu_weight", cpus.weight, "its weight"), ("cpu_cap", cpus.cap, "its cap")]
        {
            if let Some(value) = self.since(Format::Three, value, what) {
                vm.number(key, value);
            }
        }
    }
}
