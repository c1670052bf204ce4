//! PDF: a statement to print, A4, tables over pages with what is brought and carried forward.
//!
//! Fonts are in the program and only the glyphs in use go into the file, so that nothing is read from
//! the machine and the same statement is the same bytes. Sessions are shortened for the eye; a
//! transaction's whole id stands in the second line of its row.
//!
//! Rooms: `ink` (fonts, shaping, drawing), `sheet` (head, table, foot of a page).

mod ink;
mod sheet;

use super::model::{Line, Statement};
use ink::{Fonts, Ink};
use krilla::Document;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use sheet::{PAGE_HEIGHT, PAGE_WIDTH, ROWS_FIRST, ROWS_NEXT, Sheet};

pub(super) fn write(statement: &Statement) -> Vec<u8> {
    let (fonts, pages) = (Fonts::new(), pages(statement.lines()));
    let mut document = Document::new();
    document.set_metadata(metadata(statement));
    for (place, lines) in pages.iter().enumerate() {
        let size = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT).expect("A4 has a size");
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        let sheet = Sheet { statement, number: place + 1, count: pages.len(), lines };
        sheet.draw(&mut Ink::new(&mut surface, &fonts));
        surface.finish();
        page.finish();
    }
    document.finish().expect("a document without images, links or a standard to keep is always written")
}

/// The lines of each page; there is always a page.
fn pages(lines: &[Line]) -> Vec<&[Line]> {
    let (first, rest) = lines.split_at(lines.len().min(ROWS_FIRST));
    [first].into_iter().chain(rest.chunks(ROWS_NEXT)).collect()
}

fn metadata(statement: &Statement) -> Metadata {
    let head = statement.head();
    Metadata::new()
        .title(format!("{} statement of account {} to {}", head.bank, head.from, head.to))
        .authors(vec![head.bank.to_string()])
        .creator("idx".to_owned())
        .language("en-IN".to_owned())
}
