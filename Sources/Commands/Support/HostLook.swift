internal import LibvirtHost
internal import LinuxHost
internal import Planning

/// Looks whether a host has what definitions name: by libvirt, and, where that runs on this machine, in its file system.
///
/// What cannot be looked at stays unknown: a look is there to say sooner what would fail later, and fails nothing by itself.
struct HostLook: Sendable {
    /// How libvirt is reached.
    let uri: String

    /// Whether libvirt runs here, so that the files that it opens are this machine's.
    var isHere: Bool {
        let transport = uri.prefix { $0 != ":" }.split(separator: "+").dropFirst().first
        return uri.contains(":///") && (transport == nil || transport == "unix")
    }

    /// What there is of what is needed.
    func observe(_ needs: HostNeeds) -> HostObservation {
        var observation = HostObservation()
        guard !needs.isEmpty else { return observation }
        if isHere {
            for path in needs.paths { observation.paths[path] = PathLook.at(path).map(HostObservation.PathState.init) }
            for link in needs.links { observation.links[link] = linkState(link) }
        }
        guard let connection = try? Connection(uri: uri) else { return observation }
        for network in needs.networks { observation.networks[network] = try? connection.network(network) }
        for volume in needs.volumes { observation.volumes[volume] = try? connection.volume(volume) }
        guard uri.hasPrefix("qemu") else { return observation }
        for machine in needs.machines { observation.machines[machine] = try? connection.objection(to: machine) }
        return observation
    }

    private func linkState(_ name: String) -> HostObservation.LinkState? {
        PathLook.isBridge(name).map { !$0.exists ? .missing : $0.isBridge ? .bridge : .other }
    }
}

extension HostObservation.PathState {
    init(_ found: PathLook.Found) {
        self =
            switch found {
            case .missing: .missing
            case .folder: .folder
            case .file(let real): .file(real: real)
            }
    }
}
