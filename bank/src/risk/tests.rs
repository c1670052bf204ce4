//! Rules at their very edges; names that are one and names that are not.

use super::*;

const NOON: TimestampMs = TimestampMs(20_000 * 86_400_000 + 43_200_000);
const HOUR: u64 = 3_600_000;

const fn sent(ago_ms: u64, rupees: u64) -> Movement {
    Movement { at: TimestampMs(NOON.0 - ago_ms), amount: Paise(rupees * 100), side: Side::Sender }
}

fn reasons(rules: &RiskRules, before: &[Movement], rupees: u64) -> Vec<RiskReason> {
    rules.assess(before, sent(0, rupees)).reasons
}

#[test]
fn nothing_is_on_by_default() {
    let (rules, busy) = (RiskRules::default(), vec![sent(1, 1_000_000); 900]);
    assert!(!rules.watch_transfers());
    assert_eq!(rules.assess(&busy, sent(0, 1_000_000)), Assessment::default());
    assert_eq!(rules.course(0), Course::Pass);
}

#[test]
fn a_high_value_begins_at_its_limit() {
    let rules = RiskRules { high_value: Some(Paise(1_000_000)), ..RiskRules::default() };
    assert_eq!(reasons(&rules, &[], 9_999), []);
    assert_eq!(reasons(&rules, &[], 10_000), [RiskReason::HighValue]);
}

#[test]
fn velocity_counts_one_side_within_each_window() {
    let by_count = Velocity { count_max: Some(2), total_max: None };
    let by_total = Velocity { count_max: None, total_max: Some(Paise(100_000)) };
    let rules = RiskRules { velocity: [by_count, by_total, by_count], ..RiskRules::default() };
    let received = |ago| Movement { side: Side::Receiver, ..sent(ago, 900) };
    use RiskReason::{VelocityDay, VelocityHour, VelocityWeek};
    let table: [(Vec<Movement>, u64, &[RiskReason]); 7] = [
        (vec![sent(1, 1)], 1, &[]),
        (vec![sent(1, 1), sent(2, 1)], 1, &[VelocityHour, VelocityWeek]),
        (vec![sent(1, 1), sent(HOUR - 1, 1)], 1, &[VelocityHour, VelocityWeek]),
        (vec![sent(1, 1), sent(HOUR, 1)], 1, &[VelocityWeek]),
        (vec![sent(HOUR, 500)], 500, &[]),
        (vec![sent(HOUR, 500)], 501, &[VelocityDay]),
        (vec![received(1), received(2), received(3)], 100, &[]),
    ];
    for (before, rupees, expected) in table {
        assert_eq!(reasons(&rules, &before, rupees), expected, "{before:?} then {rupees}");
    }
}

#[test]
fn structuring_is_several_amounts_just_below_in_a_day() {
    let rule = Structuring { threshold: Paise(5_000_000), margin: Bps(1_000), count: 3 };
    let rules = RiskRules { structuring: Some(rule), ..RiskRules::default() };
    let near = [sent(1, 49_000), sent(20 * HOUR, 45_000)];
    assert_eq!(reasons(&rules, &near, 49_999), [RiskReason::Structuring]);
    for (before, rupees) in [
        (&near[..], 50_000),
        (&near[..], 44_999),
        (&near[..1], 49_999),
        (&[near[0], sent(24 * HOUR, 45_000)][..], 49_999),
    ] {
        assert_eq!(reasons(&rules, before, rupees), [], "{before:?} then {rupees}");
    }
}

#[test]
fn a_score_is_the_sum_of_its_reasons_and_decides() {
    let rules = RiskRules {
        high_value: Some(Paise(100)),
        velocity: [Velocity { count_max: Some(0), total_max: None }; 3],
        flag_from: 50,
        reject_from: Some(120),
        ..RiskRules::default()
    };
    let all = rules.assess(&[], sent(0, 1));
    assert_eq!((all.score, all.reasons.len()), (120, 4));
    for (score, course) in
        [(49, Course::Pass), (50, Course::Flag), (119, Course::Flag), (120, Course::Reject)]
    {
        assert_eq!(rules.course(score), course, "{score}");
    }
    assert_eq!(RiskRules { flag_from: 0, ..RiskRules::default() }.course(1), Course::Flag);
}

#[test]
fn memory_is_a_week_and_bounded() {
    let mut recent = vec![sent(Window::Week.ms(), 1), sent(Window::Week.ms() - 1, 2)];
    remember(&mut recent, sent(0, 3));
    assert_eq!(recent, [sent(Window::Week.ms() - 1, 2), sent(0, 3)]);
    for n in 0..MOVEMENTS_MAX as u64 {
        remember(&mut recent, sent(0, n));
    }
    assert_eq!((recent.len(), recent[0]), (MOVEMENTS_MAX, sent(0, 0)), "the oldest went");
}

#[test]
fn names_are_found_however_they_are_written() {
    let listed = ["HADZHI, Ali Osman", "BANCO NACIONAL DE CUBA", "José Núñez", "Ali"];
    let (list, left_out) = Watchlist::new(listed);
    assert_eq!((list.len(), left_out), (3, 1), "three letters are no name");
    for (name, place) in [
        ("Ali Osman Hadzhi", Some(0)),
        ("ali osman HADZHI", Some(0)),
        ("Али Осман Хаджи", Some(0)),
        ("Mohammed Ali Osman Hadzhi", Some(0)),
        ("Ali Osman Hadzih", Some(0)),
        ("Jose Nunez", Some(2)),
        ("Nunez Jose Maria", Some(2)),
        ("Ali", None),
        ("Ali Osman", None),
        ("Asha Rao", None),
        ("Josefa Nanez", None),
    ] {
        assert_eq!(list.nearest(name, 920).map(|found| found.place), place, "{name}");
    }
}

/// The list that a bank would load, against people who are not on it.
#[test]
fn a_real_list_finds_its_own_and_few_others() {
    let Some(folder) = std::env::var_os("IDX_DATA_DIR") else {
        return println!("IDX_DATA_DIR is not set: the list of 2019 is not tried");
    };
    let path = std::path::Path::new(&folder).join("sanctions/ofac_2019/sdn.csv");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().filter_map(Result::ok).collect();
    let people = rows.iter().filter(|row| row.get(2).is_some_and(|kind| kind.contains("individual")));
    let names: Vec<&str> = people.filter_map(|row| row.get(1)).collect();
    assert!(names.len() > 3_000, "{}", names.len());
    let (list, _) = Watchlist::new(names.iter().copied());
    for name in names.iter().step_by(97).filter(|name| name.len() > 8) {
        let (last, first) = name.split_once(", ").unwrap_or((name, ""));
        assert!(list.nearest(&format!("{first} {last}"), 920).is_some(), "{name}");
    }
    let innocent = ["Asha Lakshmi Rao", "Bilal Ahmed Siddiqui", "Charu Venkataraman", "Deepak Kumar Sharma"];
    assert!(innocent.iter().all(|name| list.nearest(name, 920).is_none()));
}
