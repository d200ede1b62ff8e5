//! The end of the audit file, read back.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use super::{Record, file::numbered};

/// How much of each file is read from its end.
const REACH: u64 = 1 << 20;

/// The last records about a host, oldest first; of the file before too, where the file has too few. What is no record
/// is passed over. A file that is not there has none.
///
/// # Errors
/// Why it cannot be read.
pub fn tail(path: &Path, host: &str, count: usize) -> io::Result<Vec<Record>> {
    let mut found = about(path, host)?;
    if found.len() < count {
        // The older file only adds to it: where it cannot be read, what there is will do.
        let mut older = about(&numbered(path, 1), host).unwrap_or_default();
        older.append(&mut found);
        found = older;
    }
    Ok(found.split_off(found.len().saturating_sub(count)))
}

fn about(path: &Path, host: &str) -> io::Result<Vec<Record>> {
    let text = match end(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        text => text?,
    };
    let lines = text.split(|byte| *byte == b'\n');
    let records = lines.filter_map(|line| serde_json::from_slice::<Record>(line).ok());
    Ok(records.filter(|record| record.host == host).collect())
}

fn end(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(Vec::new());
    }
    file.seek(SeekFrom::Start(metadata.len().saturating_sub(REACH)))?;
    let mut text = Vec::new();
    file.take(REACH).read_to_end(&mut text)?;
    Ok(text)
}
