internal import HostModel

extension FactReader {
    /// The actors that apply recorded; none where the file is not there.
    mutating func actors() -> [ActorRecord] {
        value(ActorsDocument.path, as: "a record of actors that apply wrote") { ActorsDocument(text: $0)?.actors } ?? []
    }

    /// The files of settings of services, of groups and of systemd itself, of the name that apply gives to its own. Of what somebody else wrote
    /// nothing is told: it may hold secrets.
    mutating func dropIns() -> [UnitDropIn] {
        let suffix = ".d"
        let folders = (names(in: DropInFiles.folder) ?? []).filter { $0.hasSuffix(".service\(suffix)") }
        let units = folders.map { String($0.dropLast(suffix.count)) } + UnitDropIn.isolating
        return units.compactMap { unit in
            DropInFiles.path(of: unit).flatMap { text($0) }.map {
                UnitDropIn(unit: unit, text: UnitDropIn.isOurs($0) ? $0 : "")
            }
        }
    }
}
