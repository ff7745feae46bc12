//! A server that is faster than its clients: it writes the same response to every request.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// A server with a thread for each connection. It ends with the process.
pub(crate) struct Origin(SocketAddr);

impl Origin {
    /// Starts a server. Its responses have the body, and some headers besides the body's, each with its line break.
    pub(crate) fn start(headers: &str, body: &str) -> Self {
        Self::start_slow(headers, body, Duration::ZERO)
    }

    /// The same, with a delay of each response.
    pub(crate) fn start_slow(headers: &str, body: &str, delay: Duration) -> Self {
        let length = body.len();
        let response = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        );
        let (listener, response) = (TcpListener::bind("127.0.0.1:0").unwrap(), Arc::new(response.into_bytes()));
        let origin = Self(listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let response = Arc::clone(&response);
                std::thread::spawn(move || serve(connection.unwrap(), &response, delay));
            }
        });
        origin
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.0)
    }
}

/// Responds to every request of a connection until the client closes it. No request has a body.
fn serve(mut connection: TcpStream, response: &[u8], delay: Duration) {
    connection.set_nodelay(true).unwrap();
    let (mut buffer, mut length) = ([0; 4096], 0);
    loop {
        match connection.read(&mut buffer[length..]) {
            Ok(0) | Err(_) => return,
            Ok(read) => length += read,
        }
        if buffer[..length].ends_with(b"\r\n\r\n") {
            length = 0;
            if !delay.is_zero() {
                std::thread::sleep(delay);
            }
            if connection.write_all(response).is_err() {
                return;
            }
        }
    }
}
