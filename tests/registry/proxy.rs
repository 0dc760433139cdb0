//! Between us and a registry: counts bytes, and cuts the connection once.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// Which bytes are counted.
#[derive(Clone, Copy, PartialEq)]
pub enum Direction {
    ToRegistry,
    FromRegistry,
}

/// A proxy; its threads end with the connections.
pub struct Proxy {
    pub address: SocketAddr,
    counter: Arc<Counter>,
}

struct Counter {
    direction: Direction,
    passed: AtomicU64,
    /// After how many bytes to cut.
    cut: AtomicU64,
}

impl Proxy {
    /// Passes everything on to this address; cuts after so many bytes in this direction.
    pub fn start(registry: SocketAddr, direction: Direction, cut: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let counter = Arc::new(Counter { direction, passed: AtomicU64::new(0), cut: AtomicU64::new(cut) });
        let shared = Arc::clone(&counter);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(registry).unwrap());
                let ends = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let (there, back) = (Arc::clone(&shared), Arc::clone(&shared));
                std::thread::spawn(move || there.pass(ends.0, ends.1, Direction::ToRegistry));
                std::thread::spawn(move || back.pass(server, client, Direction::FromRegistry));
            }
        });
        Self { address, counter }
    }

    /// How many bytes have passed in the direction that counts.
    pub fn passed(&self) -> u64 {
        self.counter.passed.load(SeqCst)
    }
}

impl Counter {
    fn pass(&self, mut from: TcpStream, mut to: TcpStream, direction: Direction) {
        let mut buffer = [0; 1 << 14];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            if to.write_all(&buffer[..read]).is_err() {
                break;
            }
            let passed = self.passed.load(SeqCst);
            if direction == self.direction {
                self.passed.fetch_add(read as u64, SeqCst);
                if passed + read as u64 >= self.cut.load(SeqCst) {
                    self.cut.store(u64::MAX, SeqCst);
                    break;
                }
            }
        }
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    }
}
