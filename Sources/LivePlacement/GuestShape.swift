public import DomainXML
public import HostModel

/// How the memory of a running guest is cut, which is what tells it from the emulator's own.
public struct GuestShape: Hashable, Sendable {
    /// One piece of memory with a backend of its own.
    public struct BackedMemory: Hashable, Sendable {
        /// The guest cell, or nil for all memory of a guest without cells.
        public var cell: GuestCellID?
        /// Its memory.
        public var memory: KiB
        /// The host cells that QEMU was told to bind it to; nil for none or not known.
        public var boundTo: CellSet?
        /// The device that gives the cell more while it runs; nil for none.
        public var plug: PluggedDevice?

        /// All memory of it.
        public var total: KiB { memory + (plug?.plugged ?? .zero) }

        package init(cell: GuestCellID?, memory: KiB, boundTo: CellSet? = nil, plug: PluggedDevice? = nil) {
            self.plug = plug
            self.cell = cell
            self.memory = memory
            self.boundTo = boundTo
        }
    }

    /// A memory device of a guest cell.
    public struct PluggedDevice: Hashable, Sendable {
        /// libvirt's name for it: `virtiomem0`.
        public var alias: String?
        /// The length of what it maps, whatever of it is plugged.
        public var size: KiB
        /// How much is plugged.
        public var plugged: KiB

        package init(alias: String?, size: KiB, plugged: KiB) {
            self.alias = alias
            self.size = size
            self.plugged = plugged
        }
    }

    /// The pieces, ascending by guest cell.
    public var pieces: [BackedMemory]

    /// Takes the pieces.
    package init(_ pieces: [BackedMemory]) { self.pieces = pieces }

    /// Reads the shape from what the running domain runs with.
    public init(_ live: FoundSettings, devices: [GuestCellID: MemoryPlugDevice] = [:]) {
        let whole = live.numaTune?.hostCells
        guard !live.guestCells.isEmpty else {
            self.init([BackedMemory(cell: nil, memory: live.memory, boundTo: whole)])
            return
        }
        self.init(
            live.guestCells.sorted { $0.id < $1.id }.map { cell in
                BackedMemory(
                    cell: cell.id, memory: cell.memory, boundTo: live.numaTune?.memNodes[cell.id]?.hostCells ?? whole,
                    plug: devices[cell.id].map {
                        PluggedDevice(alias: $0.alias, size: $0.plug.size, plugged: $0.plugged ?? .zero)
                    })
            })
    }
}

extension GuestShape {
    /// Finds each piece's areas among all areas of the process, those of its device too; pieces that are not found are left out.
    ///
    /// A file tells by its name: libvirt calls the backends of guest cells `ram-node0`, `ram-node1`. Anonymous memory and
    /// memfd have no such name: an area of exactly the piece's length is it; of several, one that is bound as QEMU was told to
    /// bind the piece, then that with the highest address, since backends are made in order and the kernel hands out addresses
    /// from the top.
    package func areas(in all: [MemoryArea]) -> [GuestCellID?: [MemoryArea]] {
        var found: [GuestCellID?: [MemoryArea]] = [:]
        var unnamed: [MemoryArea] = []
        for area in all where area.mayBeGuestMemory {
            switch BackendName(file: area.file) {
            case .cell(let cell): found[cell, default: []].append(area)
            case .whole: found[GuestCellID?.none, default: []].append(area)
            case .device(let name):
                if let piece = pieces.first(where: { $0.plug?.alias == name }) {
                    found[piece.cell, default: []].append(area)
                }
            case .unnamed: unnamed.append(area)
            case .other: break
            }
        }
        found = found.filter { key, _ in pieces.contains { $0.cell == key } }
        unnamed.sort { $0.start > $1.start }
        take(unnamed: &unnamed, of: pieces.filter { found[$0.cell] == nil }, into: &found, size: \.memory)
        // Where the cell's own memory has no name its device's has none either.
        let growing = pieces.filter { found[$0.cell]?.allSatisfy { BackendName(file: $0.file).isUnnamed } ?? false }
        take(unnamed: &unnamed, of: growing, into: &found, size: \.plug?.size)
        return found
    }

    private func take(
        unnamed: inout [MemoryArea], of pieces: [BackedMemory], into found: inout [GuestCellID?: [MemoryArea]],
        size: (BackedMemory) -> KiB?
    ) {
        var open = pieces
        for isBoundAsTold in [true, false] {
            open.removeAll { piece in
                let index = unnamed.firstIndex { area in
                    area.size == size(piece) && (!isBoundAsTold || area.boundTo == piece.boundTo ?? [])
                }
                guard let index else { return false }
                found[piece.cell, default: []].append(unnamed.remove(at: index))
                return true
            }
        }
    }
}

/// What the name of a mapped file says of whose memory it is.
private enum BackendName {
    case cell(GuestCellID)
    case whole
    /// A memory device, by libvirt's name.
    case device(String)
    /// Anonymous memory, or a memfd, which has no name of its own.
    case unnamed
    case other

    var isUnnamed: Bool { if case .unnamed = self { true } else { false } }

    init(file: String?) {
        guard var name = file?.split(separator: "/").last else {
            self = file == nil ? .unnamed : .other
            return
        }
        if name.hasSuffix(" (deleted)") { name = name.dropLast(" (deleted)".count) }
        if name == "memfd:memory-backend-memfd" {
            self = .unnamed
            return
        }
        // On a hugetlbfs QEMU makes `qemu_back_mem.NAME.RANDOM`; libvirt names files of ordinary memory as the backend.
        let isTemporary = name.hasPrefix("qemu_back_mem.")
        let backend = isTemporary ? name.dropFirst("qemu_back_mem.".count).prefix { $0 != "." } : name
        if backend.hasPrefix("ram-node"), let number = Int(backend.dropFirst("ram-node".count)), number >= 0 {
            self = .cell(GuestCellID(number))
        } else if backend.hasPrefix("memvirtiomem") {
            self = .device(String(backend.dropFirst("mem".count)))
        } else if backend.hasPrefix("memdimm") || backend.hasPrefix("memnvdimm") {
            self = .other
        } else {
            self = isTemporary || backend.hasSuffix(".ram") ? .whole : .other
        }
    }
}
