//! Markup by hand, of texts that hold an element or a closing tag a line: what the screen is given of them.

use domtop::model::markup::{Line, Markup, Part, Problem};

/// A text taken apart.
pub fn markup(text: &str) -> Markup {
    let mut open: Vec<usize> = Vec::new();
    let mut lines: Vec<Line> = Vec::new();
    for (at, said) in text.lines().enumerate() {
        let trimmed = said.trim_start();
        if trimmed.starts_with("</")
            && let Some(begins) = open.pop()
        {
            lines[begins].fold = Some(at);
        }
        lines.push(Line { parts: parts(said), fold: None, depth: u16::try_from(open.len()).unwrap() });
        let opens = trimmed.starts_with('<') && !trimmed.contains("/>") && !trimmed.contains("</");
        if opens && !trimmed.starts_with("<!") {
            open.push(at);
        }
    }
    Markup { text: text.into(), lines, problems: Vec::new() }
}

/// A problem at a place.
pub fn problem(line: usize, message: &str, fatal: bool) -> Problem {
    Problem { line, column: 5, path: "/domain/devices/disk[1]".into(), message: message.into(), fatal }
}

fn parts(line: &str) -> Vec<(Part, String)> {
    let mut parts: Vec<(Part, String)> = Vec::new();
    let (mut inside, mut quoted, mut named) = (false, false, false);
    let aside = line.trim_start().starts_with("<!--");
    for c in line.chars() {
        let part = match c {
            _ if aside => Part::Aside,
            '\'' => {
                quoted = !quoted;
                Part::Value
            }
            _ if quoted => Part::Value,
            '<' => {
                (inside, named) = (true, false);
                Part::Punctuation
            }
            '>' => {
                inside = false;
                Part::Punctuation
            }
            '/' | '=' if inside => Part::Punctuation,
            ' ' if inside => {
                named = true;
                Part::Text
            }
            _ if inside && named => Part::Attribute,
            _ if inside => Part::Element,
            _ => Part::Text,
        };
        match parts.last_mut() {
            Some((last, text)) if *last == part => text.push(c),
            _ => parts.push((part, c.to_string())),
        }
    }
    parts
}

/// What web1 runs with.
pub const LIVE: &str = "\
<domain type='xen' id='14'>
  <name>web1</name>
  <uuid>7f2c9a10-6f2e-4a51-9d1e-00000000000e</uuid>
  <memory>16777216</memory>
  <currentMemory>8388608</currentMemory>
  <vcpu>8</vcpu>
  <os>
    <type>linux</type>
    <kernel>/boot/vmlinuz-6.1</kernel>
    <cmdline>root=/dev/xvda1 ro console=hvc0 quiet panic=10 net.ifnames=0 systemd.unified_cgroup_hierarchy=1</cmdline>
  </os>
  <!-- what becomes of it when it ends -->
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>preserve</on_crash>
  <devices>
    <disk type='block' device='disk'>
      <source dev='/dev/vg0/web1'/>
      <target dev='xvda' bus='xen'/>
    </disk>
    <interface type='bridge'>
      <mac address='00:16:3e:0a:11:0e'/>
      <source bridge='xenbr0'/>
    </interface>
    <console type='pty'/>
  </devices>
</domain>
";

/// What is kept of it.
pub fn kept() -> String {
    LIVE.replace(" id='14'", "").replace("8388608", "4194304").replace(
        "      <source bridge='xenbr0'/>\n",
        "      <source bridge='xenbr1'/>\n      <script path='vif-bridge'/>\n",
    )
}
