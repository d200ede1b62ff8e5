//! A screen as a picture: a buffer's cells drawn with a font, lines and dots drawn by hand as terminals do.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "pixels and cells of a small screen"
)]

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use fontdue::{Font, FontSettings, Metrics};
use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use unicode_width::UnicodeWidthStr;

/// Height of the letters in pixels.
const LETTER: f32 = 16.0;
/// What a terminal shows where no colour is asked for.
const DEFAULT: [[u8; 3]; 2] = [[0xd3, 0xd9, 0xe2], [0x14, 0x17, 0x1d]];
/// The sixteen of xterm.
const ANSI: [[u8; 3]; 16] = [
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
    [127, 127, 127],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
];

/// Rows of red, green and blue.
pub(crate) struct Picture {
    /// Width in pixels.
    pub(crate) width: usize,
    /// Height in pixels.
    pub(crate) height: usize,
    /// Three bytes a pixel.
    pub(crate) pixels: Vec<u8>,
}

/// A drawn letter: where it lies and how much of each pixel it covers.
type Letter = (Metrics, Vec<u8>);

/// Fonts and the size of a cell.
pub(crate) struct Painter {
    /// Plain, bold, and one with more signs.
    fonts: [Font; 3],
    cell: (usize, usize),
    baseline: i32,
    /// Letters that were drawn once.
    letters: RefCell<HashMap<(char, bool), Rc<Letter>>>,
}

impl Painter {
    pub(crate) fn new() -> Self {
        let settings = FontSettings { scale: LETTER, ..FontSettings::default() };
        let font = |bytes: &[u8]| Font::from_bytes(bytes, settings).unwrap();
        let fonts =
            [dejavu::sans_mono::regular(), dejavu::sans_mono::bold(), dejavu::sans::regular()].map(font);
        let line = fonts[0].horizontal_line_metrics(LETTER).unwrap();
        let width = fonts[0].metrics('M', LETTER).advance_width.round() as usize;
        let height = (line.ascent - line.descent).ceil() as usize + 1;
        Self {
            fonts,
            cell: (width, height),
            baseline: line.ascent.ceil() as i32,
            letters: RefCell::default(),
        }
    }

    /// Draws every cell.
    pub(crate) fn paint(&self, buffer: &Buffer) -> Picture {
        let (width, height) =
            (buffer.area.width as usize * self.cell.0, buffer.area.height as usize * self.cell.1);
        let mut picture = Picture { width, height, pixels: vec![0; width * height * 3] };
        for y in 0..buffer.area.height {
            let mut x = 0;
            while x < buffer.area.width {
                let cell = &buffer[(x, y)];
                let cells = cell.symbol().width().max(1);
                self.cell(&mut picture, cell, (x as usize, y as usize, cells));
                x += cells as u16;
            }
        }
        picture
    }

    fn cell(&self, picture: &mut Picture, cell: &Cell, (x, y, cells): (usize, usize, usize)) {
        let [ink, ground] = colours(cell);
        let (width, height) = (self.cell.0 * cells, self.cell.1);
        let mut at = Spot { picture, x: x * self.cell.0, y: y * height, width, height };
        at.fill([0, 0, width, height], ground, 255);
        let sign = cell.symbol().chars().next().unwrap_or(' ');
        if !at.sign(sign, ink) && sign != ' ' {
            self.letter(&mut at, sign, ink, cell.modifier.contains(Modifier::BOLD));
        }
        if cell.modifier.contains(Modifier::UNDERLINED) {
            let line = self.baseline as usize + 2;
            at.fill([0, line, width, line + 1], ink, 255);
        }
    }

    fn letter(&self, at: &mut Spot<'_>, sign: char, ink: [u8; 3], bold: bool) {
        let drawn = self
            .letters
            .borrow_mut()
            .entry((sign, bold))
            .or_insert_with(|| Rc::new(self.draw(sign, bold)))
            .clone();
        let (metrics, bits) = &*drawn;
        let top = self.baseline - metrics.ymin - metrics.height as i32;
        for (i, &cover) in bits.iter().enumerate() {
            let (x, y) = (metrics.xmin + (i % metrics.width) as i32, top + (i / metrics.width) as i32);
            if let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) {
                at.fill([x, y, x + 1, y + 1], ink, cover);
            }
        }
    }

    fn draw(&self, sign: char, bold: bool) -> Letter {
        let order = if bold { [1, 0, 2] } else { [0, 2, 1] };
        let font = order.into_iter().find(|&f| self.fonts[f].lookup_glyph_index(sign) != 0).unwrap_or(0);
        self.fonts[font].rasterize(sign, LETTER)
    }
}

