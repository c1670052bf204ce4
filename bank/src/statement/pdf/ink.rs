//! Fonts, shaping and drawing: text at a place in points from the top left, by one edge or the other.
//!
//! A text is cut into runs of one font each. Noto Sans has Latin, Greek and Cyrillic letters and the sign of
//! the rupee, Noto Sans Devanagari what it is named for; a character that neither has is shown as one
//! that is unknown. Runs are shaped here, so that what is measured is what is drawn.

use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::num::NormalizedF32;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Face, UnicodeBuffer};

const REGULAR: &[u8] = include_bytes!("fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("fonts/NotoSans-Bold.ttf");
const DEVANAGARI: &[u8] = include_bytes!("fonts/NotoSansDevanagari-Regular.ttf");

/// Shown for a character that no font has.
const UNKNOWN: char = '?';

/// A font, for drawing and for measuring.
struct Typeface {
    font: Font,
    face: Face<'static>,
}

impl Typeface {
    fn new(bytes: &'static [u8]) -> Self {
        let font = Font::new(bytes.into(), 0).expect("the program's fonts are sound; a test draws with each");
        let face = Face::from_slice(bytes, 0).expect("the program's fonts are sound; a test draws with each");
        Self { font, face }
    }

    fn has(&self, c: char) -> bool {
        self.face.glyph_index(c).is_some()
    }

    /// Glyphs with advances in parts of the font's size.
    fn shape(&self, text: &str) -> Vec<KrillaGlyph> {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        // Every run is drawn from left to right: the fonts have no script that runs the other way.
        buffer.set_direction(rustybuzz::Direction::LeftToRight);
        let shaped = rustybuzz::shape(&self.face, &[], buffer);
        let em = self.font.units_per_em();
        let starts: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
        let end = |start: usize| starts.iter().copied().find(|other| *other > start).unwrap_or(text.len());
        let both = shaped.glyph_infos().iter().zip(shaped.glyph_positions()).zip(&starts);
        both.map(|((info, place), start)| {
            let [advance, x, y] = [place.x_advance, place.x_offset, place.y_offset].map(|n| n as f32 / em);
            KrillaGlyph::new(GlyphId::new(info.glyph_id), advance, x, y, 0.0, *start..end(*start), None)
        })
        .collect()
    }
}

/// The program's fonts.
pub(super) struct Fonts {
    regular: Typeface,
    bold: Typeface,
    devanagari: Typeface,
}

/// How heavy a text is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// A part of a text in one font.
struct Run<'a> {
    font: &'a Typeface,
    text: String,
    glyphs: Vec<KrillaGlyph>,
}

impl Run<'_> {
    fn width(&self, size: f32) -> f32 {
        self.glyphs.iter().map(|glyph| glyph.x_advance).sum::<f32>() * size
    }
}

impl Fonts {
    pub fn new() -> Self {
        let [regular, bold, devanagari] = [REGULAR, BOLD, DEVANAGARI].map(Typeface::new);
        Self { regular, bold, devanagari }
    }

    fn runs(&self, text: &str, weight: Weight) -> Vec<Run<'_>> {
        let first = if weight == Weight::Bold { &self.bold } else { &self.regular };
        let mut runs: Vec<(bool, String)> = Vec::new();
        for c in text.chars() {
            let goes_on = runs.last().map(|(is_first, _)| *is_first);
            let (is_first, c) = match goes_on {
                // A joiner or a blank between two letters stays with them.
                Some(false) if !c.is_ascii_alphanumeric() && self.devanagari.has(c) => (false, c),
                _ if first.has(c) => (true, c),
                _ if self.devanagari.has(c) => (false, c),
                _ => (true, UNKNOWN),
            };
            match runs.last_mut() {
                Some((last, text)) if *last == is_first => text.push(c),
                _ => runs.push((is_first, c.to_string())),
            }
        }
        let run = |(is_first, text): (bool, String)| {
            let font = if is_first { first } else { &self.devanagari };
            Run { font, glyphs: font.shape(&text), text }
        };
        runs.into_iter().map(run).collect()
    }

    fn width(&self, text: &str, weight: Weight, size: f32) -> f32 {
        self.runs(text, weight).iter().map(|run| run.width(size)).sum()
    }

    /// As much of a text from its beginning as has a width, with dots where it was cut.
    pub fn fitting(&self, text: &str, weight: Weight, size: f32, width_max: f32) -> String {
        let mut kept = text.to_owned();
        let mut shown = kept.clone();
        while self.width(&shown, weight, size) > width_max && kept.pop().is_some() {
            shown = format!("{}…", kept.trim_end());
        }
        shown
    }
}

/// A colour.
pub(super) type Tint = (u8, u8, u8);

pub(super) const BLACK: Tint = (24, 28, 38);
pub(super) const GREY: Tint = (105, 110, 122);
pub(super) const BLUE: Tint = (20, 60, 120);
pub(super) const PALE: Tint = (242, 245, 250);
pub(super) const RULE: Tint = (196, 202, 214);

/// The pen of one page.
pub(super) struct Ink<'a, 'page> {
    surface: &'a mut Surface<'page>,
    pub fonts: &'a Fonts,
    /// What the next texts look like.
    pub tint: Tint,
    pub size: f32,
    pub weight: Weight,
}

impl<'a, 'page> Ink<'a, 'page> {
    pub fn new(surface: &'a mut Surface<'page>, fonts: &'a Fonts) -> Self {
        Self { surface, fonts, tint: BLACK, size: 8.0, weight: Weight::Regular }
    }

    /// Sets what the next texts look like.
    pub fn with(&mut self, tint: Tint, size: f32, weight: Weight) -> &mut Self {
        (self.tint, self.size, self.weight) = (tint, size, weight);
        self
    }

    fn fill(&mut self, (red, green, blue): Tint) {
        let paint = rgb::Color::new(red, green, blue).into();
        let fill = Fill { paint, opacity: NormalizedF32::ONE, rule: Default::default() };
        self.surface.set_fill(Some(fill));
    }

    /// Text that begins at a place of its base line.
    pub fn left(&mut self, x: f32, y: f32, text: &str) {
        self.fill(self.tint);
        let mut x = x;
        for run in self.fonts.runs(text, self.weight) {
            let font = run.font.font.clone();
            self.surface.draw_glyphs(Point::from_xy(x, y), &run.glyphs, font, &run.text, self.size, false);
            x += run.width(self.size);
        }
    }

    /// Text that ends at a place of its base line.
    pub fn right(&mut self, x: f32, y: f32, text: &str) {
        let width = self.fonts.width(text, self.weight, self.size);
        self.left(x - width, y, text);
    }

    /// A filled box.
    pub fn block(&mut self, tint: Tint, (x, y): (f32, f32), (width, height): (f32, f32)) {
        self.fill(tint);
        let mut path = PathBuilder::new();
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            path.push_rect(rect);
        }
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
    }
}
