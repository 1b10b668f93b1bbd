internal import HostModel
internal import XMLTree

/// `<iothreads>`: how many iothreads there are.
public enum IOThreads: SettingRules {
    /// The number.
    public typealias Value = Int
    static var field: SettingField<Int> { SettingField(.ioThreads, \.ioThreads) }
    static let path = "iothreads"
    static let isKeptUnlessWanted = true

    static func read(_ reading: DomainReading) throws(DomainXMLError) -> Int? {
        try IOThreadList(reading: reading.domain)?.count
    }

    /// Of the ids that are written down those stay that are numbers from 1 on, and libvirt adds the others; so afterwards the ids are
    /// 1 to the number. Schedulers of iothreads that are gone go.
    static func write(_ value: Int?, into domain: inout XMLElement, of wanted: WantedSettings) {
        guard let value else { return }
        let present = try? IOThreadList(reading: domain)
        let ids = present?.ids ?? []
        let isNamed = Set(wanted.ioThreadPins.keys).isSubset(of: ids)
        if present?.count == value, ids.isEmpty || isNamed { return }
        let element = XMLElement("iothreads", children: [.text("\(value)")])
        domain.replaceElements(named: "iothreads", with: value == 0 ? [] : [element], order: LibvirtOrder.domain)
        if domain.element(named: "iothreadids") != nil {
            domain.modify("iothreadids", order: LibvirtOrder.domain) { $0.keepIOThreads(upTo: value) }
        }
        if domain.element(named: "cputune") != nil {
            domain.edit("cputune") { $0.keepIOThreadSchedulers(upTo: value) }
        }
    }

    static func writeDefault(_ value: Int, into domain: inout XMLElement) {
        guard value == 0 else { return }
        domain.replaceElements(
            named: "iothreads", with: [XMLElement("iothreads", text: "0")], order: LibvirtOrder.domain)
    }

    static func entries(of value: Int, in all: FoundSettings) -> [SettingEntry] { entry(.number(UInt64(value))) }

    static func canonical(_ value: Int, in all: FoundSettings, defaultHugePage: PageSize?) -> Int? {
        value == 0 ? nil : value
    }
}

extension SettingValues {
    /// The number of iothreads; nil where nothing is said of them.
    public var ioThreads: Int? {
        get { self[IOThreads.self] }
        set { self[IOThreads.self] = newValue }
    }
}

/// The iothreads of a domain.
private struct IOThreadList {
    /// How many there are.
    let count: Int
    /// The ids that are written down; libvirt gives the others the lowest free ones.
    let ids: [Int]

    /// Reads `<iothreads>` and `<iothreadids>`; nil where neither is there.
    init?(reading domain: XMLElement) throws(DomainXMLError) {
        let element = domain.element(named: "iothreads")
        let list = domain.element(named: "iothreadids")?.elements(named: "iothread") ?? []
        guard element != nil || !list.isEmpty else { return nil }
        var ids: [Int] = []
        for entry in list { ids.append(try entry.requiredNumber("id", "iothreadids", in: 1...highestNumber)) }
        let count = try element?.numberInText(IOThreads.path, in: 0...highestNumber) ?? 0
        self.count = max(count, ids.count)
        self.ids = ids
    }
}

extension XMLElement {
    /// Removes from `<iothreadids>` what is above the last iothread.
    fileprivate mutating func keepIOThreads(upTo last: Int) {
        children.removeAll { node in
            guard case .element(let entry) = node, entry.name == "iothread" else { return false }
            let id = try? entry.number("id", "iothreadids")
            return id.map { $0 < 1 || $0 > last } ?? true
        }
    }

    /// Takes iothreads above the last one out of `<cputune>`'s schedulers, which are not ours: libvirt refuses to schedule what is
    /// not there.
    fileprivate mutating func keepIOThreadSchedulers(upTo last: Int) {
        children = children.compactMap { node in
            guard case .element(var element) = node, element.name == "iothreadsched",
                let members: VCPUSet = try? element.list("iothreads", ""), let highest = members.last,
                highest.rawValue > last
            else { return node }
            let kept = VCPUSet(members.filter { $0.rawValue <= last })
            element[attribute: "iothreads"] = "\(kept)"
            return kept.isEmpty ? nil : .element(element)
        }
    }
}