/// One cell's pixels.
struct Spot<'p> {
    picture: &'p mut Picture,
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Spot<'_> {
    /// Lays a colour over a rectangle (left, top, right, bottom) of the cell.
    fn fill(&mut self, [left, top, right, bottom]: [usize; 4], ink: [u8; 3], cover: u8) {
        for y in top..bottom.min(self.height) {
            for x in left..right.min(self.width) {
                let place = ((self.y + y) * self.picture.width + self.x + x) * 3;
                let pixel = &mut self.picture.pixels[place..place + 3];
                for (old, new) in pixel.iter_mut().zip(ink) {
                    if cover == 255 {
                        *old = new;
                        continue;
                    }
                    let mixed =
                        u32::from(new) * u32::from(cover) + u32::from(*old) * (255 - u32::from(cover));
                    *old = (mixed / 255) as u8;
                }
            }
        }
    }

    /// What terminals draw themselves, as the glyphs of a font leave seams; false for all else.
    fn sign(&mut self, sign: char, ink: [u8; 3]) -> bool {
        let (width, height) = (self.width, self.height);
        let code = sign as usize;
        match sign {
            '▁'..='█' => self.fill([0, height - height * (code - 0x2580) / 8, width, height], ink, 255),
            '▉'..='▏' => self.fill([0, 0, width * (0x2590 - code) / 8, height], ink, 255),
            '░' => self.fill([0, 0, width, height], ink, 64),
            '\u{2800}'..='\u{28ff}' => self.braille(code - 0x2800, ink),
            '━' => self.level([0, width], 3, ink),
            '╸' => {
                self.level([0, width], 1, ink);
                self.level([0, width / 2], 3, ink);
            }
            _ => return self.lines(sign, ink),
        }
        true
    }

    fn level(&mut self, [left, right]: [usize; 2], thick: usize, ink: [u8; 3]) {
        let top = self.height / 2 - thick / 2;
        self.fill([left, top, right, top + thick], ink, 255);
    }

    fn braille(&mut self, dots: usize, ink: [u8; 3]) {
        const PLACES: [(usize, usize); 8] = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
        for (_, (x, y)) in PLACES.into_iter().enumerate().filter(|(bit, _)| dots >> bit & 1 == 1) {
            let (left, top) = (self.width * (2 * x + 1) / 4 - 1, self.height * (2 * y + 1) / 8 - 1);
            self.fill([left, top, left + 3, top + 3], ink, 255);
        }
    }

    /// Light lines: which arms a sign has, up, right, down, left; round corners have their middle cut.
    fn lines(&mut self, sign: char, ink: [u8; 3]) -> bool {
        let [up, right, down, left] = match sign {
            '─' => [0, 1, 0, 1],
            '│' => [1, 0, 1, 0],
            '┌' | '╭' => [0, 1, 1, 0],
            '┐' | '╮' => [0, 0, 1, 1],
            '└' | '╰' => [1, 1, 0, 0],
            '┘' | '╯' => [1, 0, 0, 1],
            '├' => [1, 1, 1, 0],
            '┤' => [1, 0, 1, 1],
            '┬' => [0, 1, 1, 1],
            '┴' => [1, 1, 0, 1],
            '┼' => [1, 1, 1, 1],
            _ => return false,
        };
        let (x, y, cut) = (self.width / 2, self.height / 2, usize::from("╭╮╰╯".contains(sign)));
        let arms = [
            (up, [x, 0, x + 1, y + 1 - cut]),
            (right, [x + cut, y, self.width, y + 1]),
            (down, [x, y + cut, x + 1, self.height]),
            (left, [0, y, x + 1 - cut, y + 1]),
        ];
        for (_, place) in arms.into_iter().filter(|(arm, _)| *arm == 1) {
            self.fill(place, ink, 255);
        }
        if cut > 0 {
            let (right, down) = (right == 1, down == 1);
            let (dx, dy) = (if right { x + 1 } else { x - 1 }, if down { y + 1 } else { y - 1 });
            self.fill([dx, dy, dx + 1, dy + 1], ink, 255);
        }
        true
    }
}

/// Ink and ground of a cell.
fn colours(cell: &Cell) -> [[u8; 3]; 2] {
    let (mut ink, mut ground) = (value(cell.fg, DEFAULT[0]), value(cell.bg, DEFAULT[1]));
    if cell.modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut ink, &mut ground);
    }
    if cell.modifier.contains(Modifier::DIM) {
        for (ink, ground) in ink.iter_mut().zip(ground) {
            *ink = ((u16::from(*ink) * 3 + u16::from(ground) * 2) / 5) as u8;
        }
    }
    [ink, ground]
}

fn value(colour: Color, default: [u8; 3]) -> [u8; 3] {
    let step = |n: u8| if n == 0 { 0 } else { 55 + n * 40 };
    let index = match colour {
        Color::Reset => return default,
        Color::Rgb(r, g, b) => return [r, g, b],
        Color::Indexed(index) => index,
        named => NAMED.iter().position(|&c| c == named).unwrap() as u8,
    };
    match index {
        0..=15 => ANSI[index as usize],
        16..=231 => [step((index - 16) / 36), step((index - 16) / 6 % 6), step((index - 16) % 6)],
        _ => [8 + (index - 232) * 10; 3],
    }
}

const NAMED: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

impl Picture {
    /// As a PNG file.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        encoder.set_filter(png::Filter::NoFilter);
        encoder.write_header().unwrap().write_image_data(&self.pixels).unwrap();
        file
    }

    /// From a PNG file of ours.
    pub(crate) fn decode(file: &[u8]) -> Self {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        pixels.truncate(info.buffer_size());
        Self { width: info.width as usize, height: info.height as usize, pixels }
    }
}
