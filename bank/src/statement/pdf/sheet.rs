//! One page: its head, its part of the table, its foot. All lengths are points, 1/72 inch.

use super::ink::{BLACK, BLUE, GREY, Ink, PALE, RULE, Weight};
use crate::statement::model::{Flow, Line, Statement};
use crate::statement::text::{clock, grouped, other_side};
use idx_types::{NetworkDay, Paise};

/// A4.
pub(super) const PAGE_WIDTH: f32 = 595.0;
/// A4.
pub(super) const PAGE_HEIGHT: f32 = 842.0;

/// Lines of the first page, which has the head.
pub(super) const ROWS_FIRST: usize = 21;
/// Lines of every other page.
pub(super) const ROWS_NEXT: usize = 27;

const LEFT: f32 = 40.0;
const RIGHT: f32 = PAGE_WIDTH - 40.0;
const ROW: f32 = 24.0;
const BAND: f32 = 18.0;
/// Where the table begins on the first page, and on others.
const TABLE_FIRST: f32 = 216.0;
const TABLE_NEXT: f32 = 74.0;
/// Where the box with the sums begins, and its cells.
const SUMMARY: f32 = 138.0;
const CELLS: [f32; 4] = [LEFT + 14.0, LEFT + 134.0, LEFT + 254.0, LEFT + 404.0];
/// What every page says at its end.
const NOTES: [&str; 2] = [
    "Times are UTC. A debit includes its fee. The bank signs this file; its signature comes beside it. Check",
    "both at the bank's /api/statements/verify or by idx-node statement verify. Print cannot be checked.",
];
const FOOT: f32 = PAGE_HEIGHT - 46.0;

/// Edges of columns: number and amounts end at theirs, texts begin at theirs.
const NUMBER: f32 = 62.0;
const BOOKED: f32 = 70.0;
const DETAILS: f32 = 128.0;
const DETAILS_WIDTH: f32 = 168.0;
const FEE: f32 = 344.0;
const DEBIT: f32 = 414.0;
const CREDIT: f32 = 484.0;

/// A page of a statement.
pub(super) struct Sheet<'a> {
    pub statement: &'a Statement,
    /// From 1.
    pub number: usize,
    pub count: usize,
    pub lines: &'a [Line],
}

impl Sheet<'_> {
    pub fn draw(&self, ink: &mut Ink<'_, '_>) {
        let mut y = if self.number == 1 {
            self.title(ink);
            self.summary(ink);
            TABLE_FIRST
        } else {
            self.running_title(ink);
            TABLE_NEXT
        };
        columns(ink, y);
        y += BAND;
        let before = if self.number == 1 { "Opening balance" } else { "Brought forward" };
        balance_row(ink, y, before, self.balance_before());
        y += BAND;
        for (place, line) in self.lines.iter().enumerate() {
            if place % 2 == 1 {
                ink.block(PALE, (LEFT, y), (RIGHT - LEFT, ROW));
            }
            row(ink, y, line);
            y += ROW;
        }
        self.end_of_table(ink, y);
        self.foot(ink);
    }

    fn balance_before(&self) -> Paise {
        let first = self.lines.first().map_or(0, |line| line.number - 1);
        let before = first.checked_sub(1).and_then(|place| self.statement.lines().get(place));
        before.map_or(self.statement.opening(), |line| line.balance)
    }

    fn title(&self, ink: &mut Ink<'_, '_>) {
        let head = self.statement.head();
        ink.block(BLUE, (0.0, 0.0), (PAGE_WIDTH, 6.0));
        ink.with(BLUE, 22.0, Weight::Bold).left(LEFT, 58.0, head.bank.as_str());
        ink.with(GREY, 11.0, Weight::Regular).left(LEFT, 76.0, "Statement of account");
        let facts = [
            ("Account", head.account.expose().to_owned()),
            ("Currency", head.currency.to_string()),
            ("Period", format!("{} to {}", head.from, head.to)),
            ("As of height", head.as_of.to_string()),
            ("Made at", format!("{} {} UTC", NetworkDay::of(head.made_at), clock(head.made_at))),
            ("Statement", self.statement.number()),
        ];
        for (place, (name, value)) in facts.iter().enumerate() {
            let y = 46.0 + 13.5 * place as f32;
            ink.with(GREY, 8.0, Weight::Regular).left(330.0, y, name);
            ink.with(BLACK, 8.5, Weight::Regular).right(RIGHT, y, value);
        }
    }

    /// The figures that a reader looks for first.
    fn summary(&self, ink: &mut Ink<'_, '_>) {
        let (totals, statement) = (self.statement.totals(), self.statement);
        ink.block(PALE, (LEFT, SUMMARY), (RIGHT - LEFT, 56.0));
        ink.block(BLUE, (LEFT, SUMMARY), (2.0, 56.0));
        let fees = format!("of which fees {}", grouped(totals.fees));
        let cells = [
            ("Opening balance", u128::from(statement.opening().0), String::new()),
            ("Paid in", totals.credited, counted(totals.credits)),
            ("Paid out", totals.debited, format!("{}, {fees}", counted(totals.debits))),
            ("Closing balance", u128::from(statement.closing().0), String::new()),
        ];
        for ((name, minor, note), x) in cells.iter().zip(CELLS) {
            ink.with(GREY, 8.0, Weight::Regular).left(x, SUMMARY + 16.0, name);
            ink.with(BLACK, 10.5, Weight::Bold).left(x, SUMMARY + 32.0, &grouped(*minor));
            ink.with(GREY, 7.0, Weight::Regular).left(x, SUMMARY + 45.0, note);
        }
    }

    fn running_title(&self, ink: &mut Ink<'_, '_>) {
        let head = self.statement.head();
        ink.block(BLUE, (0.0, 0.0), (PAGE_WIDTH, 6.0));
        ink.with(BLUE, 12.0, Weight::Bold).left(LEFT, 44.0, head.bank.as_str());
        let about = format!("Account {} · {} to {}", head.account.expose(), head.from, head.to);
        ink.with(GREY, 8.0, Weight::Regular).right(RIGHT, 44.0, &about);
    }

    fn end_of_table(&self, ink: &mut Ink<'_, '_>, y: f32) {
        if self.number < self.count {
            let last = self.lines.last().map_or(self.statement.opening(), |line| line.balance);
            return balance_row(ink, y, "Carried forward", last);
        }
        let totals = self.statement.totals();
        ink.block(BLUE, (LEFT, y), (RIGHT - LEFT, 0.8));
        let line = y + 13.0;
        ink.with(BLACK, 8.0, Weight::Bold).left(BOOKED, line, "Total");
        for (x, minor) in [(FEE, totals.fees), (DEBIT, totals.debited), (CREDIT, totals.credited)] {
            ink.right(x, line, &grouped(minor));
        }
        balance_row(ink, y + BAND, "Closing balance", self.statement.closing());
        ink.block(BLUE, (LEFT, y + 2.0 * BAND), (RIGHT - LEFT, 0.8));
    }

    fn foot(&self, ink: &mut Ink<'_, '_>) {
        ink.block(RULE, (LEFT, FOOT), (RIGHT - LEFT, 0.5));
        ink.with(GREY, 7.0, Weight::Regular);
        ink.left(LEFT, FOOT + 13.0, NOTES[0]);
        ink.left(LEFT, FOOT + 22.0, NOTES[1]);
        ink.with(BLACK, 8.0, Weight::Regular);
        ink.right(RIGHT, FOOT + 13.0, &format!("Page {} of {}", self.number, self.count));
    }
}

