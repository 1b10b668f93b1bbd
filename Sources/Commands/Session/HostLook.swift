internal import LibvirtHost
internal import LinuxHost
internal import Planning

/// Looks whether a host has what definitions name: by libvirt, and, where that runs on this machine, in its file system.
///
/// What cannot be looked at stays unknown, and is said: a look is there to say sooner what would fail later, and fails nothing by
/// itself.
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
        if isHere { lookHere(for: needs, &observation) }
        ask(for: needs, &observation)
        return observation
    }

    private func lookHere(for needs: HostNeeds, _ observation: inout HostObservation) {
        for path in needs.paths.sorted() {
            observation.paths[path] = PathLook.at(path).map(HostObservation.PathState.init)
            if observation.paths[path] == nil { observation.unseen.append("\(path): its folder cannot be read") }
        }
        for link in needs.links.sorted() {
            observation.links[link] = linkState(link)
            if observation.links[link] == nil {
                observation.unseen.append("the link '\(link)': there is no /sys/class/net")
            }
        }
    }

    private func ask(for needs: HostNeeds, _ observation: inout HostObservation) {
        let machines = uri.hasPrefix("qemu") ? needs.machines : []
        guard !(needs.networks.isEmpty && needs.volumes.isEmpty && machines.isEmpty) else { return }
        do throws(LibvirtError) {
            let connection = try Connection(uri: uri)
            observation.networks = look(at: needs.networks, "the network", &observation.unseen) {
                (network) throws(LibvirtError) in try connection.network(network)
            }
            observation.volumes = look(at: needs.volumes, "the volume", &observation.unseen) {
                (volume) throws(LibvirtError) in try connection.volume(volume)
            }
            if isHere { lookHere(at: observation.volumes.values, &observation) }
            observation.machines = look(at: machines, "the machine", &observation.unseen) {
                (machine) throws(LibvirtError) in try connection.objection(to: machine)
            }
        } catch {
            observation.unseen.append("everything that libvirt reports: \(error.message)")
        }
    }

    /// Which files the volumes are: another guest may name one by its path.
    private func lookHere(at volumes: some Sequence<HostObservation.VolumeState>, _ observation: inout HostObservation)
    {
        for case .present(let path) in volumes where path.hasPrefix("/") {
            observation.paths[path] = PathLook.at(path).map(HostObservation.PathState.init)
        }
    }

    /// What libvirt says of each; where it says an error instead, that is noted. nil is a driver that has nothing of the kind.
    private func look<Need: Hashable & CustomStringConvertible, State>(
        at needs: Set<Need>, _ kind: String, _ unseen: inout [String],
        _ ask: (Need) throws(LibvirtError) -> State?
    ) -> [Need: State] {
        var states: [Need: State] = [:]
        for need in needs.sorted(by: { $0.description < $1.description }) {
            do throws(LibvirtError) {
                states[need] = try ask(need)
            } catch {
                unseen.append("\(kind) '\(need)': \(error.message)")
            }
        }
        return states
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
            case .file(let identity): .file(identity: identity)
            }
    }
}
