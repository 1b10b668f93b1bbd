public import Diagnostics
internal import HostModel

/// What the entry of a domain that is taken over names of its CPUs, memory and cells: only that is managed, the rest stays as it is.
///
/// What the entry means is known once the domain is: keys that are not named have the domain's own values.
public struct Adoption: Hashable, Sendable {
    /// What can be managed without the rest: a number, a pin, a switch.
    public enum ManagedPart: Hashable, Sendable, CaseIterable {
        case vcpus, memory, currentVCPUs, currentMemory, vcpuPins, vcpuSet, emulatorPin, ioThreads, ioThreadPins
        case scheduler, lockedMemory, memoryAccess, cpuMode, topology, physicalAddress, pageSize
    }

    /// What the flavor and the entry say together; many guests of one entry share it.
    private indirect enum AdoptedKeys: Hashable, Sendable {
        case keys(FlavorChoice, placement: Located<[CellEntry<GuestCellID, Int>]>?, entry: SourceMark)
    }

    /// What is named of what can be managed alone.
    public let named: Set<ManagedPart>
    /// Whether the guest's place is named too: its cells, what their memory is bound to, which CPUs its vCPUs have.
    public let placesGuest: Bool
    private let wish: AdoptedKeys

    /// An entry at that place that names nothing.
    public init(at entry: SourceMark) { self.init(FlavorChoice(), placement: nil, entry: entry) }

    init(_ choice: FlavorChoice, placement: Located<[CellEntry<GuestCellID, Int>]>?, entry: SourceMark) {
        var (named, placesGuest): (Set<ManagedPart>, Bool) = ([], placement != nil)
        for field in FlavorField.all where field.isSet(choice.settings) || field.isSet(choice.image) {
            switch AdoptedKey(field.name) {
            case .part(let part): named.insert(part)
            case .pageSize:
                named.insert(.pageSize)
                placesGuest = true
            case .place: placesGuest = true
            case .nothing: break
            }
        }
        // What is mirrored is the guest's place.
        if choice.settings.cpuTopology?.value.isMirror == true { placesGuest = true }
        self.named = named
        self.placesGuest = placesGuest
        wish = .keys(choice, placement: placement, entry: entry)
    }

    /// What the guest needs, where the domain has that shape, and what is wrong with that.
    ///
    /// What is wrong whatever the domain is like was found when the file was read, and is not said again.
    public func demand(of shape: DomainShape) -> (demand: GuestDemand, diagnostics: [Diagnostic]) {
        switch wish {
        case .keys(let choice, let placement, let entry):
            var known = DemandRules(choice, placement: placement, isPartial: true)
            _ = known.demand()
            var rules = DemandRules(
                completed(choice, with: shape, entry: entry), placement: placement, isPartial: !placesGuest)
            let demand = rules.demand()
            let keepsCells = !choice.settings.namesCells && !choice.image.namesCells
            if !placesGuest || keepsCells { rules.check(choice.settings, against: shape) }
            let found = Set(known.report.diagnostics)
            // Cells that nobody wrote down are not what is wrong.
            return (
                demand,
                rules.report.diagnostics.filter {
                    !found.contains($0) && !(placesGuest && keepsCells && $0.code == .memorySumDiffers)
                }
            )
        }
    }

    /// What the keys mean as far as that can be said without the domain.
    func demand(_ report: inout Findings) -> GuestDemand {
        switch wish {
        case .keys(let choice, let placement, _):
            var rules = DemandRules(choice, placement: placement, isPartial: true)
            let demand = rules.demand()
            report.append(rules.report.diagnostics)
            return demand
        }
    }

    /// The keys with what the domain has in place of those that are missing.
    private func completed(_ choice: FlavorChoice, with shape: DomainShape, entry: SourceMark) -> FlavorChoice {
        var choice = choice
        choice.settings.vcpus = choice.settings.vcpus ?? Located(shape.vcpus, at: entry)
        choice.settings.ram = choice.settings.ram ?? Located(shape.memory, at: entry)
        if choice.settings.ioThreadPins != nil, choice.settings.ioThreads == nil {
            choice.settings.ioThreads = Located(shape.ioThreads ?? 0, at: entry)
        }
        guard placesGuest else { return choice }
        if !choice.settings.namesCells, !choice.image.namesCells, !shape.cells.isEmpty {
            let sized = choice.settings.ram.flatMap { shape.resized(to: $0.value) } ?? shape
            choice.settings.numaCells = Located(sized.drafts(at: entry), at: entry)
            if choice.settings.memoryPolicy == nil, let policy = shape.memoryPolicy, policy != .none {
                choice.settings.memoryPolicy = Located(policy, at: entry)
            }
        }
        if choice.settings.pageSize == nil, choice.image.pageSize == nil {
            // What has pages of several sizes keeps each while it keeps its place.
            let size = shape.pageSize.map(GuestDemand.PageRequest.exactly)
            choice.settings.pageSize = (size ?? (shape.hasSeveralPageSizes ? .any : nil)).map { Located($0, at: entry) }
        }
        return choice
    }
}
