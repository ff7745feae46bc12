//! The terminal, if there is one: its width, colours, prompts, progress, and Ctrl-C.

use std::io::{self, BufRead, IsTerminal, Write as _};
use std::pin::Pin;
use std::sync::OnceLock;

use futures_util::FutureExt as _;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::sync::watch;

use crate::text;

/// The progress bars of this process. Messages are printed between their lines.
static BARS: OnceLock<MultiProgress> = OnceLock::new();

/// Prints lines to standard error: all that is no data. If that fails, the exit status alone reports the outcome. A message may
/// have parts of arguments and paths, so control characters are spaces.
pub(crate) fn print_message(lines: &str) {
    let lines = text::printable_lines(lines);
    let print = || {
        let _ = writeln!(io::stderr(), "{lines}");
    };
    match BARS.get() {
        Some(bars) => bars.suspend(print),
        None => print(),
    }
}

/// The width of the terminal that standard output is, in columns. `None` if it is none.
pub(crate) fn width() -> Option<u16> {
    if !io::stdout().is_terminal() {
        return None;
    }
    // A terminal need not know its size: it then reports 0 rows and columns.
    let width = terminal_size::terminal_size().map(|(width, _)| width.0);
    width.or_else(|| columns(std::env::var("COLUMNS").ok().as_deref())).or(Some(USUAL_WIDTH))
}

/// How wide a terminal is that does not report it.
const USUAL_WIDTH: u16 = 80;

/// The value of `COLUMNS`, if it is a width.
fn columns(value: Option<&str>) -> Option<u16> {
    value?.trim().parse().ok().filter(|width| *width > 0)
}

/// Whether standard output shows colours: it is a terminal, and `NO_COLOR` is not set (<https://no-color.org>).
pub(crate) fn has_colours() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !is_set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Whether a person can be asked: standard input and standard error are terminals.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks a question that only `y` or `yes` confirms. Anything else declines, an end of the input too.
pub(crate) fn confirm(question: &str) -> io::Result<bool> {
    write!(io::stderr(), "{question} [y/N] ")?;
    // Bytes, since a terminal need not send UTF-8.
    let mut line = Vec::new();
    if io::stdin().lock().read_until(b'\n', &mut line)? == 0 {
        writeln!(io::stderr())?;
    }
    Ok(matches!(line.trim_ascii().to_ascii_lowercase().as_slice(), b"y" | b"yes"))
}

/// A progress bar on standard error. It is not shown if that is no terminal, nor if nothing is to be done, and
/// disappears when it is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn new(title: &str, total: usize) -> Self {
        if total == 0 {
            return Self(ProgressBar::hidden());
        }
        let bars = BARS.get_or_init(MultiProgress::new);
        let bar = bars.add(ProgressBar::new(u64::try_from(total).unwrap_or(u64::MAX)));
        // A template of this program cannot be malformed; if it were, the bar would look different.
        if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(title.to_owned());
        Self(bar)
    }

    /// Counts one more.
    pub(crate) fn advance(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A future that ends at the next Ctrl-C.
pub(crate) type CtrlC = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

/// Begins to listen to Ctrl-C now, and not when the future is first polled. It fails if the signal cannot be received.
pub(crate) fn ctrl_c() -> CtrlC {
    let mut pressed: CtrlC = Box::pin(tokio::signal::ctrl_c());
    match pressed.as_mut().now_or_never() {
        Some(result) => Box::pin(std::future::ready(result)),
        None => pressed,
    }
}

/// Ctrl-C. From the moment that somebody listens, it no longer ends the program by itself: what changes something ends between two
/// requests, and says what was done. The second Ctrl-C ends the program, unless somebody listens to it as well.
pub(crate) struct Interrupt(watch::Receiver<u8>);

impl Interrupt {
    /// Does not listen: Ctrl-C ends the program.
    pub(crate) fn none() -> Self {
        Self(watch::channel(0).1)
    }

    /// Begins to listen to the first Ctrl-C. The second one ends the program.
    pub(crate) fn listen() -> Self {
        Self::listen_to(1)
    }

    /// Begins to listen to the first and the second Ctrl-C. The third one ends the program.
    pub(crate) fn listen_to_both() -> Self {
        Self::listen_to(2)
    }

    fn listen_to(heard: u8) -> Self {
        let (sender, receiver) = watch::channel(0);
        let first = ctrl_c();
        tokio::spawn(async move {
            let first = first.await;
            // An error means that the signal cannot be received; then it ends the program, as it does by default.
            if first.is_ok() {
                print_message("interrupted: the current request ends first; press Ctrl-C again to end at once");
                let _ = sender.send(1);
            }
            if tokio::signal::ctrl_c().await.is_ok() {
                print_message("interrupted: a request may have been sent whose response was not read");
                let _ = sender.send(2);
                if heard == 1 || tokio::signal::ctrl_c().await.is_ok() {
                    std::process::exit(i32::from(INTERRUPTED));
                }
            }
        });
        Self(receiver)
    }

    /// Whether Ctrl-C has been pressed, between two requests.
    pub(crate) async fn has_been_pressed(&self) -> bool {
        // The task that listens may have to run first.
        tokio::task::yield_now().await;
        *self.0.borrow() > 0
    }

    /// Ends when Ctrl-C is pressed.
    pub(crate) async fn pressed(&self) {
        self.times(1).await;
    }

    /// Ends when Ctrl-C is pressed for the second time.
    pub(crate) async fn pressed_again(&self) {
        self.times(2).await;
    }

    async fn times(&self, times: u8) {
        if self.0.clone().wait_for(|pressed| *pressed >= times).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// The exit status after Ctrl-C, as shells have it: 128 and the number of the signal.
pub(crate) const INTERRUPTED: u8 = 130;
