//! The whole life of a definition: kept, started, typed to, saved, brought back, forgotten.

use serde_json::{Value, json};

use super::Host;

const UUID: &str = "5b1c7a52-9a0e-4e0e-9d5e-3f4a6b7c8d90";

/// Domain XML with parts that a test host has no use for.
const XML: &str = "<?xml version='1.0'?>
<!-- kept by hand -->
<domain type='xen'>
  <name>kept</name>
  <uuid>5b1c7a52-9a0e-4e0e-9d5e-3f4a6b7c8d90</uuid>
  <metadata><app:x xmlns:app='urn:x'><![CDATA[ raw <stuff> ]]></app:x></metadata>
  <memory unit='MiB'>512</memory>
  <vcpu>2</vcpu>
  <bootloader>/usr/bin/pygrub</bootloader>
  <os><type>linux</type></os>
  <devices>
    <disk type='file' device='disk'><source file='/srv/kept.img'/><target dev='xvda'/><futureknob a='1'/></disk>
    <interface type='bridge'><mac address='00:16:3e:11:22:33'/><source bridge='xenbr0'/></interface>
  </devices>
</domain>
";

fn xml(host: &Host, words: &[&str]) -> String {
    let output = host.run(&[&["xml", "kept"], words].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn state(host: &Host) -> Value {
    host.info("kept")["state"].clone()
}

#[test]
fn a_definition_lives_from_define_to_undefine() {
    let host = Host::new("life");
    let file = host.file("kept.xml", XML);
    host.done(&["define", &file]);
    assert_eq!((state(&host), host.info("kept")["uuid"].as_str()), (json!("off"), Some(UUID)));
    assert_eq!(xml(&host, &["--kept"]), XML, "as it was written, to the byte");
    assert!(host.done(&["start", "kept"]).contains("running reached"));
    let id = host.info("kept")["id"].to_string();
    let live = xml(&host, &[]);
    assert!(live.contains(&format!("id='{id}'")) && live.contains("<futureknob a='1'/>"), "{live}");
    assert_eq!(xml(&host, &["--kept"]), XML);
    let mut pty = host.on_terminal(&["console", "kept"]);
    pty.wait_for("kept:~#");
    pty.send("uname -a\r");
    pty.wait_for("Linux");
    pty.send("\x1d.");
    assert_eq!(pty.exit().code(), Some(0));
    let saved = host.path("kept.saved");
    host.done(&["save", "kept", &saved, "-y"]);
    assert_eq!(state(&host), "off", "saved, and still defined");
    host.done(&["restore", &saved, "-y"]);
    assert!((0..500).any(|_| state(&host) != "paused"), "it never ran on");
    assert!(host.info("kept")["id"].is_number());
    host.done(&["undefine", "kept", "-y"]);
    assert!(host.info("kept")["id"].is_number(), "it goes on");
    host.done(&["destroy", "kept", "-y"]);
    assert!((0..500).any(|_| !host.names().contains(&"kept".to_owned())), "nothing is left of it");
}

#[test]
fn what_a_domain_starts_with_is_set_while_it_is_off() {
    let host = Host::new("off");
    host.done(&["define", &host.file("kept.xml", XML)]);
    let said = host.done(&["setmem", "kept", "128M", "--timeout", "120"]);
    assert!(said.contains("reached"), "{said}");
    let kept = xml(&host, &["--kept"]);
    assert!(kept.contains("<currentMemory unit='KiB'>131072</currentMemory>"), "{kept}");
    assert!(said.contains("512 MiB → 128 MiB reached"), "{said}");
}

#[test]
fn files_of_many_domains_bear_their_names() {
    let host = Host::new("many");
    let pattern = host.path("core-%n");
    let said = host.done(&["dump", "web1", &pattern, "-y"]);
    assert!(std::fs::exists(host.path("core-web1")).unwrap());
    assert!(!std::fs::exists(&pattern).unwrap());
    assert!(said.contains("core-web1"), "{said}");
}

#[test]
fn what_is_defined_while_a_domain_runs_counts_from_its_next_start() {
    let host = Host::new("next");
    host.done(&["define", &host.file("kept.xml", XML)]);
    host.done(&["start", "kept"]);
    host.done(&["define", &host.file("more.xml", &XML.replace("<vcpu>2<", "<vcpu>3<"))]);
    assert!(xml(&host, &[]).contains("<vcpu>2</vcpu>"));
    assert!(xml(&host, &["--kept"]).contains("<vcpu>3</vcpu>"));
    assert_eq!(host.info("kept")["max_vcpus"], 2);
    host.done(&["destroy", "kept", "-y"]);
    assert!((0..500).any(|_| state(&host) == "off"));
    assert_eq!(host.info("kept")["max_vcpus"], 3);
}

#[test]
fn devices_of_domain_xml_come_and_go() {
    let host = Host::new("devices");
    host.done(&["create", &host.file("kept.xml", XML)]);
    let disk = "<disk type='block' device='disk'><source dev='/dev/vg0/more'/><target dev='xvdb'/></disk>";
    let disk = host.file("disk.xml", disk);
    host.done(&["attach", "kept", &disk]);
    let live = xml(&host, &[]);
    assert!(live.contains("/dev/vg0/more") && live.contains("<futureknob a='1'/>"), "{live}");
    host.done(&["detach", "kept", &disk, "-y"]);
    assert!(!xml(&host, &[]).contains("/dev/vg0/more"));
}

#[test]
fn domain_xml_that_is_wrong_is_refused_with_its_place() {
    let host = Host::new("wrong");
    let file = host.file("kept.xml", &XML.replace("<vcpu>2<", "<vcpu>two<"));
    let output = host.run(&["define", &file]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("kept.xml:8: ") && said.contains("/domain/vcpu"), "{said}");
    let silent = host.file("kept.xml", &XML.replace("<memory unit='MiB'>512</memory>", ""));
    assert!(host.fails(&["define", &silent], 3).contains("0 KiB of memory"), "nobody guesses it");
    assert!(!host.names().contains(&"kept".to_owned()));
}

#[test]
fn what_is_odd_about_a_description_is_told_whether_it_is_taken_or_not() {
    let host = Host::new("odd");
    let text = "<domain type='xen'><name>odd</name><memory>65536</memory><vcpu>2</vcpu>
        <cputune><vcpupin vcpu='9' cpuset='0'/></cputune></domain>";
    let file = host.file("odd.xml", text);
    let told = host.done(&["define", &file]);
    let note = "/domain/cputune/vcpupin: there is no vCPU 9: it has 2, from 0";
    assert!(told.contains(note), "{told}");
    assert!(host.json(&["define", &file])["notes"][0].as_str().unwrap().contains(note));
    let file = host.file("typo.xml", &text.replace("memory", "memroy").replace("odd<", "typo<"));
    let said = host.fails(&["define", &file], 3);
    assert!(said.contains("<memroy> is not known in <domain>; did you mean <memory>?"), "{said}");
}
