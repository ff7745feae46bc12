//! A server that is no HTTP server: it sends the same bytes on every connection.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// A server on a free loopback port, for clients that begin with a TLS handshake.
pub struct RawServer {
    address: SocketAddr,
    accepted: Arc<Mutex<Vec<Instant>>>,
    task: JoinHandle<()>,
}

impl RawServer {
    /// Starts a server that reads something from each connection, sends the bytes, and closes its side.
    pub async fn start(bytes: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepted = Arc::<Mutex<Vec<_>>>::default();
        let recorded = Arc::clone(&accepted);
        let task = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                recorded.lock().unwrap().push(Instant::now());
                // A client that closes the connection early fails it, which no test looks at.
                tokio::spawn(respond(connection, bytes));
            }
        });
        Self { address, accepted, task }
    }

    /// The server's URL with https, which it does not speak.
    pub fn https_url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// When the connections were accepted.
    pub fn accepted(&self) -> Vec<Instant> {
        self.accepted.lock().unwrap().clone()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn respond(mut connection: TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    connection.read_u8().await?;
    connection.write_all(bytes).await?;
    connection.shutdown().await?;
    // Unread bytes would reset the connection, and the client might not see the bytes.
    tokio::io::copy(&mut connection, &mut tokio::io::sink()).await.map(|_| ())
}
