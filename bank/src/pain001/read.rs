//! The walk over a file's elements: what is known is gathered, what is not is passed by.

use super::file::{Broken, CreditTransfer, FILE_BYTES_MAX, Fault, Initiation, TRANSFERS_MAX};
use super::promise::{Promise, put};
use quick_xml::NsReader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use std::collections::BTreeSet;

/// The versions that are read: their elements that matter here are the same.
pub const NAMESPACES: [&str; 4] = [
    "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03",
    "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09",
    "urn:iso:std:iso:20022:tech:xsd:pain.001.001.10",
    "http://www.six-interbank-clearing.com/de/pain.001.001.03.ch.02.xsd",
];

/// Elements in each other; the schema needs about fifteen.
const DEPTH_MAX: usize = 32;
/// Characters of a text; the longest that is used has 2,048 by the schema.
const TEXT_CHARS_MAX: usize = 2_048;
/// Characters of an id, by the schema.
const ID_CHARS_MAX: usize = 35;

impl Initiation {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Broken`] says what is wrong with the file as a whole, and where.
    pub fn read(bytes: &[u8]) -> Result<Self, Broken> {
        let broken = |fault| Broken { line: 1, fault };
        if bytes.len() > FILE_BYTES_MAX {
            return Err(broken(Fault::TooLong));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| broken(Fault::NotUtf8))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut walk = Walk { text, ..Walk::default() };
        match walk.whole() {
            Ok(()) => Ok(Self { message_id: walk.message_id.unwrap_or_default(), transfers: walk.transfers }),
            Err(fault) => Err(Broken { line: walk.line, fault }),
        }
    }
}

/// Where the walk is and what it has gathered.
#[derive(Default)]
struct Walk<'t> {
    text: &'t str,
    /// Bytes and lines behind it.
    counted: usize,
    line: usize,
    path: Vec<String>,
    /// The text of the element it is in, if that has no elements.
    leaf: String,
    message_id: Option<String>,
    group: Promise,
    has_header: bool,
    payment: Option<(CreditTransfer, Promise, Option<String>)>,
    transfer: Option<(CreditTransfer, Option<String>)>,
    transfers: Vec<CreditTransfer>,
    seen: BTreeSet<String>,
}

impl Walk<'_> {
    fn whole(&mut self) -> Result<(), Fault> {
        let mut reader = NsReader::from_str(self.text);
        reader.config_mut().expand_empty_elements = true;
        let mut is_over = false;
        loop {
            let position = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            self.count_lines(position);
            let (space, event) = reader.read_resolved_event().map_err(|_| Fault::NotXml)?;
            match event {
                Event::Start(start) if !is_over => self.start(&space, &start)?,
                Event::End(_) => is_over = self.end()?,
                Event::Text(text) => self.put_text(&text.xml10_content())?,
                Event::CData(text) => self.put_text(&text.xml10_content())?,
                Event::GeneralRef(name) => self.put_reference(&name)?,
                Event::DocType(_) => return Err(Fault::Entities),
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Eof if is_over => return Ok(()),
                _ => return Err(Fault::NotXml),
            }
        }
    }

    fn count_lines(&mut self, position: usize) {
        let passed = self.text.as_bytes().get(self.counted..position).unwrap_or_default();
        self.line = self.line.max(1) + passed.iter().filter(|byte| **byte == b'\n').count();
        self.counted = position;
    }

    fn put_text(&mut self, text: &str) -> Result<(), Fault> {
        if self.path.is_empty() {
            return if text.trim().is_empty() { Ok(()) } else { Err(Fault::NotXml) };
        }
        // Longer ones are of elements that nobody reads here, or are refused when they end.
        if self.leaf.chars().count() <= TEXT_CHARS_MAX {
            self.leaf.extend(text.chars().take(TEXT_CHARS_MAX + 1));
        }
        Ok(())
    }

    /// Characters by number and the five names that XML has by itself; no others exist without a DTD.
    fn put_reference(&mut self, name: &BytesRef<'_>) -> Result<(), Fault> {
        let by_number = name.resolve_char_ref().map_err(|_| Fault::NotXml)?;
        let c = match (by_number, &*name.xml10_content()) {
            (Some(c), _) => c,
            (None, "amp") => '&',
            (None, "lt") => '<',
            (None, "gt") => '>',
            (None, "quot") => '"',
            (None, "apos") => '\'',
            (None, _) => return Err(Fault::Entities),
        };
        self.put_text(c.encode_utf8(&mut [0; 4]))
    }

    fn start(&mut self, space: &ResolveResult<'_>, start: &BytesStart<'_>) -> Result<(), Fault> {
        let is_known = |known: &str| *space == ResolveResult::Bound(Namespace(known));
        // What lies in supplementary data may be of any namespace, and nobody reads it.
        let is_foreign_ground = self.path.iter().any(|name| name == "SplmtryData");
        if !is_foreign_ground && !NAMESPACES.into_iter().any(is_known) {
            return Err(Fault::Namespace);
        }
        if self.path.len() >= DEPTH_MAX {
            return Err(Fault::TooDeep);
        }
        let name = start.local_name().as_ref().to_owned();
        let expected = ["Document", "CstmrCdtTrfInitn"].get(self.path.len());
        if expected.is_some_and(|expected| *expected != name) {
            return Err(Fault::Namespace);
        }
        self.path.push(name);
        self.leaf.clear();
        match self.place().as_str() {
            "PmtInf" => self.payment = Some(Default::default()),
            "PmtInf/CdtTrfTxInf" => self.begin_transfer()?,
            "PmtInf/CdtTrfTxInf/Amt/InstdAmt" => self.note_currency(start)?,
            _ => {}
        }
        Ok(())
    }

    /// The path below the message.
    fn place(&self) -> String {
        self.path.get(2..).unwrap_or_default().join("/")
    }

    fn begin_transfer(&mut self) -> Result<(), Fault> {
        if self.transfers.len() >= TRANSFERS_MAX {
            return Err(Fault::TooMany);
        }
        let of_payment = self.payment.as_ref().map(|(payment, ..)| payment.clone()).unwrap_or_default();
        let (line, number) = (self.line, self.transfers.len() + 1);
        self.transfer = Some((CreditTransfer { line, number, ..of_payment }, None));
        Ok(())
    }

    fn note_currency(&mut self, start: &BytesStart<'_>) -> Result<(), Fault> {
        let found = start.try_get_attribute("Ccy").map_err(|_| Fault::NotXml)?;
        let Some((transfer, _)) = &mut self.transfer else { return Ok(()) };
        transfer.currency = found.map(|attribute| attribute.value.chars().take(4).collect());
        if transfer.currency.is_some() { Ok(()) } else { Err(Fault::Missing("InstdAmt/@Ccy")) }
    }

    /// An element ends; tells whether it was the last.
    fn end(&mut self) -> Result<bool, Fault> {
        let (place, text) = (self.place(), std::mem::take(&mut self.leaf));
        let text = text.trim();
        match place.split_once('/') {
            Some(("GrpHdr", leaf)) => self.end_header(leaf, text)?,
            Some(("PmtInf", rest)) => match rest.split_once('/') {
                Some(("CdtTrfTxInf", leaf)) => self.end_in_transfer(leaf, text)?,
                None if rest == "CdtTrfTxInf" => self.end_transfer()?,
                _ => self.end_in_payment(rest, text)?,
            },
            _ if place == "GrpHdr" => self.has_header = true,
            _ if place == "PmtInf" => self.end_payment()?,
            _ => {}
        }
        self.path.pop();
        if self.path.is_empty() {
            self.end_file()?;
        }
        Ok(self.path.is_empty())
    }

    fn end_header(&mut self, leaf: &str, text: &str) -> Result<(), Fault> {
        match leaf {
            "MsgId" => put(&mut self.message_id, text, "MsgId", ID_CHARS_MAX),
            "NbOfTxs" => put(&mut self.group.count, text, "GrpHdr/NbOfTxs", ID_CHARS_MAX),
            "CtrlSum" => put(&mut self.group.sum, text, "GrpHdr/CtrlSum", ID_CHARS_MAX),
            _ => Ok(()),
        }
    }

    fn end_in_payment(&mut self, leaf: &str, text: &str) -> Result<(), Fault> {
        let Some((payment, promise, id)) = &mut self.payment else { return Ok(()) };
        match leaf {
            "PmtInfId" => {
                put(id, text, "PmtInfId", ID_CHARS_MAX)?;
                payment.payment_id = text.to_owned();
            }
            "PmtMtd" => payment.method = text.chars().take(ID_CHARS_MAX).collect(),
            "NbOfTxs" => put(&mut promise.count, text, "PmtInf/NbOfTxs", ID_CHARS_MAX)?,
            "CtrlSum" => put(&mut promise.sum, text, "PmtInf/CtrlSum", ID_CHARS_MAX)?,
            "ReqdExctnDt" | "ReqdExctnDt/Dt" | "ReqdExctnDt/DtTm" if !text.is_empty() => {
                put(&mut payment.execution, text, "ReqdExctnDt", ID_CHARS_MAX)?;
            }
            "DbtrAcct/Id/Othr/Id" => put(&mut payment.debtor_account, text, "DbtrAcct/Id", ID_CHARS_MAX)?,
            _ => {}
        }
        Ok(())
    }

    fn end_in_transfer(&mut self, leaf: &str, text: &str) -> Result<(), Fault> {
        let Some((transfer, id)) = &mut self.transfer else { return Ok(()) };
        let [proxy, other, name] = &mut transfer.creditor_account;
        match leaf {
            "PmtId/EndToEndId" => put(id, text, "EndToEndId", ID_CHARS_MAX),
            "Amt/InstdAmt" => put(&mut transfer.amount, text, "InstdAmt", ID_CHARS_MAX),
            // Only counted: no equivalent of another currency is paid here.
            "Amt/EqvtAmt/Amt" => put(&mut transfer.amount, text, "EqvtAmt", ID_CHARS_MAX),
            "Cdtr/Nm" => put(&mut transfer.creditor, text, "Cdtr/Nm", 140),
            "CdtrAcct/Prxy/Id" => put(proxy, text, "CdtrAcct/Prxy/Id", TEXT_CHARS_MAX),
            "CdtrAcct/Id/Othr/Id" => put(other, text, "CdtrAcct/Id", TEXT_CHARS_MAX),
            "CdtrAcct/Nm" => put(name, text, "CdtrAcct/Nm", 70),
            _ => Ok(()),
        }
    }

    fn end_transfer(&mut self) -> Result<(), Fault> {
        let Some((mut transfer, id)) = self.transfer.take() else { return Ok(()) };
        transfer.end_to_end_id = id.ok_or(Fault::Missing("EndToEndId"))?;
        if transfer.amount.is_none() {
            return Err(Fault::Missing("Amt/InstdAmt"));
        }
        let amount = transfer.value().ok_or(Fault::Number("InstdAmt"))?;
        self.group.add(amount)?;
        if let Some((_, promise, _)) = &mut self.payment {
            promise.add(amount)?;
        }
        transfer.is_repeated = !self.seen.insert(transfer.end_to_end_id.clone());
        self.transfers.push(transfer);
        Ok(())
    }

    fn end_payment(&mut self) -> Result<(), Fault> {
        let Some((payment, promise, id)) = self.payment.take() else { return Ok(()) };
        if id.is_none() {
            return Err(Fault::Missing("PmtInfId"));
        }
        if payment.method.is_empty() {
            return Err(Fault::Missing("PmtMtd"));
        }
        if promise.found == 0 {
            return Err(Fault::Missing("CdtTrfTxInf"));
        }
        promise.check("PmtInf/NbOfTxs", "PmtInf/CtrlSum")
    }

    fn end_file(&self) -> Result<(), Fault> {
        if !self.has_header {
            return Err(Fault::Missing("GrpHdr"));
        }
        if self.message_id.is_none() {
            return Err(Fault::Missing("GrpHdr/MsgId"));
        }
        if self.group.count.is_none() {
            return Err(Fault::Missing("GrpHdr/NbOfTxs"));
        }
        if self.transfers.is_empty() {
            return Err(Fault::Missing("PmtInf"));
        }
        self.group.check("GrpHdr/NbOfTxs", "GrpHdr/CtrlSum")
    }
}
