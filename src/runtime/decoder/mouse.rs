//! Mouse actions (ctlseqs, "Mouse Tracking"): the same button byte in two wrappings.

use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// From the three numbers of an SGR report; `released` by its last letter. A place of 0, which no terminal should
/// send, is the first.
pub(super) fn sgr([button, x, y]: [u32; 3], released: bool) -> Option<Event> {
    let kind = kind(button)?;
    let kind = match kind {
        MouseEventKind::Down(button) if released => MouseEventKind::Up(button),
        _ if released => return None,
        kind => kind,
    };
    Some(event(kind, button, [x, y]))
}

/// From the three bytes of terminals that do not know SGR, each 32 too large.
pub(super) fn three_bytes(button: u8, x: u8, y: u8) -> Option<Event> {
    let [button, x, y] = [button, x, y].map(|b| u32::from(b.saturating_sub(32)));
    Some(event(kind(button)?, button, [x, y]))
}

fn event(kind: MouseEventKind, button: u32, place: [u32; 2]) -> Event {
    let [column, row] = place.map(|n| u16::try_from(n.saturating_sub(1)).unwrap_or(u16::MAX));
    let held = [(4, KeyModifiers::SHIFT), (8, KeyModifiers::ALT), (16, KeyModifiers::CONTROL)];
    let modifiers = held.iter().filter(|(bit, _)| button & bit != 0).map(|(_, modifier)| *modifier).collect();
    Event::Mouse(MouseEvent { kind, column, row, modifiers })
}

fn kind(button: u32) -> Option<MouseEventKind> {
    let moving = button & 32 != 0;
    let pressed = match button & 3 {
        0 => Some(MouseButton::Left),
        1 => Some(MouseButton::Middle),
        2 => Some(MouseButton::Right),
        _ => None,
    };
    Some(match (button & 0xc0, pressed) {
        (0, Some(button)) if moving => MouseEventKind::Drag(button),
        (0, Some(button)) => MouseEventKind::Down(button),
        (0, None) if moving => MouseEventKind::Moved,
        (0, None) => MouseEventKind::Up(MouseButton::Left),
        (0x40, _) if moving => return None,
        (0x40, wheel) => match wheel {
            Some(MouseButton::Left) => MouseEventKind::ScrollUp,
            Some(MouseButton::Middle) => MouseEventKind::ScrollDown,
            Some(MouseButton::Right) => MouseEventKind::ScrollLeft,
            None => MouseEventKind::ScrollRight,
        },
        _ => return None,
    })
}