fn counted(entries: usize) -> String {
    if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") }
}

fn columns(ink: &mut Ink<'_, '_>, y: f32) {
    ink.block(BLUE, (LEFT, y), (RIGHT - LEFT, BAND));
    ink.with((255, 255, 255), 7.5, Weight::Bold);
    let line = y + 12.0;
    for (x, name) in [(BOOKED, "Booked"), (DETAILS, "Details")] {
        ink.left(x, line, name);
    }
    let ends = [(NUMBER, "No"), (FEE, "Fee"), (DEBIT, "Debit"), (CREDIT, "Credit"), (RIGHT - 4.0, "Balance")];
    for (x, name) in ends {
        ink.right(x, line, name);
    }
}

fn balance_row(ink: &mut Ink<'_, '_>, y: f32, name: &str, balance: Paise) {
    ink.with(BLACK, 8.0, Weight::Bold).left(BOOKED, y + 12.0, name);
    ink.right(RIGHT - 4.0, y + 12.0, &grouped(balance.0.into()));
    ink.block(RULE, (LEFT, y + BAND - 0.5), (RIGHT - LEFT, 0.5));
}

fn row(ink: &mut Ink<'_, '_>, y: f32, line: &Line) {
    let (movement, first, second) = (&line.movement, y + 10.0, y + 19.5);
    ink.with(GREY, 7.5, Weight::Regular).right(NUMBER, first, &line.number.to_string());
    ink.with(BLACK, 8.0, Weight::Regular).left(BOOKED, first, &NetworkDay::of(movement.time).to_string());
    let details = ink.fonts.fitting(&details(line), Weight::Regular, 8.0, DETAILS_WIDTH);
    ink.left(DETAILS, first, &details);
    let total = grouped(line.total.0.into());
    if movement.flow.fee() != Paise::ZERO {
        ink.right(FEE, first, &grouped(movement.flow.fee().0.into()));
    }
    ink.right(if movement.flow.is_credit() { CREDIT } else { DEBIT }, first, &total);
    ink.right(RIGHT - 4.0, first, &grouped(line.balance.0.into()));
    ink.with(GREY, 6.5, Weight::Regular).left(BOOKED, second, &clock(movement.time));
    ink.with(GREY, 5.5, Weight::Regular).left(DETAILS, second, &format!("Transaction {}", movement.id));
}

/// What happened, and with whom; a session by its first and last digits.
fn details(line: &Line) -> String {
    let other = other_side(line);
    let is_session = other.starts_with("SESSION_");
    let short = |text: &str| match (text.get(..16), text.get(text.len().saturating_sub(6)..)) {
        (Some(head), Some(tail)) if is_session => format!("{head}…{tail}"),
        _ => text.to_owned(),
    };
    match &line.movement.flow {
        Flow::Deposit => "Cash paid in".to_owned(),
        Flow::Withdrawal => "Cash paid out".to_owned(),
        Flow::Sent { .. } => format!("To {}", short(&other)),
        Flow::Changed { .. } => format!("Changed with {other}"),
        Flow::Received { .. } => format!("From {}", short(&other)),
    }
}
