//! STUB, replaced by the emulator of the other branch.
#![allow(missing_docs)]
use std::sync::Arc;

use alacritty_terminal::{
    event::VoidListener,
    grid::Dimensions,
    index::{Column, Line},
    term::{Config, Term},
    vte::ansi::{Processor, StdSyncHandler},
};

use crate::model::console::*;

pub struct Fed {
    pub answers: Vec<u8>,
    pub bells: usize,
}

struct Size(u16, u16);
impl Dimensions for Size {
    fn total_lines(&self) -> usize {
        self.1.into()
    }
    fn screen_lines(&self) -> usize {
        self.1.into()
    }
    fn columns(&self) -> usize {
        self.0.into()
    }
}

pub struct Emulator {
    term: Term<VoidListener>,
    parser: Processor<StdSyncHandler>,
}

impl Emulator {
    pub fn new(size: (u16, u16), history: usize) -> Self {
        let config = Config { scrolling_history: history, ..Config::default() };
        Self { term: Term::new(config, &Size(size.0, size.1), VoidListener), parser: Processor::new() }
    }
    pub fn feed(&mut self, bytes: &[u8]) -> Fed {
        self.parser.advance(&mut self.term, bytes);
        Fed { answers: Vec::new(), bells: 0 }
    }
    pub fn resize(&mut self, size: (u16, u16)) {
        self.term.resize(Size(size.0, size.1));
    }
    pub fn page(&mut self) -> Arc<Page> {
        let grid = self.term.grid();
        let line = |y: usize| -> Arc<[Cell]> {
            (0..grid.columns())
                .map(|x| {
                    let c = &grid[Line(y as i32)][Column(x)];
                    Cell { c: c.c, marks: None, width: 1, paint: Paint::default() }
                })
                .collect()
        };
        let at = grid.cursor.point;
        Arc::new(Page {
            size: (grid.columns() as u16, grid.screen_lines() as u16),
            lines: (0..grid.screen_lines()).map(line).collect(),
            cursor: Some((at.column.0 as u16, at.line.0 as u16)),
            ..Page::default()
        })
    }
    pub fn scroll(&mut self, _: Scroll) {}
    pub fn search(&mut self, _: &str) {}
    pub fn again(&mut self, _: Upwards) {}
    pub fn select(&mut self, _: Selecting) {}
    pub fn copied(&self) -> Option<String> {
        None
    }
    pub fn text_lines(&self) -> impl Iterator<Item = String> {
        std::iter::empty()
    }
    pub fn encode(&self, s: Stroke) -> Vec<u8> {
        match s.key {
            StrokeKey::Char(c) if s.ctrl => vec![c as u8 & 0x1f],
            StrokeKey::Char(c) => c.to_string().into_bytes(),
            StrokeKey::Enter => b"\r".to_vec(),
            _ => vec![],
        }
    }
    pub fn paste(&self, text: &str) -> Vec<u8> {
        text.as_bytes().to_vec()
    }
}
