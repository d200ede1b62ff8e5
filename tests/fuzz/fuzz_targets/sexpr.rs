//! Any bytes as what xend sent: a value or an error, never a panic; a value is printed and read again as the same, and
//! a definition of it that can be written is read again.

#![no_main]

use domtop::wire::sexpr::{
    Format, Node, Tree, device, domain, error::failure, node::Page, scheduler, status, vcpu,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok((tree, size)) = Tree::parse(bytes) else { return };
    assert!(size <= bytes.len());
    let printed = tree.root().to_string();
    assert_eq!(Tree::parse(printed.as_bytes()).expect("what is printed is a value").0, tree);
    look_at(tree.root());
    let _ = failure(bytes);
});

/// Asks a value for all it can be.
fn look_at(root: Node<'_>) {
    let (mut rows, mut vcpus) = (Vec::new(), Vec::new());
    status::rows(root, &mut rows);
    vcpu::vcpus(root, &mut vcpus);
    let _ = (Page::read(root), scheduler::credit(root), scheduler::sedf(root));
    let _ = (device::list(root), vcpu::affinities(root, 8), device::found(root, "00:16:3e:00:00:01"));
    for format in Format::ALL {
        let Ok((definition, _)) = domain::read(root, format) else { continue };
        let Ok((text, _)) = domain::write(&definition, format) else { continue };
        let (again, size) = Tree::parse(text.as_bytes()).expect("what is written is a value");
        assert_eq!(size, text.len());
        domain::read(again.root(), format).expect("what is written is a domain");
    }
}
