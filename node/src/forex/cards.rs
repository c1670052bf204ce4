//! Rates from files of a bank's published cards: one file a currency, one line a card.
//!
//! What is read are the columns `DATE`, `FOREX TRAVEL CARD BUY` and `FOREX TRAVEL CARD SELL`, wherever
//! they stand. A rate of 0 means that the card quotes none.

use idx_types::{Currency, NetworkDay, Rate};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Most bytes of a file: a card a day for a century.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// Most files of a folder that are looked at.
const FILES_MAX: usize = 256;

/// A card's travel rates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Card {
    /// When it was published, as the file says: a day, perhaps with a time.
    pub date: String,
    /// When a customer sells.
    pub buy: Rate,
    /// When a customer buys.
    pub sell: Rate,
}

/// What a file has for a day.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// The newest card at or before that day that quotes both rates.
    pub card: Option<Card>,
    /// Cards up to that day that quote none, or only one.
    pub unquoted: usize,
    /// Lines that are no cards.
    pub unreadable: usize,
}

/// Why a file gives nothing.
#[derive(Debug, thiserror::Error)]
pub enum CardsError {
    /// It cannot be read.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is longer than files of cards are.
    #[error("{path} has more than {FILE_BYTES_MAX} bytes: that is no file of cards", path = .path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// It has not the columns that are needed.
    #[error("{path} has no column {column:?}\n  what to do: give a file of cards with DATE, FOREX TRAVEL CARD BUY and FOREX TRAVEL CARD SELL", path = .path.display())]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// The missing one.
        column: &'static str,
    },
}

/// The files of a folder whose names end in `_` and three letters, with those letters, by name; a file is
/// its own folder.
///
/// # Errors
/// [`CardsError::Io`].
pub fn files(path: &Path) -> Result<Vec<(PathBuf, String)>, CardsError> {
    let failed = |source| CardsError::Io { path: path.to_owned(), source };
    if path.is_file() {
        return Ok(code_of(path).map(|code| (path.to_owned(), code)).into_iter().collect());
    }
    let entries = std::fs::read_dir(path).map_err(failed)?;
    let paths = entries.take(FILES_MAX).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    let mut found: Vec<_> =
        paths.into_iter().filter_map(|entry| Some((entry.path(), code_of(&entry.path())?))).collect();
    found.sort();
    Ok(found)
}

/// The three letters behind the last `_` of `..._USD.csv`.
fn code_of(path: &Path) -> Option<String> {
    let is_csv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let (_, code) = path.file_stem()?.to_str()?.rsplit_once('_')?;
    let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    (is_csv && is_code).then(|| code.to_owned())
}

/// The currency of three letters, if the ledger has it beside rupees.
pub fn currency(code: &str) -> Option<Currency> {
    code.parse().ok().filter(|currency| *currency != Currency::Inr)
}

/// Looks for the card that was the newest at the end of a day.
///
/// # Errors
/// [`CardsError`].
pub fn newest(path: &Path, day: NetworkDay) -> Result<Found, CardsError> {
    let failed = |source| CardsError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let mut text = String::new();
    file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(CardsError::TooLong { path: path.to_owned() });
    }
    read(&text, day).map_err(|column| CardsError::NoColumn { path: path.to_owned(), column })
}

/// What a line says.
enum Line {
    Card(Card),
    Unquoted,
    Later,
    Unreadable,
}

fn read(text: &str, day: NetworkDay) -> Result<Found, &'static str> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let head = reader.headers().cloned().unwrap_or_default();
    let place = |name: &'static str| head.iter().position(|column| column.trim() == name).ok_or(name);
    let places = [place("DATE")?, place("FOREX TRAVEL CARD BUY")?, place("FOREX TRAVEL CARD SELL")?];
    let mut found = Found::default();
    for row in reader.records() {
        match row.map_or(Line::Unreadable, |row| line(&row, places, day)) {
            Line::Card(card) if found.card.as_ref().is_none_or(|best| card.date >= best.date) => {
                found.card = Some(card);
            }
            Line::Card(_) | Line::Later => {}
            Line::Unquoted => found.unquoted += 1,
            Line::Unreadable => found.unreadable += 1,
        }
    }
    Ok(found)
}

