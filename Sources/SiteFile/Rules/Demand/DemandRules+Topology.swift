internal import Diagnostics

/// Sockets, cores and threads as somebody wishes them, or as limits.
private struct TopologyWish {
    var sockets: Located<Int>?
    var cores: Located<Int>?
    var threads: Located<Int>?

    /// The three wishes with their names and the number that a topology has there.
    func parts(_ topology: CPUTopology) -> [(name: String, wish: Located<Int>?, value: Int)] {
        [
            ("sockets", sockets, topology.sockets), ("cores", cores, topology.cores),
            ("threads", threads, topology.threads),
        ]
    }

    var all: [Located<Int>] { [sockets, cores, threads].compactMap { $0 } }
}

extension DemandRules {
    /// What the guest sees of sockets, cores and threads; nil when nobody asked and the guest has no cells.
    ///
    /// Every product that is the number of vCPUs and within the limits is a candidate. Candidates with few threads, then with many
    /// sockets, come first; among these the one that meets most wishes is taken. An image's wishes stand in place of all the
    /// flavor's, and its limits may only be lower than the flavor's.
    mutating func cpuTopology(hasCells: Bool) -> CPUTopology? {
        guard let vcpus, !isBroken("cpu_topology", "cpu_sockets", "cpu_cores", "cpu_threads") else { return nil }
        guard !isBroken("cpu_max_sockets", "cpu_max_cores", "cpu_max_threads") else { return nil }
        let exact = settings.cpuTopology
        let limits = limits()
        let wishes = wishes(within: limits)
        guard hasCells || exact != nil || !wishes.all.isEmpty || !limits.all.isEmpty else { return nil }
        if let exact, let product = exact.value.product, product != vcpus {
            let topology = exact.value
            report.error(
                .impossibleTopology, "\(topology.text) are \(product) vCPUs, but the guest has \(vcpus)",
                at: exact.mark,
                hint: "sockets × cores × threads must be \(vcpus)")
            return nil
        }
        guard let best = best(of: vcpus, wishes: wishes, limits: limits) else { return nil }
        reportUnmet(wishes, by: best, vcpus: vcpus)
        return best
    }

    /// Whether the guest is to see its CPUs as they are pinned.
    var mirrorsCPUs: Bool { settings.cpuTopology?.value.isMirror == true }

    /// Whether the flavor, the guest or the image says anything about the topology.
    var asksForTopology: Bool {
        guard !mirrorsCPUs else { return false }
        return [settings, image].contains { settings in
            let parts = [
                settings.sockets, settings.cores, settings.threads, settings.maximumSockets, settings.maximumCores,
                settings.maximumThreads,
            ]
            return settings.cpuTopology != nil || parts.contains { $0 != nil }
        }
    }

    private mutating func best(of vcpus: Int, wishes: TopologyWish, limits: TopologyWish) -> CPUTopology? {
        let candidates = topologies(of: vcpus).filter { topology in
            limits.parts(topology).allSatisfy { $0.value <= $0.wish?.value ?? .max }
        }
        guard let first = candidates.first else {
            if let mark = limits.all.first?.mark {
                report.error(
                    .impossibleTopology, "no topology of \(vcpus) vCPUs is within the limits", at: mark,
                    hint: "raise cpu_max_sockets, cpu_max_cores or cpu_max_threads")
            }
            return nil
        }
        func score(_ topology: CPUTopology) -> Int { wishes.parts(topology).count { $0.wish?.value == $0.value } }
        return candidates.dropFirst().reduce(first) { score($1) > score($0) ? $1 : $0 }
    }

    /// All products that make the number of vCPUs: fewest threads first, then most sockets.
    private func topologies(of vcpus: Int) -> [CPUTopology] {
        let divisors = (1...vcpus).filter { vcpus % $0 == 0 }
        return divisors.flatMap { threads in
            divisors.reversed().filter { vcpus / threads % $0 == 0 }.map { sockets in
                CPUTopology(sockets: sockets, cores: vcpus / threads / sockets, threads: threads)
            }
        }
    }

