//! Packets of IP and TCP in blocks of pcapng.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use etherparse::{PacketBuilder, TcpHeader};
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::{DataLink, Endianness};

/// The hops that a packet may take.
const TIME_TO_LIVE: u8 = 64;

/// Composes blocks in memory.
pub(super) struct Packets(Option<PcapNgWriter<Vec<u8>>>);

/// A packet.
pub(super) struct Packet<'p> {
    /// The time since 1970.
    pub(super) at: Duration,
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) tcp: TcpHeader,
    pub(super) payload: &'p [u8],
}

impl Packets {
    /// Begins a file.
    pub(super) fn new() -> Self {
        let application = concat!("limpid ", env!("CARGO_PKG_VERSION"));
        let section = SectionHeaderBlock {
            endianness: Endianness::Little,
            options: vec![SectionHeaderOption::UserApplication(application.into())],
            ..SectionHeaderBlock::default()
        };
        let mut writer = PcapNgWriter::with_section_header(Vec::new(), section).ok();
        if let Some(writer) = &mut writer {
            let description = "Plaintext of HTTP, in packets that limpid has composed";
            // Writing to memory does not fail, here and below.
            let _ = writer.write_pcapng_block(InterfaceDescriptionBlock {
                linktype: DataLink::RAW,
                snaplen: 0,
                options: vec![
                    InterfaceDescriptionOption::IfName("limpid".into()),
                    InterfaceDescriptionOption::IfDescription(description.into()),
                    // Nanoseconds.
                    InterfaceDescriptionOption::IfTsResol(9),
                ],
            });
        }
        Self(writer)
    }

    pub(super) fn push(&mut self, packet: Packet<'_>) {
        let Packet { at, from, to, tcp, payload } = packet;
        let ip = match (from.ip(), to.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                PacketBuilder::ipv4(from.octets(), to.octets(), TIME_TO_LIVE)
            }
            (from, to) => PacketBuilder::ipv6(octets(from), octets(to), TIME_TO_LIVE),
        };
        let builder = ip.tcp_header(tcp);
        let mut data = Vec::with_capacity(builder.size(payload.len()));
        let Some(writer) = &mut self.0 else { return };
        // Packets are smaller than their largest size.
        if builder.write_to_vec(&mut data, payload).is_ok() {
            let original_len = u32::try_from(data.len()).unwrap_or(u32::MAX);
            let _ = writer.write_pcapng_block(EnhancedPacketBlock {
                interface_id: 0,
                timestamp: at,
                original_len,
                data: data.into(),
                options: Vec::new(),
            });
        }
    }

    /// Returns the blocks since the last call.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.0.as_mut().map(|writer| std::mem::take(writer.get_mut())).unwrap_or_default()
    }
}

fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}