fn line(row: &csv::StringRecord, places: [usize; 3], day: NetworkDay) -> Line {
    let [Some(date), Some(buy), Some(sell)] = places.map(|place| row.get(place).map(str::trim)) else {
        return Line::Unreadable;
    };
    let (Some(on), Ok(buy), Ok(sell)) =
        (date.get(..10).and_then(|on| on.parse::<NetworkDay>().ok()), buy.parse(), sell.parse())
    else {
        return Line::Unreadable;
    };
    match (on > day, buy == Rate(0) || sell == Rate(0)) {
        (true, _) => Line::Later,
        (false, true) => Line::Unquoted,
        (false, false) => Line::Card(Card { date: date.to_owned(), buy, sell }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARDS: &str = "\
DATE,LINK,FOREX TRAVEL CARD BUY,FOREX TRAVEL CARD SELL,NOTES
2026-01-05 09:00,x,83.10,84.55,1
2026-01-06 09:00,x,83.20,84.65,1
2026-01-06 16:00,x,83.30,84.75,1
2026-01-07 09:00,x,0.00,84.85,1
2026-01-08 09:00,x,-,84.85,1
not a day,x,1,2,1
2026-01-09 09:00,x,83.40,84.95,1
";

    fn on(day: &str) -> Found {
        read(CARDS, day.parse().unwrap()).unwrap()
    }

    #[test]
    fn the_newest_card_of_a_day_or_before_it() {
        for (day, date) in [
            ("2026-01-05", "2026-01-05 09:00"),
            ("2026-01-06", "2026-01-06 16:00"),
            ("2026-01-08", "2026-01-06 16:00"),
            ("2030-01-01", "2026-01-09 09:00"),
        ] {
            assert_eq!(on(day).card.unwrap().date, date, "{day}");
        }
        assert_eq!(on("2026-01-04").card, None);
        let newest = on("2026-01-06").card.unwrap();
        assert_eq!(
            (newest.buy.to_string(), newest.sell.to_string()),
            ("83.30000000".into(), "84.75000000".into())
        );
    }

    #[test]
    fn what_is_not_quoted_is_counted_and_passed_over() {
        let found = on("2026-01-09");
        assert_eq!((found.unquoted, found.unreadable), (1, 2));
        assert_eq!(read("DATE,BUY\n", NetworkDay(1)), Err("FOREX TRAVEL CARD BUY"));
    }

    #[test]
    fn file_names_tell_the_currency() {
        for (name, code) in
            [("CARDS_USD.csv", Some("USD")), ("a_b_JPY.CSV", Some("JPY")), ("x_Usd.csv", None)]
        {
            assert_eq!(code_of(Path::new(name)).as_deref(), code, "{name}");
        }
        assert_eq!(code_of(Path::new("USD.csv")), None);
        assert_eq!((currency("GBP"), currency("JPY"), currency("INR")), (Some(Currency::Gbp), None, None));
    }

    /// Real cards, where they are at hand: the last one of each currency is found, and zeros are seen.
    #[test]
    fn real_cards_are_read() {
        let Some(folder) = std::env::var_os("IDX_DATA_DIR") else {
            eprintln!("skipped: IDX_DATA_DIR is not set, there are no real cards to read");
            return;
        };
        let files = files(&Path::new(&folder).join("fx/sbi")).unwrap();
        assert!(files.len() >= 4, "{files:?}");
        let day = "2026-08-21".parse().unwrap();
        for (path, code) in files.iter().filter(|(_, code)| currency(code).is_some()) {
            let found = newest(path, day).unwrap();
            let card = found.card.unwrap();
            assert!(card.buy < card.sell && card.date.starts_with("2026"), "{code}: {card:?}");
            assert_eq!(found.unreadable, 0, "{code}");
            assert!(code != "SGD" || found.unquoted > 700);
        }
    }
}