    private mutating func reportUnmet(_ wishes: TopologyWish, by best: CPUTopology, vcpus: Int) {
        for part in wishes.parts(best) {
            guard let wish = part.wish, wish.value != part.value else { continue }
            if let exact = settings.cpuTopology?.value, [exact.sockets, exact.cores, exact.threads].contains(wish) {
                report.error(
                    .impossibleTopology, "\(vcpus) vCPUs cannot be divided into \(wish.value) \(part.name)",
                    at: wish.mark,
                    hint: "sockets × cores × threads must be \(vcpus)")
            } else {
                dropped(
                    "a preference for \(wish.value) \(part.name)", at: wish.mark, because: "the guest sees \(best.text)"
                )
            }
        }
    }

    /// The image's limit where it has one, else the flavor's; an image above the flavor is an error.
    private mutating func limits() -> TopologyWish {
        TopologyWish(
            sockets: limit("cpu_max_sockets", settings.maximumSockets, image.maximumSockets),
            cores: limit("cpu_max_cores", settings.maximumCores, image.maximumCores),
            threads: limit("cpu_max_threads", settings.maximumThreads, image.maximumThreads))
    }

    private mutating func limit(_ name: String, _ flavor: Located<Int>?, _ image: Located<Int>?) -> Located<Int>? {
        if let flavor, let image, image.value > flavor.value {
            report.error(
                .imageConflict, "the image's '\(name)' of \(image.value) is above the flavor's \(flavor.value)",
                at: image.mark, hint: "an image may only lower a limit")
            return flavor
        }
        return image ?? flavor
    }

    private mutating func wishes(within limits: TopologyWish) -> TopologyWish {
        let flavor = TopologyWish(
            sockets: joined("sockets", settings.cpuTopology?.value.sockets, settings.sockets),
            cores: joined("cores", settings.cpuTopology?.value.cores, settings.cores),
            threads: joined("threads", settings.cpuTopology?.value.threads, settings.threads))
        let image = TopologyWish(sockets: image.sockets, cores: image.cores, threads: image.threads)
        guard image.all.isEmpty else {
            for wish in flavor.all {
                dropped("the flavor's preference", at: wish.mark, because: "the image has its own preferences")
            }
            return TopologyWish(
                sockets: checked("sockets", image.sockets, limits.sockets, isImage: true),
                cores: checked("cores", image.cores, limits.cores, isImage: true),
                threads: checked("threads", image.threads, limits.threads, isImage: true))
        }
        return TopologyWish(
            sockets: checked("sockets", flavor.sockets, limits.sockets, isImage: false),
            cores: checked("cores", flavor.cores, limits.cores, isImage: false),
            threads: checked("threads", flavor.threads, limits.threads, isImage: false))
    }

    /// The word of `cpu_topology` before that of the single key, which must be equal.
    private mutating func joined(_ name: String, _ exact: Located<Int>?, _ single: Located<Int>?) -> Located<Int>? {
        if let exact, let single, exact.value != single.value {
            report.error(
                .conflictingKeys, "cpu_topology has \(exact.value) \(name), and 'cpu_\(name)' is \(single.value)",
                at: single.mark, hint: "keep one of the two")
        }
        return exact ?? single
    }

    /// A wish within its limit. Beyond the limit an image's wish is an error, a flavor's is dropped.
    private mutating func checked(
        _ name: String, _ wish: Located<Int>?, _ limit: Located<Int>?, isImage: Bool
    ) -> Located<Int>? {
        guard let wish, let limit, wish.value > limit.value else { return wish }
        if isImage {
            report.error(
                .imageConflict, "the image's preference for \(wish.value) \(name) is above the limit of \(limit.value)",
                at: wish.mark, label: "the limit is at line \(limit.mark.line)")
        } else if settings.cpuTopology != nil {
            report.error(
                .impossibleTopology, "\(wish.value) \(name) are above the limit of \(limit.value)", at: wish.mark,
                label: "the limit is at line \(limit.mark.line)")
        } else {
            dropped("a preference for \(wish.value) \(name)", at: wish.mark, because: "the limit is \(limit.value)")
        }
        return nil
    }
}

extension TopologyDraft {
    /// Sockets times cores times threads when all three are given.
    fileprivate var product: Int? {
        guard let sockets, let cores, let threads else { return nil }
        return sockets.value * cores.value * threads.value
    }

    fileprivate var text: String {
        "sockets \(sockets?.value ?? 1) × cores \(cores?.value ?? 1) × threads \(threads?.value ?? 1)"
    }
}

extension CPUTopology {
    fileprivate var text: String { "sockets \(sockets) × cores \(cores) × threads \(threads)" }
}
