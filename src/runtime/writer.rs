//! A thread that writes frames, so that a slow or stopped terminal holds up nothing but its own picture: on a serial
//! line a frame takes a second, and keys and signals must not wait for it.

use std::{
    fs::File,
    io::{self, Write},
    os::fd::AsFd,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tokio::sync::mpsc::{UnboundedReceiver, error::TryRecvError, unbounded_channel};

/// Writes one frame at a time.
#[derive(Debug)]
pub(super) struct Writer {
    frames: mpsc::Sender<Vec<u8>>,
    written: UnboundedReceiver<io::Result<Vec<u8>>>,
    /// A buffer for the next frame, while none is being written.
    spare: Option<Vec<u8>>,
}

impl Writer {
    /// Over this terminal.
    pub(super) fn spawn(output: File) -> io::Result<Self> {
        let (frames, inbox) = mpsc::channel::<Vec<u8>>();
        let (done, written) = unbounded_channel();
        thread::Builder::new().name("output".into()).spawn(move || {
            for mut frame in inbox {
                let result = write_all(&output, &frame);
                frame.clear();
                if done.send(result.map(|()| frame)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { frames, written, spare: Some(Vec::new()) })
    }

    /// Whether a frame can be written now.
    pub(super) fn is_idle(&self) -> bool {
        self.spare.is_some()
    }

    /// Begins to write what is in `frame` and leaves an empty buffer there. Must be idle.
    pub(super) fn write(&mut self, frame: &mut Vec<u8>) -> io::Result<()> {
        let bytes = std::mem::replace(frame, self.spare.take().unwrap_or_default());
        self.frames.send(bytes).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    /// Waits until a frame is written; for ever where there is none.
    pub(super) async fn written(&mut self) -> io::Result<()> {
        let result = self.written.recv().await;
        self.take_back(result.unwrap_or(Err(io::ErrorKind::BrokenPipe.into())))
    }

    /// Waits until the last frame is written, so that something else may be, but no longer than this.
    pub(super) fn settle(&mut self, patience: Duration) {
        let start = Instant::now();
        while !self.is_idle() && start.elapsed() < patience {
            match self.written.try_recv() {
                // What went wrong went wrong for good: the terminal has gone.
                Ok(result) => drop(self.take_back(result)),
                Err(TryRecvError::Empty) => thread::sleep(Duration::from_millis(1)),
                Err(TryRecvError::Disconnected) => return,
            }
        }
    }

    fn take_back(&mut self, result: io::Result<Vec<u8>>) -> io::Result<()> {
        let (spare, result) = result.map_or_else(|e| (Vec::new(), Err(e)), |frame| (frame, Ok(())));
        self.spare = Some(spare);
        result
    }
}

/// In one call where the terminal takes it. Also to one that somebody made non-blocking: the flag is shared by all
/// who have it open.
fn write_all(mut output: &File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match output.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                poll(&mut [PollFd::new(output.as_fd(), PollFlags::POLLOUT)], PollTimeout::NONE)?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
