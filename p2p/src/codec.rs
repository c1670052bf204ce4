//! Requests and answers as raw bytes: a length, then so many bytes, and a cap on the length.

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use idx_types::wire::{REQUEST_BYTES_MAX, RESPONSE_BYTES_MAX};
use libp2p::StreamProtocol;
use libp2p::request_response::Codec;
use std::io;

/// Bytes set aside before any have come; a peer that only claims a length costs us no more.
const ALLOCATED_FIRST_BYTES: usize = 64 << 10;

/// A request as it came. One that breaks the protocol is handed on as such, because libp2p keeps
/// errors in reading a request to itself, and its sender could go on for ever.
#[derive(Debug)]
pub(crate) enum Question {
    /// All bytes of a request within the cap.
    Sound(Vec<u8>),
    /// Too long or cut short; says what is wrong.
    Malformed(String),
}

/// Length as u32 little-endian, then the bytes. Knows the caps, nothing of the content.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct RawCodec;

async fn read<T>(io: &mut T, max: usize) -> io::Result<Vec<u8>>
where
    T: AsyncRead + Unpin + Send,
{
    let mut prefix = [0; 4];
    io.read_exact(&mut prefix).await?;
    let len = u32::from_le_bytes(prefix);
    if len as usize > max {
        return Err(broken(format!("{len} bytes announced, at most {max} are allowed")));
    }
    let mut bytes = Vec::with_capacity((len as usize).min(ALLOCATED_FIRST_BYTES));
    io.take(u64::from(len)).read_to_end(&mut bytes).await?;
    if bytes.len() != len as usize {
        return Err(broken(format!("{len} bytes announced, {} came", bytes.len())));
    }
    Ok(bytes)
}

async fn write<T>(io: &mut T, bytes: &[u8], max: usize) -> io::Result<()>
where
    T: AsyncWrite + Unpin + Send,
{
    let len = u32::try_from(bytes.len()).ok().filter(|len| *len as usize <= max);
    let len = len.ok_or_else(|| broken(format!("{} bytes, at most {max} are allowed", bytes.len())))?;
    io.write_all(&len.to_le_bytes()).await?;
    io.write_all(bytes).await
}

/// The one kind of error that is the peer's fault.
fn broken(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Whether the peer broke the protocol, rather than the connection the exchange.
pub(crate) fn blames_peer(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidData
}

impl Codec for RawCodec {
    type Protocol = StreamProtocol;
    type Request = Question;
    type Response = Vec<u8>;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Question>
    where
        T: AsyncRead + Unpin + Send,
    {
        match read(io, REQUEST_BYTES_MAX).await {
            Err(error) if blames_peer(&error) => Ok(Question::Malformed(error.to_string())),
            read => read.map(Question::Sound),
        }
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        read(io, RESPONSE_BYTES_MAX).await
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, request: Question) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        match request {
            Question::Sound(bytes) => write(io, &bytes, REQUEST_BYTES_MAX).await,
            Question::Malformed(what) => Err(broken(what)),
        }
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, response: Vec<u8>) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        write(io, &response, RESPONSE_BYTES_MAX).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use futures::io::Cursor;

    fn read_back(bytes: &[u8], max: usize) -> io::Result<Vec<u8>> {
        block_on(read(&mut Cursor::new(bytes), max))
    }

    #[test]
    fn round_trip_up_to_the_cap() {
        for len in [0, 1, 999, 1000] {
            let mut wire = Cursor::new(Vec::new());
            block_on(write(&mut wire, &vec![7; len], 1000)).unwrap();
            assert_eq!(read_back(wire.get_ref(), 1000).unwrap(), vec![7; len]);
        }
        let mut wire = Cursor::new(Vec::new());
        assert!(block_on(write(&mut wire, &[7; 1001], 1000)).is_err());
        assert!(wire.get_ref().is_empty(), "nothing of a refused message is sent");
    }

    #[test]
    fn lies_about_length_are_the_peers_fault() {
        let too_long = [&1001u32.to_le_bytes()[..], &[0; 1001]].concat();
        let cut_short = [&10u32.to_le_bytes()[..], &[0; 9]].concat();
        let greatest = u32::MAX.to_le_bytes().to_vec();
        for (bytes, said) in
            [(too_long, "at most 1000"), (cut_short, "9 came"), (greatest, "4294967295 bytes announced")]
        {
            let error = read_back(&bytes, 1000).unwrap_err();
            assert!(blames_peer(&error) && error.to_string().contains(said), "{error}");
        }
        assert!(!blames_peer(&read_back(&[1, 0], 1000).unwrap_err()), "a lost connection is nobody's fault");
    }
}
