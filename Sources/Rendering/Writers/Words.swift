internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning

/// The plain words that all renderings for people share.
enum Words {
    /// What a domain does.
    static func state(_ state: DomainFacts.DomainState) -> String {
        switch state {
        case .running: "running"
        case .paused: "paused"
        case .shutoff: "shut off"
        case .other: "in transition"
        }
    }

    /// When a part takes effect.
    static func when(_ when: ChangedPart.When) -> String {
        switch when {
        case .define: "on define"
        case .live: "live"
        case .nextStart: "at next start"
        }
    }

    /// What a change does at most to what runs.
    static func impact(_ disruption: Disruption) -> String {
        switch disruption {
        case .none: "none"
        case .live: "live"
        case .daemon: "libvirt daemon restart"
        case .guest: "guest shutdown or restart"
        case .host: "host reboot"
        }
    }

    /// What was short.
    static func resource(_ resource: Shortage.Resource) -> String {
        switch resource {
        case .dedicatedCPUs: "dedicated CPUs"
        case .wholeCores: "whole cores"
        case .siblingPairs: "cores with two free threads"
        case .sharedVCPUs: "shared vCPUs"
        case .sharedCPUs: "CPUs for shared vCPUs"
        case .memory: "memory"
        case .pages(let size): "\(size) pages"
        case .pageSize(let size): "a pool of \(size) pages"
        case .cells: "host cells"
        case .device(let address): "host device \(address)"
        case .devices(let wish): "host devices: \(wish.words)"
        }
    }

    /// Who holds the rest of a resource: the first names, and how many more.
    static func holders(_ names: [String], quote: (String) -> String) -> String {
        let shown = names.prefix(8).map(quote).joined(separator: ", ")
        return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
    }

    /// An amount of a resource in its unit.
    static func amount(_ count: UInt64, of resource: Shortage.Resource) -> String {
        resource == .memory ? Amount.text(KiB(count)) : "\(count)"
    }

    /// A setting's value, exactly; amounts of memory in the largest unit that divides them.
    static func value(_ value: ChangedPart.PartValue, of part: ChangedPart) -> String {
        switch value {
        case .text(let text): text.isEmpty ? "\"\"" : displayable(text)
        case .number(let number): part.isAmount ? "\(KiB(number))" : "\(number)"
        case .flag(let flag): flag ? "yes" : "no"
        }
    }

    /// When a part takes effect, and whether nobody asked for the difference.
    static func when(_ part: ChangedPart) -> String {
        switch part.drift {
        case nil: when(part.when)
        case .definition: when(part.when) + ", was changed by hand"
        case .live: when(part.when) + ", was changed in the running guest only"
        }
    }

    /// What changes, without the unit that its value has already.
    static func path(_ part: ChangedPart) -> String {
        guard part.isAmount else { return part.path }
        for unit in [".kib", "_kib"] where part.path.hasSuffix(unit) { return String(part.path.dropLast(unit.count)) }
        return part.path
    }

    /// Now and wanted of one setting: `0-3 -> 4`, or the only one there is. Where a running guest's number of vCPUs is not said, it has
    /// all of them.
    static func values(_ part: ChangedPart) -> String {
        let isAll = part.path == "vcpu.current" && part.when != .define
        let sides = [part.now, part.want].compactMap { side in
            side.map { value($0, of: part) } ?? (isAll ? "all" : nil)
        }
        return sides.isEmpty ? "nothing" : sides.joined(separator: " -> ")
    }
}

/// The sign before a line: `-` is now, `+` is wanted, `~` is both.
enum Sign: String {
    case added = "+"
    case removed = "-"
    case updated = "~"

    /// The sign of a setting.
    init(_ part: ChangedPart) {
        self = part.now == nil ? .added : part.want == nil ? .removed : .updated
    }

    /// The sign of a change.
    init(_ action: Change.Action) {
        switch action {
        case .create: self = .added
        case .remove: self = .removed
        case .update, .adopt, .release, .grow, .shrink, .start, .stop, .restart, .stamp, .rename: self = .updated
        }
    }
}
