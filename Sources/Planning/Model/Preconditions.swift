public import DomainXML
public import HostModel
public import XMLTree

/// What a plan found of the things that it changes, and of nothing else: while that still holds, the plan may be carried out,
/// whatever else has changed on the host.
public struct Preconditions: Hashable, Sendable, Codable {
    /// One entry for each domain that a step is about, ascending by name.
    public var guests: [GuestPrecondition]
    /// One entry for each pool that a step is about, ascending.
    public var pools: [PoolPrecondition]

    package init(guests: [GuestPrecondition] = [], pools: [PoolPrecondition] = []) {
        self.guests = guests
        self.pools = pools
    }
}

/// What was found of one pool.
public struct PoolPrecondition: Hashable, Sendable {
    /// The pool.
    public var pool: PoolID
    /// Its persistent size.
    public var persistent: PageCount
    /// Its surplus pages.
    public var surplus: PageCount
    /// How many pages must be free so that it can shrink as planned; 0 for one that grows.
    public var freeAtLeast: PageCount

    package init(pool: PoolID, persistent: PageCount, surplus: PageCount, freeAtLeast: PageCount) {
        self.pool = pool
        self.persistent = persistent
        self.surplus = surplus
        self.freeAtLeast = freeAtLeast
    }
}

/// What was found of one guest's domain.
public struct GuestPrecondition: Hashable, Sendable, Codable {
    /// A domain that is there.
    public struct Domain: Hashable, Sendable, Codable {
        /// The managed settings of its inactive definition by path; those that mean the same are the same.
        public var settings: [String: ChangedPart.PartValue]
        /// Our mark, written as XML on one line; nil for none.
        public var mark: String?
        /// The domain's UUID, lower case; nil where it is not known, and then not looked at.
        public var uuid: String?
        /// Whether it runs.
        public var isRunning: Bool
        /// Whether libvirt starts it with the host.
        public var autostarts: Bool
        /// Whether its next start would resume a saved image.
        public var hasManagedSave: Bool
        /// The devices of its inactive definition by path, where a step changes some; nil where none does.
        public var devices: [String: ChangedPart.PartValue]?

        package init(
            settings: [String: ChangedPart.PartValue], mark: String?, uuid: String? = nil, isRunning: Bool,
            autostarts: Bool, hasManagedSave: Bool, devices: [String: ChangedPart.PartValue]? = nil
        ) {
            self.devices = devices
            self.uuid = uuid
            self.settings = settings
            self.mark = mark
            self.isRunning = isRunning
            self.autostarts = autostarts
            self.hasManagedSave = hasManagedSave
        }

        private enum CodingKeys: String, CodingKey {
            case settings, mark, uuid, devices
            case isRunning = "running"
            case autostarts = "autostart"
            case hasManagedSave = "managed_save"
        }
    }

    /// The guest's name.
    public var name: String
    /// Its domain; nil where there was none.
    public var domain: Domain?

    package init(name: String, domain: Domain?) {
        self.name = name
        self.domain = domain
    }
}

extension Preconditions {
    /// What the steps depend on, as the facts have it.
    public init(of steps: [Step], on host: HostFacts) {
        let names = Set(steps.compactMap(\.guest))
        let present = Dictionary(
            steps.compactMap { step in
                if case .rename(let step) = step { (step.guest, step.from) } else { nil }
            }, uniquingKeysWith: { first, _ in first })
        let domains = host.domains.keyed(by: \.name)
        guests = names.sorted().map { name in
            let facts = domains[present[name] ?? name]
            return GuestPrecondition(
                name: name,
                domain: facts.flatMap {
                    GuestPrecondition.Domain(
                        $0, defaultHugePage: host.defaultHugePage, withDevices: steps.changeMachine(of: name))
                })
        }
        pools = steps.compactMap { step in
            guard case .setPool(let step) = step else { return nil }
            return PoolPrecondition(
                pool: step.pool, persistent: step.prior,
                surplus: host.cell(step.pool.cell)?.pool(of: step.pool.pageSize)?.surplus ?? .zero,
                freeAtLeast: step.prior.subtractingDownToZero(step.target))
        }.sorted { $0.pool < $1.pool }
    }
}

extension GuestPrecondition.Domain {
    /// What a definition says of a domain.
    ///
    /// - Parameter document: The definition, where its devices count; else nil.
    public init(
        parts: FoundSettings, mark: OwnershipMark?, uuid: String? = nil, isRunning: Bool, autostarts: Bool,
        hasManagedSave: Bool, defaultHugePage: PageSize?, devices document: XMLElement? = nil
    ) {
        let devices = document.map { document in
            Dictionary(
                MachineMerge.settings(of: document).map { ($0.key.path, ChangedPart.PartValue($0.value)) },
                uniquingKeysWith: { first, _ in first })
        }
        self.init(
            settings: Self.settings(of: parts, defaultHugePage: defaultHugePage),
            mark: mark.map { XMLLines($0.element).oneLine }, uuid: uuid?.lowercased(), isRunning: isRunning,
            autostarts: autostarts, hasManagedSave: hasManagedSave, devices: devices)
    }

    /// Settings by path, of which those that mean the same are the same.
    static func settings(of found: FoundSettings, defaultHugePage: PageSize?) -> [String: ChangedPart.PartValue] {
        let settings = found.canonicalSettings(defaultHugePage: defaultHugePage)
        return Dictionary(settings.map { ($0.path, ChangedPart.PartValue($0.value)) }) { first, _ in first }
    }

    /// What the facts say of a domain; nil for a definition that cannot be read, about which no plan has steps.
    fileprivate init?(_ facts: DomainFacts, defaultHugePage: PageSize?, withDevices: Bool) {
        guard let document = try? facts.definition.read(), let parts = try? FoundSettings(reading: document) else {
            return nil
        }
        self.init(
            parts: parts, mark: OwnershipMark(reading: document), uuid: document.element(named: "uuid")?.text,
            isRunning: facts.state.isActive, autostarts: facts.autostart, hasManagedSave: facts.hasManagedSave,
            defaultHugePage: defaultHugePage, devices: withDevices ? document : nil)
    }
}

extension [Step] {
    /// Whether a step may change devices of that guest's definition.
    func changeMachine(of guest: String) -> Bool {
        contains { step in
            switch step {
            case .redefine(let step): step.guest == guest && step.wanted.mark.machine != nil
            case .rebase(let step): step.guest == guest
            case .setDevice(let step): step.guest == guest
            default: false
            }
        }
    }
}
